// self where condition is true, else other.
#include "switchyard/sdk/ops/where.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/where.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
HWY_INLINE void where_run(const std::uint8_t* condition, const T* a, const T* b, T* o, std::int64_t n) {
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = condition[i] != 0 ? a[i] : b[i];
}

template <class T>
void where_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const std::uint8_t* condition = static_cast<const std::uint8_t*>(in[0]);
  const T* a = static_cast<const T*>(in[1]);
  const T* b = static_cast<const T*>(in[2]);
  T* o = static_cast<T*>(out);
  constexpr std::int64_t kRun = 64, kLine = 64 / sizeof(T);
  std::int64_t i = 0;
  for (; i + kRun <= n; i += kRun) {
    prefetch_input(condition + i);
    for (std::int64_t k = i; k < i + kRun; k += kLine) {
      prefetch_input(a + k);
      prefetch_input(b + k);
      prefetch_output(o + k);
    }
    where_run(condition + i, a + i, b + i, o + i, kRun);
  }
  where_run(condition + i, a + i, b + i, o + i, n - i);
}

// By element size: bits are moved, whatever they mean.
RowFn where_rows(int size) {
  constexpr RowFn kRows[] = {&where_row<std::uint8_t>, &where_row<std::uint16_t>, &where_row<std::uint32_t>,
                             &where_row<std::uint64_t>};
  return kRows[size];
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(where_rows);

RowChoice where_choice(const sy_call& call) {
  RowChoice choice;
  choice.row = HWY_DYNAMIC_DISPATCH(where_rows)(size_index(item_size(call.dtypes[0])));
  choice.halves = Halves::kRaw;
  return choice;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(where, sy::cpu::chosen_row_kernel<sy::sdk::WhereArgs, sy::cpu::where_choice>());
#endif
