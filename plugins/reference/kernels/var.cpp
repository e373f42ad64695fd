#include "switchyard/sdk/ops/var.h"

#include <algorithm>

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/reduce.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const VarArgs& args) {
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    reduce<T, T>(args.self, args.result, *args.dim, [&](const Reduced<T>& elements) {
      double sum = 0;
      elements.for_each([&](T x) { sum += static_cast<double>(x); });
      const double mean = sum / static_cast<double>(elements.size());
      double squares = 0;
      elements.for_each([&](T x) { squares += (static_cast<double>(x) - mean) * (static_cast<double>(x) - mean); });
      return convert<T>(squares / static_cast<double>(std::max<std::int64_t>(0, elements.size() - args.correction)));
    });
  });
}

}  // namespace

SY_KERNELS(var, make_kernel<VarArgs, run>(kStrided | kDeterministic));
