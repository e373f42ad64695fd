// How each operator runs on the device, by dtype: for the table of the report.
#include "switchyard/dispatch/explain.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

/// "kernel", "composite", "promoted", "view" or "host", from what the dispatcher says that it chose.
std::string way_of(const OperatorSamples& op, const std::vector<CallRecord>& records) {
  if (records.empty()) return "host";
  const std::string& chosen = records[0].chosen;
  if (chosen.starts_with("kernel")) return "kernel";
  if (chosen.starts_with("composite")) return "composite";
  if (chosen.starts_with("promoted")) return "promoted";
  if (chosen.starts_with("CPU")) return "cpu";
  return op.kind == "view" ? "view" : "host";
}

}  // namespace

void run_coverage(const OperatorSamples& op, const Options& options, Report& report) {
  std::vector<Dtype> set = dtype_set(op, 0);
  std::vector<std::optional<Dtype>> dtypes(set.begin(), set.end());
  if (dtypes.empty()) dtypes.emplace_back();
  for (std::optional<Dtype> dtype : dtypes) {
    std::vector<Case> cases = plain_cases(op, dtype);
    if (cases.empty()) continue;
    Case c = cases[0];
    c.variation += ", how it runs";
    report.run(c, [&] {
      PlacedInputs inputs = place(make_inputs(c), options.device);
      Outcome outcome;
      std::vector<CallRecord> records = explain([&] { outcome = run_function(op, inputs, options.device); });
      if (!outcome.threw) report.note("ran", c.dtype(), way_of(op, records));
      return outcome.threw ? outcome.message : "";
    });
  }
}

}  // namespace sy::testing
