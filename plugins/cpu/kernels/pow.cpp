// self raised to other; integers wrap.
#include "switchyard/sdk/ops/pow.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pow.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
#include "loops/narrow-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct IntegerPow {
  T operator()(T base, T exponent) const {
    if constexpr (std::is_signed_v<T>) {
      if (exponent < 0) return base == 1 ? T{1} : base == -1 ? ((exponent & 1) != 0 ? T(-1) : T{1}) : T{0};
    }
    T result = 1;
    while (exponent != 0) {
      if ((exponent & 1) != 0) result = wrap_mul(result, base);
      base = wrap_mul(base, base);
      exponent = static_cast<T>(exponent >> 1);
    }
    return result;
  }
};

template <class T>
void pow_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const T* base = static_cast<const T*>(in[0]);
  const T* exponent = static_cast<const T*>(in[1]);
  T* o = static_cast<T*>(out);
  for (std::int64_t i = 0; i < n; ++i) o[i] = std::pow(base[i], exponent[i]);
}

// f32 through exp(y log x) in f64 where x is positive and both are finite; else the library's pow.
void float_pow_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const hn::ScalableTag<double> dd;
  const hn::Rebind<float, decltype(dd)> df;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(dd));
  const float* base = static_cast<const float*>(in[0]);
  const float* exponent = static_cast<const float*>(in[1]);
  float* o = static_cast<float*>(out);
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto x = hn::LoadU(df, base + i);
    const auto y = hn::LoadU(df, exponent + i);
    if (hn::AllTrue(df, hn::Eq(y, hn::Set(df, 2.0f)))) {
      hn::StoreU(hn::Mul(x, x), df, o + i);
      continue;
    }
    const auto largest = hn::Set(df, std::numeric_limits<float>::max());
    const auto usual = hn::And(hn::And(hn::Gt(x, hn::Zero(df)), hn::Le(x, largest)), hn::Le(hn::Abs(y), largest));
    if (HWY_LIKELY(hn::AllTrue(df, usual))) {
      const auto limit = hn::Set(dd, 700.0);  // far beyond float's range, within double's
      const auto power = hn::Mul(hn::PromoteTo(dd, y), hn::Log(dd, hn::PromoteTo(dd, x)));
      const auto r = hn::Exp(dd, hn::Max(hn::Min(power, limit), hn::Neg(limit)));
      hn::StoreU(narrow_to(df, r), df, o + i);
    } else {
      for (std::int64_t k = i; k < i + lanes; ++k) o[k] = std::pow(base[k], exponent[k]);
    }
  }
  for (; i < n; ++i) o[i] = std::pow(base[i], exponent[i]);
}

const RowTable& pow_rows() {
  static constexpr RowTable kTable = [] {
    RowTable table = binary_table<IntegerPow>(IntegerTypes{});
    table.row[SY_F16] = table.row[SY_BF16] = table.row[SY_F32] = &float_pow_row;
    table.row[SY_F64] = &pow_row<double>;
    return table;
  }();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(pow_rows);

const RowTable& pow_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(pow_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(pow, sy::cpu::row_kernel<sy::sdk::PowArgs, sy::cpu::pow_table>());
#endif
