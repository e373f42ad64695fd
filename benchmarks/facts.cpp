// What is no time of a call. Each number comes from a process of its own, so that nothing is warm and nobody else's memory
// counts.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "benchmarks/measure.h"
#include "switchyard/loader/loader.h"
#include "switchyard/loader/plugin.h"
#include "switchyard/switchyard.h"

namespace sy::bench {
namespace {

namespace fs = std::filesystem;

/// A field of /proc/self/status, in MB.
double status_mb(const std::string& field) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) * 1024 / 1e6;
  }
  throw std::runtime_error("/proc/self/status has no " + field);
}

double ask(const std::string& self, const std::string& environment, const std::string& what) {
  std::string command = environment + " '" + self + "' --fact '" + what + "'";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  double value = 0;
  bool read = std::fscanf(pipe, "%lf", &value) == 1;
  if (pclose(pipe) != 0 || !read) throw std::runtime_error("failed: " + command);
  return value;
}

double median_of_5(const std::string& self, const std::string& environment, const std::string& what) {
  std::vector<double> values;
  for (int i = 0; i < 5; ++i) values.push_back(ask(self, environment, what));
  std::sort(values.begin(), values.end());
  return values[2];
}

/// The file that a loaded library came from, by a part of its name; with links resolved.
fs::path mapped(const std::string& part) {
  std::ifstream in("/proc/self/maps");
  std::string line;
  while (std::getline(in, line)) {
    std::size_t at = line.find('/');
    if (at != std::string::npos && fs::path(line.substr(at)).filename().string().starts_with(part))
      return fs::canonical(line.substr(at));
  }
  return {};
}

double size_mb(std::initializer_list<const char*> libraries) {
  double total = 0;
  for (const char* library : libraries) {
    if (fs::path path = mapped(library); !path.empty()) total += static_cast<double>(fs::file_size(path)) / 1e6;
  }
  return total;
}

/// The name of a fact: the peak of the i-th step row.
std::string memory_of(std::size_t i, bool ours) {
  return "memory of " + std::to_string(i) + (ours ? ", ours" : ", peer");
}
constexpr const char* kLoad = "load ";

}  // namespace

bool print_fact(const std::string& what) {
  if (what.starts_with(kLoad)) {
    auto start = std::chrono::steady_clock::now();
    absl::StatusOr<Plugin*> plugin = load_plugin(what.substr(std::string(kLoad).size()));
    std::printf("%f\n", std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    return plugin.ok();
  }
  std::vector<Row> steps = step_rows();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (bool ours : {true, false}) {
      if (what != memory_of(i, ours)) continue;
      const Row& row = steps[i];
      set_threads(row.threads);
      const Body& body = ours ? row.ours : row.peer;
      std::ofstream("/proc/self/clear_refs") << 5;  // forgets the peak so far
      double before = status_mb("VmRSS");
      body(5);
      std::printf("%f\n", status_mb("VmHWM") - before);
      return true;
    }
  }
  return false;
}

std::vector<Result> facts(const std::string& self) {
  std::vector<Result> results;
  std::vector<Row> steps = step_rows();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Row& row = steps[i];
    if (row.threads != 2) continue;
    Result r;
    r.group = "memory";
    r.what = row.what + ": peak above what was there before the first step";
    r.unit = "MB";
    r.threads = 2;
    r.ours = ask(self, "", memory_of(i, true));
    r.peer = ask(self, "", memory_of(i, false));
    r.at_least = 1;
    results.push_back(r);
  }
  for (const Plugin* plugin : loaded_plugins()) {
    if (plugin->name() != "cpu" && plugin->name() != "reference") continue;
    Result r;
    r.group = "loading";
    r.what = "plugin " + plugin->name() + ", " + std::to_string(plugin->num_kernels) + " kernels" +
             (plugin->name() == "cpu" ? ", with oneDNN" : "");
    r.unit = "ms";
    r.ours = median_of_5(self, "SWITCHYARD_PLUGINS=none", kLoad + plugin->path());
    if (plugin->name() == "reference") r.at_most = 2;
    results.push_back(r);
  }
  Result size;
  size.group = "loading";
  size.what = "size of the host's libraries and the cpu plugin; of libtorch_cpu and libc10";
  size.unit = "MB";
  size.ours = size_mb({"libswitchyard_dispatcher", "libswitchyard_ops", "libswitchyard_autograd",
                       "libswitchyard_frontend", "switchyard_cpu"});
  size.peer = size_mb({"libtorch_cpu", "libc10"});
  results.push_back(size);
  return results;
}

}  // namespace sy::bench
