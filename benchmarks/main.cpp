// Measures Switchyard beside libtorch and beside the machine's limits; prints one table.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <regex>

#include "benchmarks/measure.h"
#include "benchmarks/report.h"

int main(int argc, char** argv) try {
  using namespace sy::bench;  // NOLINT
  CLI::App app{"Measures Switchyard beside libtorch, pair by pair in one process. Times are medians."};
  std::string filter, json, report, fact;
  ReportParts parts;
  bool check = false;
  int repetitions = 7;
  app.add_option("--filter", filter, "only rows whose \"group: name\" matches this regular expression");
  app.add_option("--json", json, "write the results to this file");
  app.add_option("--report", report, "write the results as Markdown to this file");
  app.add_option("--counts", parts.counts, "with --report: instruction counts, as `count --json` writes them");
  app.add_option("--builds", parts.builds, "with --report: build times, as `scripts/bench --build` writes them");
  app.add_option("--notes", parts.notes, "with --report: Markdown to put behind the list of what is slower");
  app.add_option("--repetitions", repetitions, "of each side of each row")->check(CLI::Range(1, 1000));
  app.add_flag("--check", check, "exit with 1 where a budget is missed");
  app.add_option("--fact", fact, "print one number, for the program itself")->group("");
  CLI11_PARSE(app, argc, argv);
  if (!fact.empty()) return print_fact(fact) ? 0 : 2;

  std::regex wanted;
  try {
    wanted = filter;
  } catch (const std::regex_error& e) {
    throw std::runtime_error("--filter: \"" + filter + "\": " + e.what());
  }
  auto chosen = [&](const std::string& group, const std::string& what) {
    return std::regex_search(group + ": " + what, wanted);
  };
  std::vector<Row> rows;
  for (auto* make : {call_rows, kernel_rows, step_rows}) {
    for (Row& row : make()) {
      if (chosen(row.group, row.what)) rows.push_back(std::move(row));
    }
  }
  std::string interleave = "--benchmark_enable_random_interleaving=true", name = argv[0];
  char* arguments[] = {name.data(), interleave.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
  bool terminal = isatty(STDERR_FILENO);
  auto progress = [&](std::size_t done, std::size_t of, const Row& next) {
    if (terminal) std::fprintf(stderr, "\r\033[K[%zu/%zu] %s", done, of, next.what.c_str());
  };
  std::vector<Result> results = measure(rows, repetitions, progress);
  if (terminal) std::fprintf(stderr, "\r\033[K");
  if (chosen("memory", "") || chosen("loading", "")) {
    for (Result& r : facts(std::filesystem::read_symlink("/proc/self/exe").string())) {
      if (chosen(r.group, r.what)) results.push_back(std::move(r));
    }
  }
  if (results.empty()) throw std::runtime_error("--filter: no row matches");
  print_table(results);
  if (!json.empty()) write_json(results, json);
  if (!report.empty()) write_report(results, parts, report);
  bool all = std::all_of(results.begin(), results.end(), [](const Result& r) { return r.held(); });
  return check && !all ? 1 : 0;
} catch (const std::exception& e) {
  std::cerr << "bench: " << e.what() << "\n";
  return 2;
}
