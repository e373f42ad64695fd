// logical_and, logical_or, logical_xor, logical_not. NaN counts as true.
#include "../compute.h"
#include "switchyard/sdk/ops/logical_and.h"
#include "switchyard/sdk/ops/logical_not.h"
#include "switchyard/sdk/ops/logical_or.h"
#include "switchyard/sdk/ops/logical_xor.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::predicate;

sy_status both(const Call& call, const LogicalAndArgs& args) {
  return predicate(
      call, All(), args.result, [](auto x, auto y) { return x != 0 && y != 0; }, args.self, args.other);
}

sy_status either(const Call& call, const LogicalOrArgs& args) {
  return predicate(
      call, All(), args.result, [](auto x, auto y) { return x != 0 || y != 0; }, args.self, args.other);
}

sy_status one(const Call& call, const LogicalXorArgs& args) {
  return predicate(
      call, All(), args.result, [](auto x, auto y) { return (x != 0) != (y != 0); }, args.self, args.other);
}

sy_status none(const Call& call, const LogicalNotArgs& args) {
  return predicate(
      call, All(), args.result, [](auto x) { return x == 0; }, args.self);
}

}  // namespace

SY_KERNELS(logical, make_kernel<LogicalAndArgs, both>(kPointwise), make_kernel<LogicalOrArgs, either>(kPointwise),
           make_kernel<LogicalXorArgs, one>(kPointwise), make_kernel<LogicalNotArgs, none>(kPointwise));
