// Runs rows side by side, and keeps medians.
#pragma once

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
  bool held() const {
    return (!at_least || peer == 0 || ratio() >= *at_least) && (!of_limit || limit == 0 || reached() >= *of_limit) &&
           (!at_most || ours <= *at_most);
  }
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
