#include "conformance.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_format.h"
#include "switchyard/core/sanitizer.h"

namespace sy::tool {
namespace {

using testing::CaseRecord;
using testing::Progress;
using testing::Results;

constexpr int kPassed = 0, kFailed = 1, kNotRun = 2, kNoDevice = 77;

constexpr const char* kHelp = R"(Suites, by part; --suite takes parts and suites:
  static    the file: symbols, what it needs, version, sanitizers
  abi       tables, loading, calls (of a newer host, for each operator), unloading
  runtime   memory, copies (between all pairs of devices), streams, out_of_memory, concurrency, device_lost
  ops       coverage, forward, forms (in-place and out), outputs (guard zones, old contents, determinism), supports,
            errors, dtypes, meta
  grad      gradients
  perf      time per operator beside the CPU plugin; only where asked for
Each case runs in a child process: one that crashes or hangs is one failure, and the run goes on. A failure is told with
the command that repeats it. Known gaps, {op, suite, dtype, layout, reason}, are read from --gaps, or from
switchyard_NAME.conformance.yaml beside the plugin; a gap that passes after all fails.

Exit status: 0 all passed; 1 failures (with --baseline: regressions); 2 not run, wrong arguments; 77 no
device here, and what was tested without it passed.

Examples:
  switchyard conformance --plugin build/lib/switchyard/plugins/switchyard_npu.so
  switchyard conformance --device npu --suite ops,grad --op add,softmax
  switchyard conformance --device npu --tier full --jobs 4 --json report.json --html report.html
  switchyard conformance --device npu --baseline last.json --json report.json)";

/// One line on a terminal, rewritten as the run goes on; nothing elsewhere.
class ProgressLine {
 public:
  ProgressLine() : terminal_(isatty(STDERR_FILENO) != 0) {}

  void show(const Progress& p) {
    auto now = std::chrono::steady_clock::now();
    if (!terminal_ || p.all == 0 || (p.done != p.all && now - drawn_ < std::chrono::milliseconds(100))) return;
    drawn_ = now;
    constexpr std::size_t kWidth = 30;
    std::size_t full = p.done * kWidth / p.all;
    std::string line =
        absl::StrFormat("[%s%s] %3d %%  %d cases, %d failed  %s", std::string(full, '#'),
                        std::string(kWidth - full, '.'), p.done * 100 / p.all, p.cases, p.failures, p.at);
    std::cerr << "\r\033[K" << line.substr(0, 110) << std::flush;
    shown_ = true;
  }
  void clear() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
    shown_ = false;
  }

 private:
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point drawn_{};
};

void print_failure(const CaseRecord& f) {
  std::cout << "FAILED  " << f.suite << "  " << (f.op.empty() ? "" : f.op + "  ") << f.name << "\n    " << f.text
            << "\n    repeat: " << f.repeat << "\n";
}

void print_summary(const Results& r) {
  std::cout << r.device << " (plugin " << r.plugin << "), " << r.tier << " tier, "
            << absl::StrFormat("%.1f s", r.seconds) << "\n";
  for (const auto& [key, c] : r.counts) {
    std::cout << absl::StrFormat("  %-8s %-14s %6d passed", key.first, key.second, c.passed);
    if (c.failed != 0) std::cout << ", " << c.failed << " FAILED";
    if (c.gaps != 0) std::cout << ", " << c.gaps << " known gaps";
    if (c.skipped != 0) std::cout << ", " << c.skipped << " do not apply";
    std::cout << "\n";
  }
  if (!r.timings.empty()) std::cout << "  time per call, microseconds: device, CPU, ratio\n";
  for (const testing::Timing& t : r.timings) {
    std::cout << absl::StrFormat("  %-32s %-5s %-6s %12.1f %12.1f %8.2f\n", t.op, t.dtype, t.size, t.device * 1e6,
                                 t.cpu * 1e6, t.device / t.cpu);
  }
}

/// "-" is standard output.
void write(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::cout << text << std::flush;
    return;
  }
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) fail(ErrorCode::kInvalidArgument, path, ": cannot be written");
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(ErrorCode::kNotFound, path, ": cannot be read");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

CLI::App* add_conformance(CLI::App& app, ConformanceOptions& options) {
  CLI::App* sub = app.add_subcommand("conformance", "tests a plugin: its file, its device, and every operator");
  testing::RunOptions& run = options.run;
  sub->footer(kHelp);
  sub->add_option("--plugin", run.plugin, "the plugin's file")->check(CLI::ExistingFile);
  sub->add_option("--device", run.device, "a device of it, or of a plugin that is installed: npu, npu:1");
  sub->add_option("--suite", run.suites, "parts or suites, with ',' between")->delimiter(',');
  sub->add_option("--op", run.ops, "operators, with ',' between")->delimiter(',');
  sub->add_option("--group", run.groups, "operators of these schema files: matmul, view")->delimiter(',');
  sub->add_option("--tier", options.tier, "quick pairs dtypes with layouts, full takes them all")
      ->check(CLI::IsMember({"quick", "full"}));
  sub->add_option("--case", run.only_case, "the case of exactly this name");
  sub->add_option("--gaps", run.gaps, "file of known gaps");
  sub->add_option("--json", options.json, "writes the report to this file; - is standard output");
  sub->add_option("--html", options.html, "writes the report as one HTML file");
  sub->add_option("--baseline", options.baseline, "an earlier --json report: only what got worse since fails");
  sub->add_option("--max-slowdown", options.max_slowdown,
                  "with --baseline and --suite perf: the factor by which an operator may get slower")
      ->check(CLI::PositiveNumber);
  sub->add_option("--fallback", options.fallback,
                  "allow: what the device has no kernel for runs on the CPU, for a plugin that is still growing")
      ->check(CLI::IsMember({"error", "allow"}));
  sub->add_option("--timeout", run.timeout, "seconds that one case may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--jobs", run.jobs, "processes at once")->check(CLI::Range(1, 256))->capture_default_str();
  return sub;
}

int run_conformance(const ConformanceOptions& options) {
  testing::RunOptions run = options.run;
  run.tier = options.tier == "full" ? testing::Tier::kFull : testing::Tier::kQuick;
  run.fallback = options.fallback == "allow";
  run.command = "switchyard";
  if (kSanitized) run.timeout *= 5;
  ProgressLine line;
  bool quiet = options.json == "-";
  auto progress = [&](const Progress& p) { line.show(p); };
  auto on_failure = [&](const CaseRecord& f) {
    line.clear();
    if (!quiet) print_failure(f);
  };
  try {
    if (run.plugin.empty() && run.device.empty()) {
      fail(ErrorCode::kInvalidArgument, "which plugin? --plugin FILE or --device NAME");
    }
    Results before;
    if (!options.baseline.empty()) before = testing::from_json(read(options.baseline));
    Results results = testing::run_conformance(run, progress, on_failure);
    line.clear();
    if (!quiet) print_summary(results);
    using testing::to_json;
    if (!options.json.empty()) {
      auto replace = nlohmann::json::error_handler_t::replace;  // a plugin's messages may hold anything
      write(options.json, to_json(results).dump(1, ' ', false, replace) + "\n");
    }
    if (!options.html.empty()) write(options.html, to_html(results));
    if (!results.no_device.empty() && results.failures.empty()) throw testing::NoDevice{results.no_device};
    if (results.total().passed + results.total().failed + results.total().gaps == 0 && results.timings.empty()) {
      fail(ErrorCode::kInvalidArgument, "no case fits what was asked for");
    }
    if (options.baseline.empty()) return results.failures.empty() ? kPassed : kFailed;
    std::vector<std::string> worse = testing::regressions(results, before, options.max_slowdown);
    for (const std::string& text : worse) std::cerr << "REGRESSION  " << text << "\n";
    return worse.empty() ? kPassed : kFailed;
  } catch (const testing::NoDevice& none) {
    line.clear();
    std::cerr << "switchyard conformance: no device to test: " << none.reason << "\n";
    return kNoDevice;
  } catch (const std::exception& e) {
    line.clear();
    std::cerr << "switchyard conformance: " << e.what() << "\n";
    return kNotRun;
  }
}

}  // namespace sy::tool
