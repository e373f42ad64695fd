// The plugin: one device in host memory and one kernel.
#include "switchyard/sdk/plugin.h"

#include "switchyard/sdk/host_device.h"

namespace {

// A real device fills in its own functions: start from sy_backend{} and switchyard/abi/backend.h.
constexpr sy_backend kBackend = sy::sdk::host_backend("template", "an example device in host memory");

// Runs once, when the host loads the plugin. A machine without the hardware declines politely:
//   throw sy::sdk::Error(SY_UNSUPPORTED, "no driver found");
void init(const sy::sdk::Registrar& registrar) {
  registrar.backend(kBackend);
  registrar.kernels(kBackend.name, sy_kernel_list);
  sy::sdk::log(registrar.host(), registrar.handle(), SY_LOG_DEBUG, "template: ready");
}

}  // namespace

SY_PLUGIN_DEFINE("template", "0.1.0", "Your company", "an example device in host memory", init);
