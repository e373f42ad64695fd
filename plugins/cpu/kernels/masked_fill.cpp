// value where mask is true, else self.
#include "switchyard/sdk/ops/masked_fill.h"

#include "loops/scalar_bits.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/masked_fill.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void masked_fill_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const T* a = static_cast<const T*>(in[0]);
  const std::uint8_t* mask = static_cast<const std::uint8_t*>(in[1]);
  T* o = static_cast<T*>(out);
  T value;
  std::memcpy(&value, context, sizeof(T));
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = mask[i] != 0 ? value : a[i];
}

// By element size: bits are moved, whatever they mean.
RowFn masked_fill_rows(int size) {
  constexpr RowFn kRows[] = {&masked_fill_row<std::uint8_t>, &masked_fill_row<std::uint16_t>,
                             &masked_fill_row<std::uint32_t>, &masked_fill_row<std::uint64_t>};
  return kRows[size];
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(masked_fill_rows);

void run_masked_fill(const Call& call, const sdk::MaskedFillArgs& args) {
  const ScalarBits value(args.value, call.t(0));
  run_pointwise(call, HWY_DYNAMIC_DISPATCH(masked_fill_rows)(size_index(item_size(call.t(0)))), value.bytes,
                Halves::kRaw);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(masked_fill, sy::sdk::make_kernel<sy::sdk::MaskedFillArgs, sy::cpu::run_masked_fill>(sy::sdk::kPointwise));
#endif
