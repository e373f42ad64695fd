// Proposes the layout of its output, and writes any.
#include <memory>

#include "switchyard/sdk/elementwise.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/kept_channels_last.h"

namespace {

using namespace kept::sdk;  // NOLINT
using namespace sy::sdk;    // NOLINT

using Types = TypeList<float, double>;

struct Plan {
  bool free_layout;
};

std::unique_ptr<Plan> prepare(const Call&, const ChannelsLastArgs&, const Layouts& layouts) {
  layouts.propose(0, {0, 2, 3, 1});
  return std::make_unique<Plan>(Plan{layouts.is_open(0)});
}

sy_status run(const Call& call, const ChannelsLastArgs& args) {
  if (call.plan<Plan>()->free_layout && args.result.shape()[1] > 1 && args.result.strides()[1] != 1) {
    return call.error(SY_INTERNAL, "the proposed layout was not used");
  }
  return call.dispatch(Types(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Tensor &in = args.self, &out = args.result;
    for (std::int64_t n = 0; n < in.shape()[0]; ++n)
      for (std::int64_t c = 0; c < in.shape()[1]; ++c)
        for (std::int64_t h = 0; h < in.shape()[2]; ++h)
          for (std::int64_t w = 0; w < in.shape()[3]; ++w) {
            auto at = [&](const Tensor& t) {
              return t.strides()[0] * n + t.strides()[1] * c + t.strides()[2] * h + t.strides()[3] * w;
            };
            out.template data<T>()[at(out)] = in.template data<T>()[at(in)];
          }
  });
}

}  // namespace

SY_KERNELS(channels_last, with_plan<Plan, ChannelsLastArgs, prepare>(
                              make_kernel<ChannelsLastArgs, run>(kStrided | kDeterministic, Types())));
