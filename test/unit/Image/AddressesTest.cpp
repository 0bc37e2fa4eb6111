//===- AddressesTest.cpp - Rows and columns that have moved ---------------===//

#include "Mutations.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Image.h"
#include <set>

using namespace llvm;
using namespace bnn::image;
using namespace bnn::image::mutations;

namespace {

/// The worked example, 3 neurons in 4x4 cells, on a chip that can move all.
Image movable() {
  Image image = samples::worked();
  target(image).set_row_tables(true);
  target(image).set_partial_complement(true);
  target(image).set_spare_rows(2);
  target(image).set_spare_columns(1);
  return image;
}

SubarrayAddress &table(Image &image) {
  return image.addresses_size() ? *image.mutable_addresses(0)
                                : *image.add_addresses();
}

void setRows(Image &image, std::vector<uint32_t> rows) {
  table(image).mutable_rows()->Assign(rows.begin(), rows.end());
}

TEST(Addresses, VersionIsThree) {
  EXPECT_EQ(versionOf(samples::worked()), 2u);
  EXPECT_EQ(versionOf(movable()), 3u);
  Image slots = samples::worked();
  for (uint32_t slot : {2, 0, 1})
    layer(slots, 1).add_row_slots(slot);
  EXPECT_EQ(versionOf(slots), 3u);
  EXPECT_EQ(verdict(slots), "");
}

TEST(Addresses, Verified) {
  run(movable(),
      {{"addresses: subarray 1 is not among the image's 1",
        [](Image &i) { table(i).set_subarray(1); }},
       {"addresses: subarray 0 does not ascend",
        [](Image &i) {
          i.add_addresses();
          i.add_addresses();
        }},
       {"addresses of subarray 0: 3 rows for 4 addresses",
        [](Image &i) { setRows(i, {0, 1, 2}); }},
       {"row 6 is beyond 5", [](Image &i) { setRows(i, {0, 1, 2, 6}); }},
       {"row 2 has two addresses", [](Image &i) { setRows(i, {0, 2, 2, 3}); }},
       {"address 0 is moved to row 1, which is no spare one",
        [](Image &i) {
          target(i).set_row_tables(false);
          setRows(i, {1, 0, 2, 3});
        }},
       {"2 columns are left out, of 1 spare ones",
        [](Image &i) {
          table(i).add_skipped_columns(0);
          table(i).add_skipped_columns(1);
        }},
       {"skipped_columns: 5 is beyond 4",
        [](Image &i) { table(i).add_skipped_columns(5); }},
       {"complemented_rows need partial_complement",
        [](Image &i) {
          target(i).set_partial_complement(false);
          table(i).add_complemented_rows(1);
        }},
       {"complemented_rows: 4 is beyond 3",
        [](Image &i) { table(i).add_complemented_rows(4); }},
       {"complemented_rows: 1 does not ascend",
        [](Image &i) {
          table(i).add_complemented_rows(1);
          table(i).add_complemented_rows(1);
        }},
       {"row_slots has 2 entries for 3 neurons",
        [](Image &i) {
          layer(i, 1).add_row_slots(0);
          layer(i, 1).add_row_slots(1);
        }},
       {"row_slots: slot 3 is beyond 2",
        [](Image &i) {
          for (uint32_t slot : {0, 1, 3})
            layer(i, 1).add_row_slots(slot);
        }},
       {"row_slots: slot 1 is taken twice",
        [](Image &i) {
          for (uint32_t slot : {0, 1, 1})
            layer(i, 1).add_row_slots(slot);
        }},
       {"more spare rows than rows",
        [](Image &i) { target(i).set_spare_rows(5); }},
       {"more spare columns than columns",
        [](Image &i) { target(i).set_spare_columns(5); }}});
}

TEST(Addresses, ThereAndBack) {
  Image image = samples::moved();
  ASSERT_EQ(verdict(image), "");
  CellMap map(image);
  AddressMap addresses(image, map);
  EXPECT_FALSE(addresses.isIdentity());
  EXPECT_EQ(addresses.rows(), 6u);
  EXPECT_EQ(addresses.columns(), 5u);
  std::set<std::pair<uint32_t, uint32_t>> taken;
  for (uint32_t row = 0; row < 4; ++row)
    for (uint32_t column = 0; column < 4; ++column) {
      MovedCell cell = addresses.onChip(0, row, column);
      EXPECT_TRUE(taken.insert({cell.row, cell.column}).second);
      auto back = addresses.addressOf(0, cell.row, cell.column);
      ASSERT_TRUE(back);
      EXPECT_EQ(back->row, row);
      EXPECT_EQ(back->column, column);
      EXPECT_EQ(back->complemented, cell.complemented);
    }
  // Neuron 0 is in slot 2, which lies in row 1; neuron 1 in slot 0, row 5.
  EXPECT_EQ(addresses.onChip(0, 0, 0).row, 1u);
  EXPECT_EQ(addresses.onChip(0, 1, 0).row, 5u);
  // Neuron 2 is in slot 1, whose row is complemented.
  MovedCell third = addresses.onChip(0, 2, 2);
  EXPECT_EQ(third.row, 0u);
  EXPECT_EQ(third.column, 3u);
  EXPECT_TRUE(third.complemented);
  EXPECT_FALSE(addresses.addressOf(0, 2, 0));
  EXPECT_FALSE(addresses.addressOf(0, 1, 1));

  Expected<Image> chip = cellsOnChip(image);
  ASSERT_TRUE(bool(chip));
  CellArray before(image), after(*chip);
  for (uint32_t column = 0; column < 3; ++column) {
    uint32_t at = column ? column + 1 : 0;
    EXPECT_EQ(after.weight(0, 1, at), before.weight(0, 0, column));
    EXPECT_EQ(after.weight(0, 0, at), -before.weight(0, 2, column));
    EXPECT_EQ(after.code(0, 2, at), dontCare);
  }
}

} // namespace
