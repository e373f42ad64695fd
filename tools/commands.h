// The subcommands of `switchyard`.
#pragma once

#include <string>
#include <vector>

namespace sy::tool {

/// Each prints to standard output and returns the exit status; failures throw sy::Error.
int run_devices(bool json, bool why);
int run_ops(const std::string& name, bool json);

struct CallOptions {
  std::string op;
  std::vector<std::string> args;  // name=value
  std::string device = "cpu";
  std::vector<std::string> out;   // files for the results
  std::vector<std::string> grad;  // parameters to differentiate for
  std::vector<std::string> grad_out;
  bool json = false;
};
int run_call(const CallOptions& options);
int run_explain(const CallOptions& options);
/// JSON lines from standard input, one answer line each.
int run_batch();
/// A new project in a directory that does not exist yet.
int run_new_plugin(const std::string& name, const std::string& directory);

}  // namespace sy::tool
