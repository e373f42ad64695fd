#include "switchyard/testing/fill.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace sy::testing {
namespace {

struct Range {
  double low, high;
};

Range range_of(const OperatorSamples& op, const std::string& param, const TensorSpec& spec, Dtype dtype) {
  if (spec.low && spec.high) return {*spec.low, *spec.high};
  if (auto it = op.domain.find(param); it != op.domain.end()) return {it->second.first, it->second.second};
  if (dtype.is_floating()) return {-2, 2};
  return {dtype == kU8 ? 0.0 : -4.0, 5};
}

double on_grid(double v, const Range& r) {
  v = std::round(v * 8) / 8;
  if (v < r.low) v += 0.125;
  if (v >= r.high) v -= 0.125;
  return v;
}

void fill_distinct(Array& a, std::mt19937_64& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(a.numel()));
  std::iota(order.begin(), order.end(), -a.numel() / 2);
  std::shuffle(order.begin(), order.end(), random);
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    std::int64_t v = order[static_cast<std::size_t>(i)];
    if (a.dtype.is_floating())
      a.set(i, 0.25 * static_cast<double>(v));
    else if (a.dtype.is_bool())
      a.set(i, (v & 1) != 0);
    else
      a.set(i, a.dtype == kU8 ? v + a.numel() / 2 : v);
  }
}

double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

double normal(std::mt19937_64& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += uniform(random);
  return sum;
}

std::vector<Scalar> specials(Dtype dtype) {
  if (dtype.is_bool()) return {false, true};
  if (dtype.is_integral()) {
    bool is_signed = dtype != kU8;
    std::int64_t bits = static_cast<std::int64_t>(dtype.itemsize()) * 8 - (is_signed ? 1 : 0);
    std::int64_t high = bits == 63 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1;
    std::int64_t low = is_signed ? -high - 1 : 0;
    return {0, 1, is_signed ? -1 : 3, 2, high, low, 7};
  }
  constexpr double kInf = std::numeric_limits<double>::infinity();
  double large = dtype == kF16 ? 20000 : 1e38;  // twice that is finite
  double tiny = dtype == kF16 ? 1e-7 : 1e-40;
  return {0.0, -0.0, 1.0, -2.5, std::numeric_limits<double>::quiet_NaN(), kInf, -kInf, large, tiny, 0.5};
}

}  // namespace

std::int64_t num_special_values(Dtype dtype) { return static_cast<std::int64_t>(specials(dtype).size()); }

Array special_values(Dtype dtype, std::int64_t count, std::int64_t run) {
  std::vector<Scalar> list = specials(dtype);
  Array a(dtype, {count});
  for (std::int64_t i = 0; i < count; ++i) a.set(i, list[static_cast<std::size_t>(i / run) % list.size()]);
  return a;
}

Array fill(const OperatorSamples& op, const std::string& param, const TensorSpec& spec, Dtype dtype, Values values,
           std::mt19937_64& random) {
  Array a(dtype, spec.shape);
  if (!spec.values.empty()) {
    if (static_cast<std::int64_t>(spec.values.size()) != a.numel())
      throw std::invalid_argument("values for another shape");
    for (std::int64_t i = 0; i < a.numel(); ++i) a.set(i, spec.values[static_cast<std::size_t>(i)]);
    return a;
  }
  std::string how = spec.fill;
  if (auto it = op.fill.find(param); how.empty() && it != op.fill.end()) how = it->second;
  if (how == "distinct") {
    fill_distinct(a, random);
    return a;
  }
  Range r = range_of(op, param, spec, dtype);
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    double u = uniform(random);
    if (dtype.is_bool()) {
      a.set(i, spec.low && spec.high ? std::floor(r.low + u * (r.high - r.low)) != 0 : u < 0.5);
    } else if (dtype.is_integral()) {
      double low = std::ceil(dtype == kU8 ? std::max(r.low, 0.0) : r.low);
      double high = std::max(low + 1, std::ceil(r.high));
      a.set(i, static_cast<std::int64_t>(std::floor(low + u * (high - low))));
    } else {
      double v = how == "normal" ? normal(random) : r.low + u * (r.high - r.low);
      a.set(i, values == Values::kExact ? on_grid(v, r) : v);
    }
  }
  return a;
}

}  // namespace sy::testing
