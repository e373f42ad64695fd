#include "switchyard/sdk/ops/cast.h"

#include "../pointwise.h"
#include "../source.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

/// The value is stored as an element of another dtype than it is computed in.
void run(const Call& call, const CastArgs& args) {
  const std::string store = converted(args.self.dtype(), args.result.dtype(), "v");
  run_pointwise(call, "cast", {"a", "#undef STORE0\n#define STORE0(p, i, v) (p)[i] = " + store + "\n", "", nullptr});
}

}  // namespace

SY_KERNELS(cast, make_kernel<CastArgs, run>(kPointwise));
