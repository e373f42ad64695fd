// Results as a table on a terminal, as JSON, and as docs/performance.md.
#pragma once

#include <string>
#include <vector>

#include "benchmarks/measure.h"

namespace sy::bench {

void print_table(const std::vector<Result>& results);
void write_json(const std::vector<Result>& results, const std::string& file);
/// Files that go into a report beside the results; each may be empty or absent.
struct ReportParts {
  std::string counts;  // of `count --json`
  std::string builds;  // of `scripts/bench --build`
  std::string notes;   // Markdown
};
/// Markdown with date and machine. Throws std::runtime_error where a file cannot be written, or is not what it should be.
void write_report(const std::vector<Result>& results, const ReportParts& parts, const std::string& file);
/// The geometric mean of the ratios of a group; 0 where it has none.
double geometric_mean(const std::vector<Result>& results, const std::string& group);

}  // namespace sy::bench
