// Results as a table on a terminal, as JSON, and as docs/performance.md.
#pragma once

#include <string>
#include <vector>

#include "benchmarks/measure.h"

namespace sy::bench {

void print_table(const std::vector<Result>& results);
void write_json(const std::vector<Result>& results, const std::string& file);
/// Markdown with date and machine. `counts`: a file of `count --json`; `builds`: one of `scripts/bench --build`; either
/// may be empty or absent. Throws std::runtime_error where a file cannot be written or is no such file.
void write_report(const std::vector<Result>& results, const std::string& counts, const std::string& builds,
                  const std::string& file);
/// The geometric mean of the ratios of a group; 0 where it has none.
double geometric_mean(const std::vector<Result>& results, const std::string& group);

}  // namespace sy::bench
