#include "switchyard/sdk/ops/masked_fill.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

void run(const Call& call, const MaskedFillArgs& args) {
  run_pointwise(call, "masked_fill", {"b != 0 ? value : a", "", ", const C0 value", [&](Launch& launch) {
                                        launch.element(args.value, call.t(0));
                                      }});
}

}  // namespace

SY_KERNELS(masked_fill, make_kernel<MaskedFillArgs, run>(kPointwise));
