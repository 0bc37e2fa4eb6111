//===- ReadChoice.h - Cells drawn one by one at each read -------*- C++ -*-===//
//
// Cells that err with a probability of their own are drawn for themselves, but
// only for outputs whose comparison they can change together.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_SIMULATOR_READCHOICE_H
#define BNN_LIB_SIMULATOR_READCHOICE_H

#include <cstddef>
#include <cstdint>

namespace bnn::sim {

/// The outputs of a row: which of them can a change of at most `reach` move
/// over their limit?
struct NearTask {
  const int32_t *sums = nullptr, *limits = nullptr, *reach = nullptr;
  size_t lanes = 0; ///< a multiple of 32
};

/// Writes their numbers to `near`, which has room for lanes + 16; returns how
/// many. With a reach of 0 an output is never among them.
size_t findNear(const NearTask &task, uint32_t *near);

/// Cells that are each chosen with a probability of their own.
struct ChoiceTask {
  /// Numbers of the cells to draw, readable to a multiple of 16.
  const uint32_t *cells = nullptr;
  size_t count = 0;
  const uint32_t *limits = nullptr; ///< cell i: below limits[i] in 2^32
  uint32_t key[2] = {0, 0};
  uint32_t site = 0, image = 0;
};

/// The chosen cells of `task` and the word that chose each, below its limit;
/// there is room for count + 16 of both. Returns how many.
size_t runChoice(const ChoiceTask &task, uint32_t *chosen, uint32_t *words);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_READCHOICE_H
