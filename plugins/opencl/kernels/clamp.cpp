#include "switchyard/sdk/ops/clamp.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kFunctions = R"(
#define IS_NAN(x) ((x) != (x))
static inline C0 at_least(C0 x, C0 low) { return x < low || IS_NAN(low) ? low : x; }
static inline C0 at_most(C0 x, C0 high) { return x > high || IS_NAN(high) ? high : x; }
)";

/// The bounds are elements of self's dtype, saturated; NaN stays NaN.
void run(const Call& call, const ClampArgs& args) {
  std::string value = "a";
  if (args.min) value = "at_least(" + value + ", low)";
  if (args.max) value = "at_most(" + value + ", high)";
  const std::string name = std::string("clamp") + (args.min ? "/min" : "") + (args.max ? "/max" : "");
  run_pointwise(call, name,
                {"IS_NAN(a) ? a : " + value, kFunctions, ", const C0 low, const C0 high", [&](Launch& launch) {
                   const Scalar none;
                   launch.element(args.min.value_or(none), call.t(0), true);
                   launch.element(args.max.value_or(none), call.t(0), true);
                 }});
}

}  // namespace

SY_KERNELS(clamp, make_kernel<ClampArgs, run>(kPointwise));
