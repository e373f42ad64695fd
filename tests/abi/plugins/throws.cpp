// Built by clang with a C++ runtime of its own, statically linked and hidden: what it throws, the host could not catch.
#include <stdexcept>
#include <string>

#include "switchyard/sdk/host_device.h"
#include "switchyard/sdk/ops/neg.h"
#include "switchyard/sdk/ops/relu.h"
#include "switchyard/sdk/plugin.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status relu(const Call&, const ReluArgs& args) {
  throw std::runtime_error("relu gave up on " + std::to_string(args.self.numel()) + " elements");
}
sy_status neg(const Call&, const NegArgs&) { throw 7; }

constexpr sy_backend kBackend = host_backend("throws", "a device whose kernels throw");

constexpr sy_kernel kRelu = make_kernel<ReluArgs, relu>(kPointwise);
constexpr sy_kernel kNeg = make_kernel<NegArgs, neg>(kPointwise);
constexpr const sy_kernel* kTable[] = {&kRelu, &kNeg};

void init(const Registrar& registrar) {
  registrar.backend(kBackend);
  registrar.kernels(kBackend.name, KernelTable{kTable, 2});
}

}  // namespace

SY_PLUGIN_DEFINE("throws", "1", "tests", "kernels that throw", init);
