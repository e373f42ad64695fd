#include "switchyard/sdk/ops/gelu_backward.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

/// Phi(x) + x phi(x), with the standard normal's distribution and density.
double slope_by_erf(double x) {
  return (1 + std::erf(x / std::sqrt(2.0))) / 2 + x * std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
}

double slope_by_tanh(double x) {
  if (std::abs(x) > 20) return x > 0 ? 1 : 0;  // where the products would overflow
  const double c = std::sqrt(2 / std::acos(-1.0));
  const double t = std::tanh(c * (x + 0.044715 * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
}

sy_status run(const Call& call, const GeluBackwardArgs& args) {
  const auto slope = args.approximate == "tanh" ? slope_by_tanh : slope_by_erf;
  const auto chain = [&](double grad, double x) { return grad * slope(x); };
  return sy::reference::pointwise(call, Floating(), args.result, chain, args.grad, args.self);
}

}  // namespace

SY_KERNELS(gelu_backward, make_kernel<GeluBackwardArgs, run>(kPointwise));
