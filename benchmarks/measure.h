// Runs rows side by side, and keeps medians.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/rows.h"

namespace sy::bench {

/// One line of the table. Values are times in ns unless unit says something else; less is better.
struct Result {
  std::string group, what;
  std::string unit = "ns";
  int threads = 1;
  double ours = 0;
  double peer = 0;   // 0: none
  double limit = 0;  // 0: none
  std::string limit_name;
  double bytes = 0, flops = 0;
  std::optional<double> at_least, of_limit, at_most;  // budgets: ratio to the peer, to the limit, or the value itself
  /// How many times better than the peer; 0 without one.
  double ratio() const { return peer > 0 ? peer / ours : 0; }
  /// The part of the limit's rate that is reached; 0 without one.
  double reached() const { return limit > 0 ? limit / ours : 0; }
  /// How far the budget that is nearest to being missed is held: below 1, it is missed.
  double margin() const {
    double least = std::numeric_limits<double>::infinity();
    if (at_least && peer > 0) least = std::min(least, ratio() / *at_least);
    if (of_limit && limit > 0) least = std::min(least, reached() / *of_limit);
    if (at_most) least = std::min(least, *at_most / ours);
    return least;
  }
  bool held() const { return margin() >= 1; }
};

/// All sides of each row in turn, `repetitions` times, in random order; `progress` is told before each row. A row that
/// misses its budget is measured twice more, and the middle one counts.
std::vector<Result> measure(const std::vector<Row>& rows, int repetitions,
                            const std::function<void(std::size_t done, std::size_t of, const Row& next)>& progress);

/// How many threads both libraries use.
void set_threads(int threads);

/// What is no time of a call: peak memory of the steps, sizes of libraries, loading. `self` is this program's path.
std::vector<Result> facts(const std::string& self);
/// The program's part of facts, in a process of its own: prints a number. False where `what` is unknown.
bool print_fact(const std::string& what);

}  // namespace sy::bench
