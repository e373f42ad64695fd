// Plain, slow, obviously right kernels in host memory: the oracle of the conformance tests.
#include "switchyard/sdk/plugin.h"

#include "switchyard/sdk/host_device.h"

namespace {

constexpr sy_backend kBackend = sy::sdk::host_backend("reference", "plain kernels that others are checked against");

void init(const sy::sdk::Registrar& registrar) {
  registrar.backend(kBackend);
  registrar.kernels(kBackend.name, sy_kernel_list);
}

}  // namespace

SY_PLUGIN_DEFINE("reference", "0.9.0", "Switchyard", "Plain, slow, obviously right kernels", init);
