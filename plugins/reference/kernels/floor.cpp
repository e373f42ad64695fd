#include "switchyard/sdk/ops/floor.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double floor_of(double x) { return std::floor(x); }
std::int64_t floor_of(std::int64_t x) { return x; }

sy_status run(const Call& call, const FloorArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return floor_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(floor, make_kernel<FloorArgs, run>(kPointwise));
