// Measures Switchyard beside libtorch and beside the machine's limits; prints one table.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>

#include "benchmarks/measure.h"

namespace {

using namespace sy::bench;  // NOLINT

std::string duration(double ns) {
  char text[32];
  if (ns <= 0) return "-";
  if (ns < 1e3)
    std::snprintf(text, sizeof text, "%.1f ns", ns);
  else if (ns < 1e6)
    std::snprintf(text, sizeof text, "%.2f us", ns / 1e3);
  else
    std::snprintf(text, sizeof text, "%.2f ms", ns / 1e6);
  return text;
}

std::string rate(const Row& row, double ns) {
  char text[32] = "";
  if (ns > 0 && row.flops > 0)
    std::snprintf(text, sizeof text, "%.0f GFLOP/s", row.flops / ns);
  else if (ns > 0 && row.bytes > 0)
    std::snprintf(text, sizeof text, "%.1f GB/s", row.bytes / ns);
  return text;
}

std::string budget(const Row& row) {
  char text[32] = "";
  if (row.at_most_ns)
    std::snprintf(text, sizeof text, "<= %s", duration(*row.at_most_ns).c_str());
  else if (row.at_least)
    std::snprintf(text, sizeof text, ">= %.2f x", *row.at_least);
  return text;
}

void print(const std::vector<Result>& results) {
  std::string group;
  for (const Result& r : results) {
    if (r.row->group != group) {
      group = r.row->group;
      std::printf("\n%-52s %3s %11s %11s %8s %13s %12s\n", group.c_str(), "thr", "ours", "peer", "ratio", "budget",
                  "rate");
    }
    char ratio[16] = "-";
    if (r.peer_ns > 0) std::snprintf(ratio, sizeof ratio, "%.2f x", r.ratio());
    std::printf("%-52s %3d %11s %11s %8s %13s %12s%s\n", r.row->what.c_str(), r.row->threads,
                duration(r.ours_ns).c_str(), duration(r.peer_ns).c_str(), ratio, budget(*r.row).c_str(),
                rate(*r.row, r.ours_ns).c_str(), r.held ? "" : "  MISSED");
  }
}

nlohmann::json to_json(const std::vector<Result>& results) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Result& r : results) {
    nlohmann::json row{{"group", r.row->group},
                       {"what", r.row->what},
                       {"threads", r.row->threads},
                       {"ours_ns", r.ours_ns},
                       {"held", r.held}};
    if (r.peer_ns > 0) {
      row["peer"] = r.row->peer_name;
      row["peer_ns"] = r.peer_ns;
      row["ratio"] = r.ratio();
    }
    if (r.row->at_most_ns) row["budget_ns"] = *r.row->at_most_ns;
    if (r.row->at_least) row["budget_ratio"] = *r.row->at_least;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures Switchyard beside libtorch, pair by pair in one process. Times are medians."};
  std::string filter, json_file;
  bool check = false;
  int repetitions = 7;
  app.add_option("--filter", filter, "only rows whose \"group: name\" matches this regular expression");
  app.add_option("--json", json_file, "write the results to this file");
  app.add_option("--repetitions", repetitions, "of each side of each row")->check(CLI::Range(1, 1000));
  app.add_flag("--check", check, "exit with 1 where a budget is missed");
  CLI11_PARSE(app, argc, argv);

  std::vector<Row> rows;
  try {
    std::regex wanted(filter);
    for (auto* make : {call_rows, kernel_rows, step_rows}) {
      for (Row& row : make()) {
        if (std::regex_search(row.group + ": " + row.what, wanted)) rows.push_back(std::move(row));
      }
    }
  } catch (const std::regex_error& e) {
    std::cerr << "--filter: " << e.what() << "\n";
    return 2;
  }
  if (rows.empty()) {
    std::cerr << "--filter: no row matches\n";
    return 2;
  }
  std::string interleave = "--benchmark_enable_random_interleaving=true", name = argv[0];
  char* arguments[] = {name.data(), interleave.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
  bool terminal = isatty(STDERR_FILENO);
  std::vector<Result> results = measure(rows, repetitions, [&](std::size_t done, std::size_t of, const Row& next) {
    if (terminal) std::fprintf(stderr, "\r\033[K[%zu/%zu] %s", done, of, next.what.c_str());
  });
  if (terminal) std::fprintf(stderr, "\r\033[K");
  print(results);
  if (!json_file.empty()) {
    std::ofstream out(json_file);
    out << to_json(results).dump(1) << "\n";
    if (!out.flush()) {
      std::cerr << "cannot write " << json_file << "\n";
      return 2;
    }
  }
  bool all = std::all_of(results.begin(), results.end(), [](const Result& r) { return r.held; });
  return check && !all ? 1 : 0;
}
