#include "switchyard/testing/plugin_suite.h"

namespace sy::testing {

const std::vector<PluginSuite>& plugin_suites() {
  static const std::vector<PluginSuite> kSuites = {
      {"file", "static", false, true, run_static},
      {"tables", "abi", false, true, run_tables},
      {"loading", "abi", true, false, run_loading},
      {"memory", "runtime", true, false, run_memory},
      {"copies", "runtime", true, false, run_copies},
      {"streams", "runtime", true, false, run_streams},
      {"out_of_memory", "runtime", true, false, run_out_of_memory},
      {"concurrency", "runtime", true, false, run_concurrency},
      {"device_lost", "runtime", true, true, run_device_lost},
      {"unloading", "abi", true, true, run_unloading},
  };
  return kSuites;
}

}  // namespace sy::testing
