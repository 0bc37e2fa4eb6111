//===- ReadChoice.cpp - Cells drawn one by one at each read ---------------===//
//
// Compiled once per instruction set: integers only, so that every set gives the
// same results.
//
//===----------------------------------------------------------------------===//

#include "ReadChoice.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ReadChoice.cpp"
#include "hwy/foreach_target.h"

#include "bnn/Device/Philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace bnn::sim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace bnn::device::HWY_NAMESPACE;

size_t nearOnTarget(const NearTask &task, uint32_t *near) {
  const D32 d;
  const hn::RebindToSigned<D32> ds;
  const size_t n = hn::Lanes(d);
  const auto one = hn::Set(d, 1);
  size_t found = 0;
  for (size_t i = 0; i < task.lanes; i += n) {
    // What moves a sum over its limit: up to it from below, under it from
    // above. Limits that nothing reaches overflow to no small number either.
    const auto up =
        hn::Sub(hn::LoadU(ds, task.limits + i), hn::LoadU(ds, task.sums + i));
    const auto need = hn::BitCast(d, hn::Max(up, hn::Sub(hn::Set(ds, 1), up)));
    const auto reach = hn::BitCast(d, hn::LoadU(ds, task.reach + i));
    const auto wanted = hn::Lt(hn::Sub(need, one), reach);
    if (!hn::AllFalse(d, wanted))
      found +=
          hn::CompressStore(hn::Iota(d, uint32_t(i)), wanted, d, near + found);
  }
  return found;
}

size_t chooseOnTarget(const ChoiceTask &task, uint32_t *chosen,
                      uint32_t *words) {
  const D32 d;
  const hn::RebindToSigned<D32> ds;
  const size_t n = hn::Lanes(d);
  HWY_ALIGN uint32_t drawn[4][batch];
  size_t found = 0;
  for (size_t first = 0; first < task.count; first += batch) {
    philox(task.key, task.cells + first, task.site, task.image, 0, drawn);
    for (size_t i = 0; i < batch && first + i < task.count; i += n) {
      const auto cells = hn::LoadU(d, task.cells + first + i);
      const auto word = hn::Load(d, drawn[0] + i);
      const auto limit =
          hn::GatherIndex(d, task.limits, hn::BitCast(ds, cells));
      auto wanted = hn::Lt(word, limit);
      const size_t left = task.count - first - i;
      if (left < n)
        wanted = hn::And(wanted, hn::FirstN(d, left));
      if (hn::AllFalse(d, wanted))
        continue;
      hn::CompressStore(cells, wanted, d, chosen + found);
      found += hn::CompressStore(word, wanted, d, words + found);
    }
  }
  return found;
}

} // namespace bnn::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bnn::sim {

HWY_EXPORT(nearOnTarget);
HWY_EXPORT(chooseOnTarget);

size_t findNear(const NearTask &task, uint32_t *near) {
  return HWY_DYNAMIC_DISPATCH(nearOnTarget)(task, near);
}

size_t runChoice(const ChoiceTask &task, uint32_t *chosen, uint32_t *words) {
  return HWY_DYNAMIC_DISPATCH(chooseOnTarget)(task, chosen, words);
}

} // namespace bnn::sim
#endif // HWY_ONCE
