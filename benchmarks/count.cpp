// Counts what the calls of paths.h cost in instructions and allocations, under Callgrind: the same on a busy machine, and
// nearly the same on every one.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "benchmarks/paths.h"
#include "switchyard/core/backend.h"

namespace {
std::atomic<std::int64_t> g_allocations{0};
}

void* operator new(std::size_t bytes) {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* p = std::malloc(bytes != 0 ? bytes : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace sy::bench;  // NOLINT
namespace fs = std::filesystem;

constexpr int kCalls = 100;

struct Count {
  double instructions = 0;
  double allocations = 0;
};

/// Inside Callgrind: counts each path, and says the allocations on standard output.
int run_paths() {
  sy::configure_backend("cpu", "instruction_set", "baseline");
  for (const Path& path : paths()) {
    path.body(kCalls);
    std::int64_t before = g_allocations;
    path.body(kCalls);
    double allocations = static_cast<double>(g_allocations - before) / kCalls / path.per;
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_TOGGLE_COLLECT;
    path.body(kCalls);
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(path.what.c_str());
    std::cout << path.per << "\t" << allocations << "\t" << path.what << std::endl;
  }
  return 0;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Reads the totals of Callgrind's dumps by the name that run_paths gave each.
std::map<std::string, double> totals(const fs::path& folder) {
  std::map<std::string, double> found;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    std::ifstream in(file.path());
    std::string line, name;
    constexpr std::string_view kName = "desc: Trigger: Client Request: ";
    while (std::getline(in, line)) {
      if (line.starts_with(kName)) name = line.substr(kName.size());
      if (line.starts_with("totals: ") || line.starts_with("summary: ")) {
        if (!name.empty()) found[name] = std::stod(line.substr(line.find(' ')));
        break;
      }
    }
  }
  return found;
}

std::vector<std::pair<std::string, Count>> count(const std::string& self) {
  std::string pattern = (fs::temp_directory_path() / "switchyard-count-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  fs::path folder = pattern;
  struct Remove {
    fs::path folder;
    ~Remove() { fs::remove_all(folder); }
  } remove{folder};
  // One thread, and no code that depends on the processor.
  std::string command =
      "OMP_NUM_THREADS=1 DNNL_MAX_CPU_ISA=SSE41 valgrind --quiet --tool=callgrind --instr-atstart=no "
      "--collect-atstart=no --callgrind-out-file=" +
      quoted((folder / "out").string()) + " " + quoted(self) + " --run > " + quoted((folder / "log").string());
  if (int code = std::system(command.c_str()); code != 0) {
    throw std::runtime_error("valgrind failed with status " + std::to_string(code) + "; is it installed?");
  }
  std::vector<std::pair<std::string, Count>> counts;
  std::ifstream log(folder / "log");
  std::map<std::string, double> instructions = totals(folder);
  std::string line;
  while (std::getline(log, line)) {
    std::istringstream fields(line);
    double per = 1, allocations = 0;
    std::string what;
    fields >> per >> allocations;
    std::getline(fields >> std::ws, what);
    if (instructions[what] == 0) throw std::runtime_error("Callgrind counted nothing for " + what);
    counts.push_back({what, {instructions[what] / kCalls / per, allocations}});
  }
  return counts;
}

/// "instructions allocations what" per line; # starts a comment.
std::map<std::string, Count> read_record(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::map<std::string, Count> record;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    Count c;
    std::string what;
    fields >> c.instructions >> c.allocations;
    std::getline(fields >> std::ws, what);
    record[what] = c;
  }
  return record;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Counts instructions and allocations per call, under Callgrind with the baseline kernels."};
  std::string check, record, json;
  bool run = false;
  double slack = 2;
  app.add_option("--check", check, "compare with the counts in this file; exit with 1 where one is higher");
  app.add_option("--slack", slack, "by how many percent a count may be higher");
  app.add_option("--record", record, "write the counts to this file");
  app.add_option("--json", json, "write the counts to this file as JSON");
  app.add_flag("--run", run, "run the calls, for Callgrind to count")->group("");
  CLI11_PARSE(app, argc, argv);
  if (run) return run_paths();

  auto counts = count(fs::read_symlink("/proc/self/exe").string());
  std::map<std::string, Count> recorded;
  if (!check.empty()) recorded = read_record(check);
  int worse = 0, better = 0;
  std::printf("%12s %12s %12s\n", "instructions", "recorded", "allocations");
  for (const auto& [what, c] : counts) {
    auto it = recorded.find(what);
    std::string before = it != recorded.end() ? std::to_string(std::llround(it->second.instructions)) : "-";
    const char* mark = "";
    if (!check.empty()) {
      bool more = it == recorded.end() || c.instructions > it->second.instructions * (1 + slack / 100) ||
                  c.allocations > it->second.allocations + 0.01;
      bool less = !more && c.instructions < it->second.instructions * (1 - slack / 100);
      worse += more;
      better += less;
      mark = more ? "  MORE" : less ? "  fewer" : "";
    }
    std::printf("%12.0f %12s %12.2f  %s%s\n", c.instructions, before.c_str(), c.allocations, what.c_str(), mark);
  }
  if (!record.empty()) {
    std::ofstream out(record);
    out << "# Instructions and allocations per call, of the dev preset with the baseline kernels; made by\n"
           "# build/dev/bin/count --record benchmarks/instructions.txt\n";
    for (const auto& [what, c] : counts) {
      out << std::llround(c.instructions) << " " << c.allocations << " " << what << "\n";
    }
    if (!out.flush()) throw std::runtime_error("cannot write " + record);
  }
  if (!json.empty()) {
    nlohmann::json rows = nlohmann::json::array();
    for (const auto& [what, c] : counts)
      rows.push_back({{"what", what}, {"instructions", c.instructions}, {"allocations", c.allocations}});
    std::ofstream out(json);
    out << rows.dump(1) << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + json);
  }
  if (worse != 0) {
    std::cerr << worse << " of the calls cost more than recorded by over " << slack
              << " %. Where that is meant, record them anew: count --record benchmarks/instructions.txt\n";
    return 1;
  }
  if (better != 0) std::cout << better << " of the calls cost less than recorded; record them to keep it.\n";
  return 0;
} catch (const std::exception& e) {
  std::cerr << "count: " << e.what() << "\n";
  return 2;
}
