// An accelerator that is not there: finds what a CPU hides. Pointers that the host may not touch, work that is done
// later, errors that surface later.
#include "switchyard/sdk/plugin.h"

#include <vector>

#include "backend.h"
#include "launch.h"
#include "simulator.h"

namespace {

/// What one backend registers. Kernels must outlive shutdown: never freed, but held, so that leak checkers see them.
struct Registration {
  std::vector<sy::simulator::Launched> launched;
  std::vector<sy_kernel> kernels;
  std::vector<const sy_kernel*> pointers;
};

void register_backend(const sy::sdk::Registrar& registrar, sy::simulator::Mode mode, Registration& r) {
  const sy_backend& backend = sy::simulator::kBackends[static_cast<int>(mode)];
  sy::simulator::host().backends[static_cast<int>(mode)] = registrar.backend(backend);
  if (r.launched.empty()) {  // init comes again when the plugin is loaded again
    for (const auto* const* table = sy_kernel_list; *table != nullptr; ++table) {
      for (std::uint32_t i = 0; i < (*table)->count; ++i) r.launched.push_back({(*table)->kernels[i], mode});
    }
    for (const sy::simulator::Launched& l : r.launched) r.kernels.push_back(sy::simulator::kernel_of(l));
    for (const sy_kernel& kernel : r.kernels) r.pointers.push_back(&kernel);
  }
  registrar.kernels(backend.name, {r.pointers.data(), static_cast<std::uint32_t>(r.pointers.size())});
}

void init(const sy::sdk::Registrar& registrar) {
  static auto* const registrations = new Registration[sy::simulator::kNumModes];
  sy::simulator::host().services = registrar.host();
  register_backend(registrar, sy::simulator::Mode::kPointers, registrations[0]);
  register_backend(registrar, sy::simulator::Mode::kOpaque, registrations[1]);
}

}  // namespace

SY_PLUGIN_DEFINE(SIMULATOR_NAME, "0.9.0", "Switchyard", "An accelerator's memory and streams around reference's kernels",
                 init);
