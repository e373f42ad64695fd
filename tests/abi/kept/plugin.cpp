// A plugin that brings kernels for somebody else's device.
#include "switchyard/sdk/plugin.h"

namespace {

void init(const sy::sdk::Registrar& registrar) { registrar.kernels("cpu", sy_kernel_list); }

}  // namespace

SY_PLUGIN_DEFINE("kept", "0.1.0", "Switchyard", "kernels with a reserve and with layouts", init);
