// Keeps 1 - result^2 in the reserve.
#include <cmath>
#include <cstring>

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/kept_tanh.h"
#include "switchyard/sdk/ops/kept_tanh_backward.h"

namespace {

using namespace kept::sdk;  // NOLINT
using namespace sy::sdk;    // NOLINT

using Types = TypeList<float, double>;

std::uint64_t reserve(const Call& call, const TanhArgs& args) {
  return static_cast<std::uint64_t>(args.self.numel()) * dtype_size(call.t(0));
}

sy_status forward(const Call& call, const TanhArgs& args) {
  return call.dispatch(Types(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* kept = args.kept.template data<T>();
    for (std::int64_t i = 0; i < args.self.numel(); ++i) {
      const T y = std::tanh(args.self.template data<T>()[i]);
      args.result.template data<T>()[i] = y;
      kept[i] = 1 - y * y;
    }
  });
}

sy_status backward(const Call& call, const TanhBackwardArgs& args) {
  if (args.kept.numel() != args.grad.numel() * static_cast<std::int64_t>(dtype_size(call.t(0)))) {
    return call.error(SY_UNSUPPORTED, "the forward ran elsewhere: nothing was kept");
  }
  return call.dispatch(Types(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* kept = args.kept.template data<T>();
    for (std::int64_t i = 0; i < args.grad.numel(); ++i) {
      args.result.template data<T>()[i] = args.grad.template data<T>()[i] * kept[i];
    }
  });
}

}  // namespace

SY_KERNELS(tanh, with_reserve<TanhArgs, reserve>(make_kernel<TanhArgs, forward>(kDeterministic, Types())),
           make_kernel<TanhBackwardArgs, backward>(kDeterministic, Types()));
