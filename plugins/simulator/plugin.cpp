// An accelerator that is not there: finds what a CPU hides. Pointers that the host may not touch, work that is done
// later, errors that surface later.
#include "switchyard/sdk/plugin.h"

#include <vector>

#include "backend.h"
#include "launch.h"
#include "simulator.h"

namespace {

void init(const sy::sdk::Registrar& registrar) {
  sy::simulator::host().services = registrar.host();
  sy::simulator::host().backend = registrar.backend(sy::simulator::kBackend);
  // Kernels must outlive shutdown: never freed, but held, so that leak checkers see them.
  static auto* const kernels = new std::vector<sy_kernel>();
  static auto* const pointers = new std::vector<const sy_kernel*>();
  if (kernels->empty()) {  // init comes again when the plugin is loaded again
    for (const auto* const* table = sy_kernel_list; *table != nullptr; ++table) {
      for (std::uint32_t i = 0; i < (*table)->count; ++i) {
        kernels->push_back(sy::simulator::launched(*(*table)->kernels[i]));
      }
    }
    for (const sy_kernel& kernel : *kernels) pointers->push_back(&kernel);
  }
  registrar.kernels(sy::simulator::kBackend.name, {pointers->data(), static_cast<std::uint32_t>(pointers->size())});
}

}  // namespace

SY_PLUGIN_DEFINE("simulator", "0.9.0", "Switchyard", "An accelerator's memory and streams around reference's kernels",
                 init);
