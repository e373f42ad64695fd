// fill, full: one value everywhere.
#include "switchyard/sdk/ops/fill.h"

#include "../pointwise.h"
#include "switchyard/sdk/ops/full.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

void write(const Call& call, const Scalar& value) {
  const std::uint32_t dtype = call.output(0).dtype();
  run_pointwise(call, "fill",
                {"value", "", ", const C0 value", [&](Launch& launch) { launch.element(value, dtype); }, false});
}

void fill(const Call& call, const FillArgs& args) { write(call, args.value); }
void full(const Call& call, const FullArgs& args) { write(call, args.fill_value); }

}  // namespace

SY_KERNELS(fill, make_kernel<FillArgs, fill>(kStrided | kDeterministic),
           make_kernel<FullArgs, full>(kStrided | kDeterministic));
