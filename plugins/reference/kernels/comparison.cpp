// eq, ne, lt, le, gt, ge.
#include <functional>

#include "../compute.h"
#include "switchyard/sdk/ops/eq.h"
#include "switchyard/sdk/ops/ge.h"
#include "switchyard/sdk/ops/gt.h"
#include "switchyard/sdk/ops/le.h"
#include "switchyard/sdk/ops/lt.h"
#include "switchyard/sdk/ops/ne.h"

namespace {

using namespace sy::sdk;  // NOLINT

template <typename Args, typename Compare>
sy_status compare(const Call& call, const Args& args) {
  return sy::reference::predicate(call, All(), args.result, Compare(), args.self, args.other);
}

}  // namespace

SY_KERNELS(comparison, make_kernel<EqArgs, compare<EqArgs, std::equal_to<>>>(kPointwise),
           make_kernel<NeArgs, compare<NeArgs, std::not_equal_to<>>>(kPointwise),
           make_kernel<LtArgs, compare<LtArgs, std::less<>>>(kPointwise),
           make_kernel<LeArgs, compare<LeArgs, std::less_equal<>>>(kPointwise),
           make_kernel<GtArgs, compare<GtArgs, std::greater<>>>(kPointwise),
           make_kernel<GeArgs, compare<GeArgs, std::greater_equal<>>>(kPointwise));
