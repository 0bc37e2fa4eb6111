//===- Diff.cpp - What a new image changes --------------------------------===//
//
// Two parts: fields, matched by name so that an inserted value does not shift
// everything after it; and devices, by place on the chip, since that is what a
// reprogramming costs.
//
//===----------------------------------------------------------------------===//

#include "DiffCells.h"
#include "bnn/Image/Text.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

using namespace llvm;

namespace bnn::image {

namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

class FieldDiff {
public:
  FieldDiff(const Image &before, const Image &after, raw_ostream &os)
      : before(before), after(after), os(os) {}

  void run();

private:
  /// One line for each field that differs, after `place`.
  void compare(const Twine &place, const Message &a, const Message &b);
  void compare(const Twine &place, StringRef a, StringRef b);

  /// Entries of both lists by key; `both` is called for keys in both.
  template <typename List, typename Key, typename Both>
  void match(StringRef kind, const List &listA, const List &listB, Key key,
             Both both);

  void compareOps(const Op &a, const Op &b);
  void compareLayers(const ArrayLayer &a, const ArrayLayer &b);
  void compareTables(const Twine &place, const ArrayLayer &a,
                     const ArrayLayer &b);
  void compareAddresses();
  void compareConstants();

  static std::string nameOf(const Image &image, uint32_t id) {
    return image.values(int(id)).name();
  }
  template <typename Ids>
  static std::string namesOf(const Image &image, const Ids &ids) {
    return join(map_range(ids, [&](uint32_t id) { return nameOf(image, id); }),
                ", ");
  }

  const Image &before, &after;
  raw_ostream &os;
};

void FieldDiff::compare(const Twine &place, const Message &a,
                        const Message &b) {
  std::string text;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&text);
  if (differencer.Compare(a, b))
    return;
  SmallVector<StringRef> lines;
  StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines)
    os << place << ": " << line << '\n';
}

void FieldDiff::compare(const Twine &place, StringRef a, StringRef b) {
  if (a != b)
    os << place << ": \"" << a << "\" -> \"" << b << "\"\n";
}

template <typename List, typename Key, typename Both>
void FieldDiff::match(StringRef kind, const List &listA, const List &listB,
                      Key key, Both both) {
  // A key that occurs again is told apart by its count.
  auto index = [&](const List &list, std::vector<std::string> &order) {
    StringMap<int> byKey, count;
    for (int i = 0; i < list.size(); ++i) {
      std::string name = key(list[i]);
      if (int again = count[name]++)
        name += " #" + std::to_string(again + 1);
      byKey[name] = i;
      order.push_back(name);
    }
    return byKey;
  };
  std::vector<std::string> orderA, orderB;
  StringMap<int> inA = index(listA, orderA), inB = index(listB, orderB);
  for (const std::string &name : orderA)
    if (!inB.count(name))
      os << kind << " '" << name << "': removed\n";
  for (const std::string &name : orderB)
    if (!inA.count(name))
      os << kind << " '" << name << "': added\n";
  erase_if(orderA, [&](const std::string &name) { return !inB.count(name); });
  erase_if(orderB, [&](const std::string &name) { return !inA.count(name); });
  if (orderA != orderB)
    os << kind << "s: their order differs\n";
  for (const std::string &name : orderB)
    both(listA[inA[name]], listB[inB[name]]);
}

void FieldDiff::compareOps(const Op &a, const Op &b) {
  std::string place = "op '" + b.node() + "'";
  compare(place + ": inputs", namesOf(before, a.inputs()),
          namesOf(after, b.inputs()));
  compare(place + ": outputs", namesOf(before, a.outputs()),
          namesOf(after, b.outputs()));
  Op copyA = a, copyB = b;
  for (Op *op : {&copyA, &copyB}) {
    op->clear_inputs();
    op->clear_outputs();
  }
  compare(place, copyA, copyB);
}

/// The step functions of a table: offset of the first threshold of each.
std::vector<int> offsets(const Thresholds &table) {
  std::vector<int> result = {0};
  for (uint32_t count : table.counts())
    result.push_back(result.back() + int(count));
  return result;
}

void FieldDiff::compareTables(const Twine &place, const ArrayLayer &a,
                              const ArrayLayer &b) {
  auto list = [&](StringRef what, ArrayRef<int> changed, int total) {
    if (changed.empty())
      return;
    os << place << ": " << changed.size() << " of " << total << ' ' << what
       << " differ: class and neuron ";
    for (int entry : changed.take_front(8))
      os << (entry == changed.front() ? "" : ", ")
         << uint32_t(entry) / b.neurons() << "/"
         << uint32_t(entry) % b.neurons();
    os << (changed.size() > 8 ? ", ...\n" : "\n");
  };
  std::vector<int> changed;
  for (int i = 0; i < b.bias_size(); ++i)
    if (a.bias(i) != b.bias(i))
      changed.push_back(i);
  list("biases", changed, b.bias_size());
  if (a.has_thresholds() != b.has_thresholds()) {
    os << place << ": thresholds "
       << (b.has_thresholds() ? "added\n" : "removed\n");
    return;
  }
  changed.clear();
  const Thresholds &tableA = a.thresholds(), &tableB = b.thresholds();
  std::vector<int> atA = offsets(tableA), atB = offsets(tableB);
  for (int i = 0; i < tableB.counts_size(); ++i) {
    int count = int(tableB.counts(i));
    bool same = tableA.counts(i) == tableB.counts(i) &&
                std::equal(tableB.thresholds().begin() + atB[i],
                           tableB.thresholds().begin() + atB[i] + count,
                           tableA.thresholds().begin() + atA[i]) &&
                std::equal(tableB.codes().begin() + atB[i] + i,
                           tableB.codes().begin() + atB[i] + i + count + 1,
                           tableA.codes().begin() + atA[i] + i);
    if (!same)
      changed.push_back(i);
  }
  list("step functions", changed, tableB.counts_size());
}

void FieldDiff::compareLayers(const ArrayLayer &a, const ArrayLayer &b) {
  std::string place = "layer '" + b.name() + "'";
  compare(place + ": input", nameOf(before, a.input()),
          nameOf(after, b.input()));
  compare(place + ": output", nameOf(before, a.output()),
          nameOf(after, b.output()));
  auto compareTiles = [&](const auto &tilesA, const auto &tilesB,
                          const char *what) {
    if (tilesA.size() != tilesB.size())
      return;
    int moved = 0;
    for (int i = 0; i < tilesB.size(); ++i)
      moved += !MessageDifferencer::Equals(tilesA[i], tilesB[i]);
    if (moved)
      os << place << ": " << moved << " of " << tilesB.size() << what;
  };
  compareTiles(a.placement(), b.placement(), " tiles lie elsewhere\n");
  compareTiles(a.threshold_placement(), b.threshold_placement(),
               " tiles of thresholds lie elsewhere\n");
  if (!std::equal(a.row_slots().begin(), a.row_slots().end(),
                  b.row_slots().begin(), b.row_slots().end()))
    os << place << ": rows lie in another order\n";
  if (!std::equal(a.position_class().begin(), a.position_class().end(),
                  b.position_class().begin(), b.position_class().end()))
    os << place << ": position_class differs\n";
  if (a.neurons() == b.neurons() && a.border_classes() == b.border_classes())
    compareTables(place, a, b);
  ArrayLayer copyA = a, copyB = b;
  for (ArrayLayer *layer : {&copyA, &copyB}) {
    layer->clear_input();
    layer->clear_output();
    layer->clear_placement();
    layer->clear_threshold_placement();
    layer->clear_row_slots();
    layer->clear_position_class();
    layer->clear_bias();
    layer->clear_thresholds();
  }
  compare(place, copyA, copyB);
}

void FieldDiff::compareAddresses() {
  std::map<uint64_t, std::pair<std::string, std::string>> tables;
  for (const SubarrayAddress &table : before.addresses())
    tables[table.subarray()].first = table.SerializeAsString();
  for (const SubarrayAddress &table : after.addresses())
    tables[table.subarray()].second = table.SerializeAsString();
  auto differ = count_if(tables, [](const auto &entry) {
    return entry.second.first != entry.second.second;
  });
  if (differ)
    os << "addresses: " << differ << " subarray(s) with another table\n";
}

void FieldDiff::compareConstants() {
  StringMap<const Constant *> old;
  for (const Constant &constant : before.constants())
    old[nameOf(before, constant.value())] = &constant;
  for (const Constant &constant : after.constants()) {
    std::string name = nameOf(after, constant.value());
    const Constant *other = old.lookup(name);
    if (!other)
      continue; // the value was added, or is no longer computed: said before
    Constant a = *other, b = constant;
    a.clear_value();
    b.clear_value();
    if (!MessageDifferencer::Equals(a, b))
      os << "constant '" << name << "': its elements differ\n";
  }
}

void FieldDiff::run() {
  Provenance a = before.provenance(), b = after.provenance();
  compare("provenance: model_sha256", toHex(a.model_sha256(), true),
          toHex(b.model_sha256(), true));
  a.clear_model_sha256();
  b.clear_model_sha256();
  compare("provenance", a, b);
  compare("target", before.target(), after.target());
  compare("operating_point", before.operating_point(), after.operating_point());
  compare("presentation", before.presentation(), after.presentation());
  compareAddresses();
  auto byName = [](const auto &entry) { return entry.name(); };
  match("value", before.values(), after.values(), byName,
        [&](const Value &a, const Value &b) {
          compare("value '" + b.name() + "'", a, b);
        });
  auto comparePorts = [&](StringRef kind) {
    return [this, kind](const Port &a, const Port &b) {
      std::string place = (kind + " '" + b.name() + "'").str();
      compare(place + ": value", nameOf(before, a.value()),
              nameOf(after, b.value()));
      Port copyA = a, copyB = b;
      copyA.clear_value();
      copyB.clear_value();
      compare(place, copyA, copyB);
    };
  };
  match("input", before.inputs(), after.inputs(), byName,
        comparePorts("input"));
  match("output", before.outputs(), after.outputs(), byName,
        comparePorts("output"));
  match(
      "absent tensor", before.absent(), after.absent(),
      [](const Absent &absent) { return absent.tensor(); },
      [&](const Absent &a, const Absent &b) {
        compare("absent tensor '" + b.tensor() + "'", a, b);
      });
  compareConstants();
  match(
      "step", before.steps(), after.steps(),
      [](const Step &step) {
        return step.has_array() ? "layer " + step.array().name()
                                : step.op().node() + " (" +
                                      Op::Kind_Name(step.op().kind()) + ")";
      },
      [&](const Step &a, const Step &b) {
        if (a.has_array() && b.has_array())
          compareLayers(a.array(), b.array());
        else if (a.has_op() && b.has_op())
          compareOps(a.op(), b.op());
      });
}

} // namespace

bool printDiff(const Image &before, const Image &after, bool subarrays,
               raw_ostream &os) {
  if (MessageDifferencer::Equals(before, after))
    return true;
  FieldDiff(before, after, os).run();
  printCellDiff(before, after, subarrays, os);
  return false;
}

} // namespace bnn::image
