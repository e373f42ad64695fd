#include "switchyard/testing/suite.h"

namespace sy::testing {

Report::Report(std::string op, std::string suite, const std::vector<KnownGap>& gaps) {
  for (const KnownGap& gap : gaps) {
    if (gap.op == op && (gap.suite.empty() || gap.suite == suite))
      gaps_.push_back({gap, !gap.suite.empty() || suite == "forward"});
  }
}

void Report::add(const Case& c, const std::string& error) {
  add(c.str(), c.dtype(), std::string(layout_name(c.layouts[0])), error);
}

void Report::add(const std::string& description, const std::string& error) { add(description, "", "", error); }

void Report::add(const std::string& description, const std::string& dtype, const std::string& layout,
                 const std::string& error) {
  ++cases_;
  for (Gap& g : gaps_) {
    if ((!g.gap.dtype.empty() && g.gap.dtype != dtype) || (!g.gap.layout.empty() && g.gap.layout != layout)) continue;
    ++g.cases;
    if (error.empty()) continue;
    ++g.failed;
    return;
  }
  if (!error.empty()) failures_.push_back(str_cat(description, "\n    ", error));
}

std::vector<std::string> Report::failures() const {
  std::vector<std::string> all = failures_;
  for (const Gap& g : gaps_) {
    if (g.must_fail && g.cases != 0 && g.failed == 0) {
      all.push_back(
          str_cat(g.gap.op, ": a known gap passes after all (", g.gap.reason, "); take it out of conformance.yaml"));
    }
  }
  return all;
}

const std::vector<Suite>& suites() {
  static const std::vector<Suite> kSuites = {{"forward", run_forward}, {"forms", run_forms},
                                             {"errors", run_errors},   {"dtypes", run_dtypes},
                                             {"meta", run_meta},       {"gradients", run_gradients}};
  return kSuites;
}

}  // namespace sy::testing
