#include "switchyard/sdk/ops/logsumexp.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/reduce.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const LogsumexpArgs& args) {
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    reduce<T, T>(args.self, args.result, args.dim, [](const Reduced<T>& elements) {
      double largest = -INFINITY;
      elements.for_each([&](T x) { largest = x > largest || is_nan(x) ? static_cast<double>(x) : largest; });
      if (!std::isfinite(largest)) return convert<T>(largest);
      double sum = 0;
      elements.for_each([&](T x) { sum += std::exp(static_cast<double>(x) - largest); });
      return convert<T>(largest + std::log(sum));
    });
  });
}

}  // namespace

SY_KERNELS(logsumexp, make_kernel<LogsumexpArgs, run>(kStrided | kDeterministic));
