//===- MeasuredTable.cpp - Measured cells, counted and listed -------------===//

#include "bnn/Device/MeasuredChip.h"
#include "bnn/Image/AddressMap.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

using Reads = MeasuredCell::Reads;

int8_t Reads::usual(int8_t preferred) const {
  uint64_t most = *std::max_element(as.begin(), as.end());
  if (as[size_t(preferred + 1)] == most)
    return preferred;
  return int8_t(llvm::find(as, most) - as.begin() - 1);
}

MeasuredChip::Agreement MeasuredChip::agreement() const {
  Agreement sum;
  for (const MeasuredCell &cell : list)
    for (const std::optional<Reads> &reads : cell.reads) {
      if (!cell.ohms || !reads)
        continue;
      ++sum.answers;
      sum.same += reads->usual(cell.simulated) == cell.simulated;
      sum.reads += reads->reads;
      sum.differing += reads->notAs(cell.simulated);
      int8_t usual = reads->usual(cell.stored);
      sum.wrong += usual != cell.stored;
      sum.foreseen += usual != cell.stored && usual == cell.simulated;
    }
  return sum;
}

std::string MeasuredChip::cellTable(const image::Image &image,
                                    const image::CellMap &map) const {
  image::AddressMap addresses(image, map);
  std::string out = "subarray,row,col,x,r_bl_ohm,r_blb_ohm,image_product,"
                    "simulated_product,n_reads,n_one,n_zero\n";
  auto ohm = [](double value) { return fmt::format("{}", value); };
  for (const MeasuredCell &cell : list) {
    uint64_t row = cell.cell / map.columns();
    image::MovedCell at =
        addresses.onChip(row / map.rows(), uint32_t(row % map.rows()),
                         uint32_t(cell.cell % map.columns()));
    for (int input : {0, 1}) {
      // What the cell itself answers, not what is counted of it.
      int sign = (input != 0) != at.complemented ? 1 : -1;
      out += fmt::format("{},{},{},{},", at.subarray, at.row, at.column, input);
      auto ohms = cell.ohms;
      if (ohms && at.complemented)
        std::swap(ohms->first, ohms->second);
      out +=
          ohms ? ohm(ohms->first) + "," + ohm(ohms->second) : std::string(",");
      out += fmt::format(",{},", sign * cell.stored);
      out += cell.ohms ? fmt::format("{},", sign * cell.simulated) : ",";
      if (const std::optional<Reads> &reads = cell.reads[input])
        out += fmt::format("{},{},{}\n", reads->reads, reads->as[1 + sign],
                           reads->as[1]);
      else
        out += ",,\n";
    }
  }
  return out;
}

} // namespace bnn::device
