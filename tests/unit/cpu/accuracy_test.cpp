// Functions of one argument over all halves, and over f32 and f64 from end to end: errors in units of the last place.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "../reference/plugin_harness.h"
#include "switchyard/sdk/dtype.h"

namespace sy::testing {
namespace {

using Exact = long double (*)(long double);

long double sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double silu(long double x) { return x * sigmoid(x); }
long double gelu(long double x) { return x * std::erfc(-x * 0.70710678118654752440084436210485L) / 2; }

/// The largest errors allowed, in units of the last place.
struct Function {
  const char* op;
  Exact exact;
  double f32, f64;
};

const Function kFunctions[] = {
    {"exp", std::exp, 2, 2}, {"expm1", std::expm1, 4, 4}, {"log", std::log, 2, 2},   {"log1p", std::log1p, 4, 4},
    {"sin", std::sin, 3, 4}, {"cos", std::cos, 3, 4},     {"tanh", std::tanh, 6, 4}, {"sigmoid", sigmoid, 4, 4},
    {"silu", silu, 4, 4},    {"erf", std::erf, 4, 4},     {"gelu", gelu, 8, 10},
};

struct Format {
  std::uint32_t dtype;
  int digits, lowest;  // of the mantissa, in bits; the smallest normal exponent
  double largest;
};
const Format kF32 = {SY_F32, 24, -126, 0x1.fffffep127};
const Format kF64 = {SY_F64, 53, -1022, std::numeric_limits<double>::max()};
const Format kHalves[] = {{SY_BF16, 8, -126, 0x1.fep127}, {SY_F16, 11, -14, 65504}};

long double unit(const Format& format, long double x) {
  return std::ldexp(1.0L, std::max(x == 0 ? format.lowest : std::ilogb(x), format.lowest) - format.digits + 1);
}

/// How far `got` is off, in units; infinity where one of two is NaN, or a zero of the other sign.
double error(const Format& format, long double got, long double exact) {
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : kWrong;
  if (exact == 0 && got == 0) return std::signbit(exact) == std::signbit(got) ? 0 : kWrong;
  // Infinity is what would follow the largest number.
  const long double end = format.largest + unit(format, format.largest);
  return static_cast<double>(std::abs(std::clamp(got, -end, end) - std::clamp(exact, -end, end)) /
                             unit(format, std::min<long double>(std::abs(exact), format.largest)));
}

/// What f32 or f64 rounds away inside, in its units: the exponent in Phi(x), and small values of exp(x) and Phi(x).
double lost(const Function& f, const Format& format, double x) {
  if (!(x < 0) || (f.exact != gelu && f.exact != silu)) return 0;
  const Format& inside = format.dtype == SY_F64 ? kF64 : kF32;
  long double tiny = std::ldexp(-static_cast<long double>(x), inside.lowest - inside.digits + 1);
  if (f.exact == gelu) {
    if (format.dtype != SY_F64) tiny = -x * 0x1p-126L;
    if (format.dtype == SY_BF16 && x < -5.49) tiny = 1.1e-7L;
    if (format.dtype == SY_BF16 && x < -3) tiny = std::max(tiny, std::abs(f.exact(x)) * 0x1p-11L);
  }
  return static_cast<double>(tiny / unit(inside, f.exact(x))) + (f.exact == gelu ? 0.8 * x * x : 0);
}

void check(const Function& f, const Format& format, const std::vector<double>& x) {
  TestCall call(LoadedPlugin::get("cpu"), f.op, format.dtype);
  const std::int64_t n = static_cast<std::int64_t>(x.size());
  call.tensor(typed(format.dtype, {n}, x));
  if (f.exact == gelu) call.str("none");
  call.output(format.dtype, {n});
  ASSERT_EQ(call.run(), SY_OK) << last_error();
  const std::vector<double> got = call.result();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double exact = f.exact(x[i]);
    const double e = error(format, got[i], exact);
    double limit = (format.dtype == SY_F64 ? f.f64 : f.f32) + lost(f, format, x[i]);
    // Halves are results in f32, rounded.
    if (format.digits < 24) limit = 0.5 + 0.02 + limit / (1 << (24 - format.digits));
    if (e == 0 || e <= limit) continue;
    if (wrong++ == 0)
      ADD_FAILURE() << f.op << "(" << x[i] << ") is " << got[i] << ", not " << exact << ": " << e << " units";
  }
  EXPECT_EQ(wrong, 0u) << f.op << " of dtype " << format.dtype << ", of " << x.size();
}

TEST(Accuracy, EveryHalf) {
  for (const Format& format : kHalves) {
    std::vector<double> x(0x10000);
    for (std::uint32_t i = 0; i < x.size(); ++i) {
      const std::uint16_t bits = static_cast<std::uint16_t>(i);
      x[i] = format.dtype == SY_F16 ? static_cast<float>(sdk::f16::from_bits(bits))
                                    : static_cast<float>(sdk::bf16::from_bits(bits));
    }
    for (const Function& f : kFunctions) check(f, format, x);
  }
}

TEST(Accuracy, FloatsFromEndToEnd) {
  std::vector<double> x;
  for (std::uint64_t bits = 0; bits < 1ull << 32; bits += 40009) {
    const std::uint32_t word = static_cast<std::uint32_t>(bits);
    float v;
    std::memcpy(&v, &word, 4);
    x.push_back(v);
  }
  for (double v : {0.0, -0.0, 1.0, -1.0, 88.72283, 88.7229, -87.33654, -103.97, 1e-45, -1e-45, 1.17549435e-38}) {
    x.push_back(static_cast<float>(v));
  }
  x.push_back(std::numeric_limits<double>::infinity());
  x.push_back(-std::numeric_limits<double>::infinity());
  for (const Function& f : kFunctions) check(f, kF32, x);
}

TEST(Accuracy, DoublesFromEndToEnd) {
  std::vector<double> x = {0.0, -0.0, std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()};
  for (std::uint64_t bits = 0; bits < ~0ull - (1ull << 50); bits += 0x0002b504f333f9deull) {
    double v;
    std::memcpy(&v, &bits, 8);
    x.push_back(v);
  }
  for (double v = -40; v < 40; v += 0.00571828) x.push_back(v);
  for (const Function& f : kFunctions) check(f, kF64, x);
}

}  // namespace
}  // namespace sy::testing
