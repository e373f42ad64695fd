#include "benchmarks/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>

namespace sy::bench {
namespace {

template <typename... Args>
std::string text(const char* format, Args... args) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, args...);
  return buffer;
}

std::string value(double v, const std::string& unit) {
  if (v <= 0) return "";
  if (unit != "ns") return text("%.2f %s", v, unit.c_str());
  if (v < 1e3) return text("%.1f ns", v);
  if (v < 1e6) return text("%.2f us", v / 1e3);
  return text("%.2f ms", v / 1e6);
}

std::string ratio(const Result& r) { return r.peer > 0 ? text("%.2f x", r.ratio()) : ""; }
std::string reached(const Result& r) { return r.limit > 0 ? text("%.2f", r.reached()) : ""; }

std::string rate(const Result& r) {
  if (r.flops > 0) return text("%.0f GFLOP/s", r.flops / r.ours);
  if (r.bytes > 0) return text("%.1f GB/s", r.bytes / r.ours);
  return "";
}

std::string budget(const Result& r) {
  std::string all;
  if (r.at_least) all += text(">= %.2f x", *r.at_least);
  if (r.of_limit) all += text("%s%.2f of limit", all.empty() ? ">= " : ", ", *r.of_limit);
  if (r.at_most) all += "<= " + value(*r.at_most, r.unit);
  return all;
}

std::string mark(const Result& r) { return budget(r).empty() ? "" : r.held() ? "held" : "MISSED"; }

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  utsname name{};
  return uname(&name) == 0 ? name.machine : "an unknown processor";
}

std::vector<std::string> groups(const std::vector<Result>& results) {
  std::vector<std::string> all;
  for (const Result& r : results) {
    if (std::find(all.begin(), all.end(), r.group) == all.end()) all.push_back(r.group);
  }
  return all;
}

nlohmann::json read(const std::string& file) {
  std::ifstream in(file);
  if (file.empty() || !in) return nullptr;
  nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
  if (json.is_discarded()) throw std::runtime_error(file + " is not JSON");
  return json;
}

void table(std::ofstream& out, const std::vector<Result>& results, const std::string& group) {
  out << "\n## " << static_cast<char>(std::toupper(group[0])) << group.substr(1) << "\n\n"
      << "| what | threads | ours | peer | ratio | of the limit | rate | budget | |\n"
      << "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Result& r : results) {
    if (r.group != group) continue;
    out << "| " << r.what << " | " << r.threads << " | " << value(r.ours, r.unit) << " | " << value(r.peer, r.unit)
        << " | " << ratio(r) << " | " << reached(r) << " | " << rate(r) << " | " << budget(r) << " | " << mark(r)
        << " |\n";
  }
}

/// An honest paragraph: who wins by how much, and every row that loses.
void verdict(std::ofstream& out, const std::vector<Result>& results) {
  out << "\n## Where we lose\n\n";
  for (const std::string& group : groups(results)) {
    double mean = geometric_mean(results, group);
    auto in_group = [&](const Result& r) { return r.group == group; };
    auto missed = [&](const Result& r) { return r.group == group && !r.held(); };
    if (mean > 0) {
      out << "- " << group << ": geometric mean " << text("%.2f", mean) << " x; budgets missed by "
          << std::count_if(results.begin(), results.end(), missed) << " of "
          << std::count_if(results.begin(), results.end(), in_group) << " rows.\n";
    }
  }
  std::vector<Result> losing;
  for (const Result& r : results) {
    if (r.peer > 0 && r.ratio() < 0.95) losing.push_back(r);
  }
  std::sort(losing.begin(), losing.end(), [](const Result& a, const Result& b) { return a.ratio() < b.ratio(); });
  out << "\nSlower than libtorch (below 0.95 x): ";
  if (losing.empty()) out << "nothing.";
  for (std::size_t i = 0; i < losing.size(); ++i) {
    out << (i != 0 ? "; " : "") << losing[i].what << " on " << losing[i].threads << " thread"
        << (losing[i].threads == 1 ? "" : "s") << " (" << ratio(losing[i]) << ")";
  }
  out << "\n";
}

void count_tables(std::ofstream& out, const nlohmann::json& counts) {
  std::vector<std::string> stages;
  for (const auto& row : counts) {
    for (const auto& [stage, cost] : row.at("stages").items()) {
      if (std::find(stages.begin(), stages.end(), stage) == stages.end()) stages.push_back(stage);
    }
  }
  out << "\n## Where a call's instructions go\n\nCounted under Callgrind with the baseline kernels, so that they say "
         "nothing of caches, but are the same every time.\n\n| call | instructions | allocations |";
  for (const std::string& stage : stages) out << " " << stage << " |";
  out << "\n| --- | --- | --- |";
  for (std::size_t i = 0; i < stages.size(); ++i) out << " --- |";
  out << "\n";
  for (const auto& row : counts) {
    out << "| " << row.at("what").get<std::string>() << " | " << std::llround(row.at("instructions").get<double>())
        << " | " << text("%.2g", row.at("allocations").get<double>()) << " |";
    for (const std::string& stage : stages) {
      double cost = row.at("stages").value(stage, 0.0);
      out << " " << (cost >= 0.5 ? std::to_string(std::llround(cost)) : "") << " |";
    }
    out << "\n";
  }
}

}  // namespace

double geometric_mean(const std::vector<Result>& results, const std::string& group) {
  double sum = 0;
  int n = 0;
  for (const Result& r : results) {
    if (r.group != group || r.peer <= 0) continue;
    sum += std::log(r.ratio());
    ++n;
  }
  return n != 0 ? std::exp(sum / n) : 0;
}

void print_table(const std::vector<Result>& results) {
  for (const std::string& group : groups(results)) {
    std::printf("\n%-64s %3s %11s %11s %8s %9s %12s  %s\n", group.c_str(), "thr", "ours", "peer", "ratio", "of limit",
                "rate", "budget");
    for (const Result& r : results) {
      if (r.group != group) continue;
      std::printf("%-64s %3d %11s %11s %8s %9s %12s  %s%s\n", r.what.c_str(), r.threads, value(r.ours, r.unit).c_str(),
                  value(r.peer, r.unit).c_str(), ratio(r).c_str(), reached(r).c_str(), rate(r).c_str(),
                  budget(r).c_str(), r.held() ? "" : "  MISSED");
    }
    if (double mean = geometric_mean(results, group); mean > 0) std::printf("%-64s %37.2f x\n", "geometric mean", mean);
  }
}

void write_json(const std::vector<Result>& results, const std::string& file) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Result& r : results) {
    nlohmann::json row{{"group", r.group}, {"what", r.what}, {"threads", r.threads},
                       {"unit", r.unit},   {"ours", r.ours}, {"held", r.held()}};
    if (r.peer > 0) {
      row["peer"] = r.peer;
      row["ratio"] = r.ratio();
    }
    if (r.limit > 0) {
      row["limit"] = r.limit;
      row["limit_name"] = r.limit_name;
      row["of_limit"] = r.reached();
    }
    if (r.at_least) row["budget_ratio"] = *r.at_least;
    if (r.of_limit) row["budget_of_limit"] = *r.of_limit;
    if (r.at_most) row["budget"] = *r.at_most;
    rows.push_back(std::move(row));
  }
  std::ofstream out(file);
  out << rows.dump(1) << "\n";
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

void write_report(const std::vector<Result>& results, const ReportParts& parts, const std::string& file) {
  std::ofstream out(file);
  std::time_t now = std::time(nullptr);
  char date[16];
  std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&now));
  out << "# Performance\n\nWritten by `scripts/bench --report docs/performance.md` on " << date << ", on "
      << processor() << " with " << std::thread::hardware_concurrency()
      << " cores in use. The peer is libtorch, in the same process, on the same inputs and threads, sides taken in "
         "turn; times are medians. A ratio says how many times faster we are. \"Of the limit\" is the part of the "
         "rate that the machine has to give: a copy of as many bytes for large pointwise operators, oneDNN called "
         "directly for products and convolutions. A row that misses its budget is measured three times, and the "
         "middle one counts.\n";
  verdict(out, results);
  if (std::ifstream notes(parts.notes); !parts.notes.empty() && notes) out << "\n" << notes.rdbuf();
  for (const std::string& group : groups(results)) table(out, results, group);
  if (nlohmann::json rows = read(parts.counts); rows.is_array()) count_tables(out, rows);
  if (nlohmann::json rows = read(parts.builds); rows.is_array()) {
    out << "\n## Builds\n\nOn two cores, without a compiler cache.\n\n| what | seconds | budget |\n| --- | --- | --- "
           "|\n";
    for (const auto& row : rows) {
      out << "| " << row.at("what").get<std::string>() << " | " << row.at("seconds").get<int>() << " | "
          << (row.at("budget").is_null() ? "" : "<= " + row.at("budget").dump()) << " |\n";
    }
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

}  // namespace sy::bench
