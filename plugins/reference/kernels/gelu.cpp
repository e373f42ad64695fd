#include "switchyard/sdk/ops/gelu.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double by_erf(double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; }

double by_tanh(double x) {
  const double c = std::sqrt(2 / std::acos(-1.0));
  return 0.5 * x * (1 + std::tanh(c * (x + 0.044715 * x * x * x)));
}

sy_status run(const Call& call, const GeluArgs& args) {
  const auto gelu = args.approximate == "tanh" ? by_tanh : by_erf;
  return sy::reference::pointwise(call, Floating(), args.result, gelu, args.self);
}

}  // namespace

SY_KERNELS(gelu, make_kernel<GeluArgs, run>(kPointwise));
