#include "switchyard/testing/compare.h"

#include <cmath>

namespace sy::testing {
namespace {

bool agree(const Scalar& a, const Scalar& b, Tolerance t) {
  if (!a.is_floating()) return a == b;
  double x = a.to_double(), y = b.to_double();
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  if (std::isinf(x) || std::isinf(y)) return x == y;
  return std::abs(x - y) <= t.absolute + t.relative * std::abs(y);
}

}  // namespace

Tolerance tolerance_of(const OperatorSamples& op, Dtype dtype) {
  if (auto it = op.tolerance.find(std::string(dtype.name())); it != op.tolerance.end()) {
    return {it->second.first, it->second.second};
  }
  switch (dtype.id()) {
    case SY_F64: return {1e-7, 1e-7};
    case SY_F32: return {1.3e-6, 1e-5};
    case SY_F16: return {1e-3, 1e-5};
    case SY_BF16: return {1.6e-2, 1e-5};
    default: return {};
  }
}

std::string difference(const Array& actual, const Array& expected, Tolerance tolerance) {
  if (actual.dtype != expected.dtype || actual.shape != expected.shape) {
    return str_cat("got ", actual.dtype.name(), shape_str(actual.shape), ", expected ", expected.dtype.name(),
                   shape_str(expected.shape));
  }
  std::int64_t first = -1, count = 0;
  for (std::int64_t i = 0; i < actual.numel(); ++i) {
    if (agree(actual.at(i), expected.at(i), tolerance)) continue;
    if (count++ == 0) first = i;
  }
  if (count == 0) return "";
  return str_cat(count, " of ", actual.numel(), " elements differ; element ", first, " is ", actual.at(first).str(),
                 ", expected ", expected.at(first).str());
}

}  // namespace sy::testing
