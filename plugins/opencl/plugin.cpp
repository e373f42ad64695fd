// OpenCL devices of any vendor: opaque buffers, in-order queues, kernels compiled at run time from generated sources.
#include "switchyard/sdk/plugin.h"

#include "backend.h"
#include "driver.h"
#include "host.h"

namespace {

void init(const sy::sdk::Registrar& registrar) {
  const std::string reason = sy::opencl::no_driver_reason();
  if (!reason.empty()) throw sy::sdk::Error(SY_UNSUPPORTED, "%s", reason.c_str());
  sy::opencl::host().services = registrar.host();
  sy::opencl::host().plugin = registrar.handle();
  sy::opencl::host().backend = registrar.backend(sy::opencl::kBackend);
  registrar.kernels(sy::opencl::kBackend.name, sy_kernel_list);
}

}  // namespace

SY_PLUGIN_DEFINE("opencl", "0.9.0", "Switchyard", "OpenCL 1.2 devices through the ICD loader, with CLBlast", init);
