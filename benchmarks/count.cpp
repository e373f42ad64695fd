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
  std::map<std::string, double> stages;  // instructions by stage
};

/// Inside Callgrind: counts each path, and says the allocations on standard output.
int run_paths() {
  sy::configure_backend("cpu", "instruction_set", "baseline");
  for (const Path& path : paths()) {
    if (path.prepare) path.prepare();
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

/// Which stage of a call a function belongs to, by its name.
std::string stage_of(const std::string& function) {
  struct Stage {
    const char* name;
    std::vector<const char*> parts;
  };
  static const std::vector<Stage> stages{
      {"kernel", {"sy::cpu::", "sy::sdk::"}},
      {"backward", {"Task::", "sy::Backward", "sy::backward", "Inbox", "AccumulateGrad"}},
      {"recording",
       {"OperatorNode", "Saved", "AutogradMeta", "autograd_", "gradient_edge", "set_history", "sy::Node",
        "wants_gradient", "derivative_of", "note_forward", "written", "GradientMeta", "sy::Edge"}},
      {"kernel's arguments", {"KernelCall", "sy_tensor", "sy_slot"}},
      {"tensors and memory",
       {"TensorImpl", "sy::Storage", "CachingAllocator", "sy::alias", "allocate", "thread_cache"}},
      {"layers", {"sy::dispatch", "run_layers", "call_next", "state_of"}},
      {"checks and shapes",
       {"Prologue", "fast_pointwise", "sy::meta::", "sy::execute", "direct_", "infer_", "check", "MetaCall", "strides",
        "find_device", "make_view", "ResultMeta", "sy::Backend", "drop_dims"}},
      {"malloc", {"malloc", "free", "operator new", "operator delete"}},
  };
  for (const Stage& stage : stages) {
    for (const char* part : stage.parts) {
      if (function.find(part) != std::string::npos) return stage.name;
    }
  }
  return "the rest";
}

struct Dump {
  double total = 0;
  std::map<std::string, double> stages;
};

/// Reads one of Callgrind's dumps; its name is what run_paths gave it.
std::string read_dump(const fs::path& file, Dump* dump) {
  std::ifstream in(file);
  std::string line, name, stage;
  std::map<std::string, std::string> functions;  // "(12)", then the name at its first use
  constexpr std::string_view kName = "desc: Trigger: Client Request: ";
  bool skip = false;  // the cost of what was called
  while (std::getline(in, line)) {
    if (line.starts_with(kName)) name = line.substr(kName.size());
    if (line.starts_with("fn=")) {
      std::size_t space = line.find(' ');
      std::string id = line.substr(3, space == std::string::npos ? space : space - 3);
      if (space != std::string::npos) functions[id] = stage_of(line.substr(space + 1));
      stage = functions[id];
    } else if (line.starts_with("cfn=")) {
      std::size_t space = line.find(' ');
      if (space != std::string::npos) functions[line.substr(4, space - 4)] = stage_of(line.substr(space + 1));
    } else if (line.starts_with("calls=")) {
      skip = true;
    } else if (!line.empty() && (std::isdigit(line[0]) || line[0] == '+' || line[0] == '-' || line[0] == '*')) {
      std::size_t space = line.find(' ');
      if (!skip && space != std::string::npos) {
        double cost = std::stod(line.substr(space));
        dump->total += cost;
        dump->stages[stage] += cost;
      }
      skip = false;
    }
  }
  return name;
}

std::map<std::string, Dump> read_dumps(const fs::path& folder) {
  std::map<std::string, Dump> found;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    if (!file.path().filename().string().starts_with("out")) continue;
    Dump dump;
    std::string name = read_dump(file.path(), &dump);
    if (!name.empty()) found[name] = std::move(dump);
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
  std::map<std::string, Dump> dumps = read_dumps(folder);
  std::string line;
  while (std::getline(log, line)) {
    std::istringstream fields(line);
    double per = 1, allocations = 0;
    std::string what;
    fields >> per >> allocations;
    std::getline(fields >> std::ws, what);
    const Dump& dump = dumps[what];
    if (dump.total <= 0) throw std::runtime_error("Callgrind counted nothing for " + what);
    Count c{dump.total / kCalls / per, allocations, {}};
    for (const auto& [stage, cost] : dump.stages) c.stages[stage] = cost / kCalls / per;
    counts.push_back({what, std::move(c)});
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
    if (!fields)
      throw std::runtime_error(file + ": expected instructions, allocations and a call, got \"" + line + "\"");
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
      rows.push_back(
          {{"what", what}, {"instructions", c.instructions}, {"allocations", c.allocations}, {"stages", c.stages}});
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
