#include "switchyard/sdk/ops/relu.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

/// NaN fails the comparison and stays.
template <typename T>
T relu_of(T x) {
  return x < 0 ? T(0) : x;
}

sy_status run(const Call& call, const ReluArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return relu_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(relu, make_kernel<ReluArgs, run>(kPointwise));
