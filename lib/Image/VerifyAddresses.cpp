//===- VerifyAddresses.cpp - Tables of rows and columns that moved --------===//

#include "LayerChecker.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// Fails unless `list` ascends without repetition and stays below `limit`.
template <typename List>
Error checkAscending(const Twine &place, const List &list, uint64_t limit) {
  for (auto [i, entry] : enumerate(list)) {
    if (entry >= limit)
      return fail(place, Twine(entry) + " is beyond " + Twine(limit - 1));
    if (i && entry <= list[int(i) - 1])
      return fail(place, Twine(entry) + " does not ascend");
  }
  return Error::success();
}

Error checkTable(const Target &target, const SubarrayAddress &table) {
  std::string place =
      ("addresses of subarray " + Twine(table.subarray())).str();
  uint64_t all = uint64_t(target.rows()) + target.spare_rows();
  if (table.rows_size() && uint64_t(table.rows_size()) != target.rows())
    return fail(place, Twine(table.rows_size()) + " rows for " +
                           Twine(target.rows()) + " addresses");
  std::vector<bool> taken(table.rows_size() ? all : 0);
  for (auto [address, row] : enumerate(table.rows())) {
    if (row >= all)
      return fail(place, "row " + Twine(row) + " is beyond " + Twine(all - 1));
    if (taken[row])
      return fail(place, "row " + Twine(row) + " has two addresses");
    taken[row] = true;
    if (!target.row_tables() && row != address && row < target.rows())
      return fail(place, "address " + Twine(address) + " is moved to row " +
                             Twine(row) +
                             ", which is no spare one: the target has no "
                             "row_tables");
  }
  if (uint64_t(table.skipped_columns_size()) > target.spare_columns())
    return fail(place, Twine(table.skipped_columns_size()) +
                           " columns are left out, of " +
                           Twine(target.spare_columns()) + " spare ones");
  if (Error error =
          checkAscending(place + ", skipped_columns", table.skipped_columns(),
                         uint64_t(target.columns()) + target.spare_columns()))
    return error;
  if (table.complemented_rows_size() && !target.partial_complement())
    return fail(place, "complemented_rows need partial_complement, which the "
                       "target lacks");
  return checkAscending(place + ", complemented_rows",
                        table.complemented_rows(), target.rows());
}

} // namespace

Error checkAddresses(const Image &image) {
  const SubarrayAddress *last = nullptr;
  for (const SubarrayAddress &table : image.addresses()) {
    if (table.subarray() >= image.num_subarrays())
      return fail("addresses", "subarray " + Twine(table.subarray()) +
                                   " is not among the image's " +
                                   Twine(image.num_subarrays()));
    if (last && table.subarray() <= last->subarray())
      return fail("addresses",
                  "subarray " + Twine(table.subarray()) + " does not ascend");
    last = &table;
    if (Error error = checkTable(image.target(), table))
      return error;
  }
  return Error::success();
}

Error LayerChecker::checkRowSlots() const {
  if (layer.row_slots().empty())
    return Error::success();
  bool neuronRows = layer.orientation() == ArrayLayer::ROW_IS_NEURON;
  uint64_t rows = neuronRows ? layer.neurons() : lanes();
  if (uint64_t(layer.row_slots_size()) != rows)
    return fail("row_slots has " + Twine(layer.row_slots_size()) +
                " entries for " + Twine(rows) +
                (neuronRows ? " neurons" : " lanes"));
  std::vector<bool> taken(rows);
  for (uint32_t slot : layer.row_slots()) {
    if (slot >= rows)
      return fail("row_slots: slot " + Twine(slot) + " is beyond " +
                  Twine(rows - 1));
    if (taken[slot])
      return fail("row_slots: slot " + Twine(slot) + " is taken twice");
    taken[slot] = true;
  }
  return Error::success();
}

} // namespace bnn::image::verifier
