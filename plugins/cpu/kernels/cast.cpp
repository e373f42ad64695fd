// Values as another dtype.
#include "switchyard/sdk/ops/cast.h"

#include "loops/convert.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cast.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class To, class From>
HWY_INLINE To cast_value(From v) {
  if constexpr (std::is_same_v<To, bool>) {
    return v != From{0};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && sizeof(To) < 4) {
    return static_cast<To>(static_cast<std::int32_t>(v));  // wraps within int's range, and vectorises
  } else {
    return static_cast<To>(v);
  }
}

template <class From, class To>
void cast_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const From* a = static_cast<const From*>(in[0]);
  To* o = static_cast<To*>(out);
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = cast_value<To>(a[i]);
}

// To f16 and bf16 in one rounding: only float values go through float.
template <class From, class Half>
void cast_to_half_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const From* a = static_cast<const From*>(in[0]);
  Half* o = static_cast<Half*>(out);
  for (std::int64_t i = 0; i < n; ++i) o[i] = Half(a[i]);
}

// bf16 from and to memory: its floats need no buffer in between.
template <class To>
void cast_from_bf16_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const std::uint16_t* a = static_cast<const std::uint16_t*>(in[0]);
  To* o = static_cast<To*>(out);
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = cast_value<To>(bf16_to_f32(a[i]));
}
void cast_float_to_bf16_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const float* a = static_cast<const float*>(in[0]);
  std::uint16_t* o = static_cast<std::uint16_t*>(out);
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = f32_to_bf16(a[i]);
}

template <class... To>
RowFn row_from_bf16(std::uint32_t to, Types<To...>) {
  RowFn row = nullptr;
  static_cast<void>(((to == kIdOf<To> ? (row = &cast_from_bf16_row<To>, true) : false) || ...));
  return row;
}

// From a compute type to a dtype; to f16 and bf16 as float, which the driver rounds.
template <class From, class... To>
RowFn row_to(std::uint32_t to, Types<To...>) {
  RowFn row = nullptr;
  static_cast<void>(((compute_dtype(to) == kIdOf<To> ? (row = &cast_row<From, To>, true) : false) || ...));
  return row;
}

RowFn cast_rows(std::uint32_t from, std::uint32_t to) {
  if (from == SY_BF16 && !is_half(to)) return row_from_bf16(to, AllTypes{});
  if (from == SY_F32 && to == SY_BF16) return &cast_float_to_bf16_row;
  RowFn row = nullptr;
  visit_compute(from, AllTypes{}, [&](auto tag) {
    using From = typename decltype(tag)::type;
    row = row_to<From>(to, AllTypes{});
    if constexpr (sizeof(From) >= 4 && !std::is_same_v<From, float>) {
      if (to == SY_F16) row = &cast_to_half_row<From, sdk::f16>;
      if (to == SY_BF16) row = &cast_to_half_row<From, sdk::bf16>;
    }
  });
  return row;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(cast_rows);

void run_cast(const Call& call, const sdk::CastArgs& args) {
  const std::uint32_t from = args.self.dtype();
  const std::uint32_t to = args.result.dtype();
  if (from == to) return copy_elements(operand(args.self), operand(args.result));
  const RowFn row = HWY_DYNAMIC_DISPATCH(cast_rows)(from, to);
  // What cast_rows made for halves as they lie in memory.
  const bool wide_to_half = is_half(to) && (from == SY_I32 || from == SY_I64 || from == SY_F64);
  const bool raw = wide_to_half || (from == SY_BF16 && !is_half(to)) || (from == SY_F32 && to == SY_BF16);
  run_pointwise(call, row, nullptr, raw ? Halves::kRaw : Halves::kConvert);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(cast, sy::sdk::make_kernel<sy::sdk::CastArgs, sy::cpu::run_cast>(sy::sdk::kPointwise));
#endif
