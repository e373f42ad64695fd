// `switchyard conformance`: the kit that a plugin has to pass.
#pragma once

#include <string>
#include <vector>

#include "switchyard/testing/runner.h"

namespace CLI {
class App;
}

namespace sy::tool {

struct ConformanceOptions {
  testing::RunOptions run;
  std::string tier = "quick", fallback = "error";
  std::string json, html, baseline;  // files
  double max_slowdown = 0;
};

/// Adds the subcommand, whose options go to `options`.
CLI::App* add_conformance(CLI::App& app, ConformanceOptions& options);
/// The exit status: see the subcommand's help.
int run_conformance(const ConformanceOptions& options);

}  // namespace sy::tool
