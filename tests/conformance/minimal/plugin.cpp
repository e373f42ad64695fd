// The reference's kernels behind a device called `minimal`, all but those of the minimal set masked: everything else has
// to run as other operators.
#include "switchyard/sdk/plugin.h"

#include <cstring>
#include <vector>

#include "kernels.h"
#include "switchyard/sdk/host_device.h"

namespace {

constexpr sy_backend kBackend = sy::sdk::host_backend("minimal", "the minimal set of the reference's kernels");

bool is_minimal(const sy_kernel& kernel) {
  for (const char* op : kMinimalKernels) {
    if (std::strcmp(op, kernel.op) == 0) return true;
  }
  return false;
}

void init(const sy::sdk::Registrar& registrar) {
  static auto* const kernels = new std::vector<const sy_kernel*>;  // outlives shutdown
  for (const auto* const* table = sy_kernel_list; *table != nullptr; ++table) {
    for (std::uint32_t i = 0; i < (*table)->count; ++i) {
      if (is_minimal(*(*table)->kernels[i])) kernels->push_back((*table)->kernels[i]);
    }
  }
  registrar.backend(kBackend);
  registrar.kernels(kBackend.name, {kernels->data(), static_cast<std::uint32_t>(kernels->size())});
}

}  // namespace

SY_PLUGIN_DEFINE("minimal", "0.9.0", "Switchyard", "The minimal set of kernels", init);
