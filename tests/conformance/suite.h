// The device-generic conformance suite: each function runs one suite of one operator on a device and reports every
// case.
#pragma once

#include <string>
#include <vector>

#include "switchyard/testing/case.h"
#include "switchyard/testing/known_gaps.h"

namespace sy::testing {

struct Options {
  Device device;
  Device oracle{"reference"};
  Tier tier = Tier::kQuick;
};

/// Collects cases. A case that a known gap covers may fail; a gap none of whose cases failed is a failure itself, told
/// by the gap's suite, or by `forward` for a gap of all suites.
class Report {
 public:
  Report(std::string op, std::string suite, const std::vector<KnownGap>& gaps);

  /// error is "" for a case that passed.
  void add(const Case& c, const std::string& error);
  /// For what is not a case of a sample.
  void add(const std::string& description, const std::string& error);

  std::size_t cases() const { return cases_; }
  /// Failures, and gaps that unexpectedly pass. Call once at the end.
  std::vector<std::string> failures() const;

 private:
  void add(const std::string& description, const std::string& dtype, const std::string& layout,
           const std::string& error);

  struct Gap {
    KnownGap gap;
    bool must_fail = true;
    std::size_t cases = 0;
    std::size_t failed = 0;
  };
  std::vector<Gap> gaps_;
  std::vector<std::string> failures_;
  std::size_t cases_ = 0;
};

/// Results equal the oracle's, over dtypes, layouts, sizes, special values, promotions; inputs stay as they are.
void run_forward(const OperatorSamples& op, const Options& options, Report& report);
/// The in-place and out forms agree with the function, whatever the output held and wherever it lies.
void run_forms(const OperatorSamples& op, const Options& options, Report& report);
/// Inputs that the schema calls wrong raise an error that says so, and the device works on.
void run_errors(const OperatorSamples& op, const Options& options, Report& report);
/// Dtypes that are not declared raise an error.
void run_dtypes(const OperatorSamples& op, const Options& options, Report& report);
/// The meta device gives the same shapes, dtypes and strides. Runs where the device is the oracle.
void run_meta(const OperatorSamples& op, const Options& options, Report& report);
/// First and second derivatives against differences, in f64, of the function and the in-place form; gradients have
/// the dtype of their input, whatever the others'.
void run_gradients(const OperatorSamples& op, const Options& options, Report& report);

using SuiteFn = void (*)(const OperatorSamples&, const Options&, Report&);
struct Suite {
  const char* name;
  SuiteFn run;
};
/// All of the above, by name.
const std::vector<Suite>& suites();

}  // namespace sy::testing
