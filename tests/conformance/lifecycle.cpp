// What the real host made of the plugin, and what is left once it is unloaded.
#include "switchyard/core/backend.h"
#include "switchyard/core/copy.h"
#include "switchyard/loader/loader.h"
#include "switchyard/testing/layout.h"
#include "switchyard/testing/plugin_suite.h"

namespace sy::testing {

void run_loading(const Target& target, Report& report) {
  const Plugin* plugin = nullptr;
  for (const Plugin* p : loaded_plugins()) plugin = p->path() == target.plugin ? p : plugin;
  report.run(CaseName{"the host takes the plugin", "", ""},
             [&] { return plugin != nullptr ? "" : str_cat(target.plugin, " is not among the loaded plugins"); });
  if (plugin == nullptr) return;
  report.note("vendor", "", plugin->vendor());
  report.note("kernels", "", str_cat(plugin->num_kernels));
  report.run(CaseName{"the host takes every kernel", "", ""}, [&] {
    std::string text;
    for (const std::string& m : plugin->messages()) str_append(&text, text.empty() ? "" : "\n    ", m);
    return text;
  });
}

void run_unloading(const Target& target, Report& report) {
  const Options& options = target.options;
  Array values(kF32, {5});
  for (std::int64_t i = 0; i < 5; ++i) values.set(i, static_cast<double>(i));
  Plugin* plugin = backend_of(options.device).plugin();
  TensorBase kept;
  report.run(CaseName{"live tensors keep their memory", "", ""}, [&] {
    kept = place(values, options.device, Layout::kContiguous).tensor;
    unload_plugin(plugin->name());
    return std::string();
  });
  report.run(CaseName{"new calls are refused", "", ""}, [&]() -> std::string {
    try {
      allocate_tensor({5}, kF32, options.device);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::kFailedPrecondition) return "";
      return str_cat("expected a failed precondition, got ", error_code_name(e.code()), ": ", e.what());
    }
    return "an allocation on the unloaded device was accepted";
  });
  report.run(CaseName{"their memory is given back after shutdown", "", ""}, [&] {
    kept = TensorBase();
    // From the cache to the plugin.
    find_backend(options.device.backend())->known_device(options.device.index()).allocator->empty_cache();
    return std::string();
  });
}

}  // namespace sy::testing
