#include "switchyard/testing/results.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "switchyard/core/strings.h"

namespace sy::testing {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json to_json(const Counts& c) {
  return {{"passed", c.passed}, {"failed", c.failed}, {"known_gaps", c.gaps}, {"skipped", c.skipped}};
}

Counts counts_of(const json& j) {
  return {j.at("passed").get<std::size_t>(), j.at("failed").get<std::size_t>(), j.at("known_gaps").get<std::size_t>(),
          j.at("skipped").get<std::size_t>()};
}

json to_json(const std::vector<CaseRecord>& records) {
  json list = json::array();
  for (const CaseRecord& r : records) {
    list.push_back({{"part", r.part},
                    {"suite", r.suite},
                    {"op", r.op},
                    {"case", r.name},
                    {"dtype", r.dtype},
                    {"text", r.text},
                    {"repeat", r.repeat}});
  }
  return list;
}

std::vector<CaseRecord> records_of(const json& list) {
  std::vector<CaseRecord> records;
  for (const json& r : list) {
    auto text = [&](const char* key) { return r.at(key).get<std::string>(); };
    records.push_back(
        {text("part"), text("suite"), text("op"), text("case"), text("dtype"), text("text"), text("repeat")});
  }
  return records;
}

bool passes(const Cell& cell) { return !cell.ran.empty() && cell.counts.failed == 0; }

}  // namespace

Counts Results::total() const {
  Counts sum;
  for (const auto& [key, c] : counts) {
    sum.passed += c.passed;
    sum.failed += c.failed;
    sum.gaps += c.gaps;
    sum.skipped += c.skipped;
  }
  return sum;
}

json to_json(const Results& r) {
  json j{{"format", kFormat}, {"device", r.device}, {"plugin", r.plugin},   {"tier", r.tier},
         {"date", r.date},    {"suites", r.suites}, {"seconds", r.seconds}, {"no_device", r.no_device}};
  j["total"] = to_json(r.total());
  j["facts"] = json::array();
  for (const auto& [what, text] : r.facts) j["facts"].push_back({{"what", what}, {"text", text}});
  j["counts"] = json::array();
  for (const auto& [key, c] : r.counts) {
    json entry = to_json(c);
    entry["part"] = key.first;
    entry["suite"] = key.second;
    j["counts"].push_back(entry);
  }
  j["coverage"] = json::array();
  for (const auto& [key, cell] : r.cells) {
    json entry = to_json(cell.counts);
    entry["op"] = key.first;
    entry["dtype"] = key.second;
    entry["ran"] = cell.ran;
    entry["why_skipped"] = cell.skipped;
    j["coverage"].push_back(entry);
  }
  j["failures"] = to_json(r.failures);
  j["known_gaps"] = to_json(r.gaps);
  j["skips"] = to_json(r.skips);
  j["timings"] = json::array();
  for (const Timing& t : r.timings) {
    j["timings"].push_back({{"op", t.op}, {"dtype", t.dtype}, {"size", t.size}, {"device", t.device}, {"cpu", t.cpu}});
  }
  return j;
}

Results from_json(const std::string& text) {
  try {
    json j = json::parse(text);
    if (j.at("format").get<int>() != kFormat) throw std::runtime_error("another format of reports");
    Results r;
    r.device = j.at("device").get<std::string>();
    r.plugin = j.at("plugin").get<std::string>();
    r.tier = j.at("tier").get<std::string>();
    r.date = j.at("date").get<std::string>();
    r.suites = j.at("suites").get<std::vector<std::string>>();
    r.seconds = j.at("seconds").get<double>();
    r.no_device = j.at("no_device").get<std::string>();
    for (const json& f : j.at("facts"))
      r.facts.emplace_back(f.at("what").get<std::string>(), f.at("text").get<std::string>());
    for (const json& c : j.at("counts")) {
      r.counts[{c.at("part").get<std::string>(), c.at("suite").get<std::string>()}] = counts_of(c);
    }
    for (const json& c : j.at("coverage")) {
      r.cells[{c.at("op").get<std::string>(), c.at("dtype").get<std::string>()}] = {
          c.at("ran").get<std::string>(), counts_of(c), c.at("why_skipped").get<std::string>()};
    }
    r.failures = records_of(j.at("failures"));
    r.gaps = records_of(j.at("known_gaps"));
    r.skips = records_of(j.at("skips"));
    for (const json& t : j.at("timings")) {
      r.timings.push_back({t.at("op").get<std::string>(), t.at("dtype").get<std::string>(),
                           t.at("size").get<std::string>(), t.at("device").get<double>(), t.at("cpu").get<double>()});
    }
    return r;
  } catch (const json::exception& e) {
    throw std::runtime_error(str_cat("no report of a conformance run: ", e.what()));
  }
}

std::vector<std::string> regressions(const Results& now, const Results& before, double slowdown) {
  std::vector<std::string> worse;
  std::set<std::tuple<std::string, std::string, std::string>> failed;
  for (const CaseRecord& r : before.failures) failed.insert({r.suite, r.op, r.name});
  for (const CaseRecord& r : now.failures) {
    if (failed.count({r.suite, r.op, r.name}) == 0) worse.push_back(str_cat("fails now: ", r.suite, ": ", r.name));
  }
  std::set<std::string> ops;
  for (const auto& [key, cell] : now.cells) ops.insert(key.first);
  bool coverage = now.counts.count({"ops", "coverage"}) != 0;
  for (const auto& [key, was] : before.cells) {
    if (!coverage || ops.count(key.first) == 0 || !passes(was)) continue;
    auto it = now.cells.find(key);
    std::string what = key.second.empty() ? key.first : str_cat(key.first, " ", key.second);
    if (it == now.cells.end() || it->second.ran.empty()) {
      worse.push_back(str_cat("ran before, and does not now: ", what));
    } else if (was.ran == "kernel" && it->second.ran != "kernel") {
      worse.push_back(str_cat("was a kernel before, now ", it->second.ran, ": ", what));
    }
  }
  if (slowdown <= 0) return worse;
  for (const Timing& was : before.timings) {
    for (const Timing& is : now.timings) {
      if (is.op != was.op || is.size != was.size || is.dtype != was.dtype || is.cpu <= 0 || was.cpu <= 0) continue;
      double factor = is.device / is.cpu / (was.device / was.cpu);
      if (factor > slowdown) {
        worse.push_back(str_cat(is.op, " (", is.size, ") takes ", factor, " times as long beside the CPU as before"));
      }
    }
  }
  return worse;
}

}  // namespace sy::testing
