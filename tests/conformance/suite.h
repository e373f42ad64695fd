// The device-generic conformance suite: each function runs one suite of one operator on a device and reports every
// case.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "switchyard/testing/case.h"

namespace sy::testing {

struct Options {
  Device device;
  Device oracle{"reference"};
  Tier tier = Tier::kQuick;
  std::uint64_t dtypes = ~std::uint64_t{0};  // bit per standard dtype that the device computes on
};

/// What a case is called, and what known gaps are matched against.
struct CaseName {
  std::string text;
  std::string dtype;   // of T0; "" where there is none
  std::string layout;  // of the first tensor
};

struct Verdict {
  enum Kind { kPassed, kFailed, kSkipped, kNoCase };
  Kind kind = kPassed;
  std::string text;  // what went wrong, or why it was skipped
};

/// Thrown by a case that cannot be tried on this device.
struct Skip {
  std::string reason;
};
/// Thrown by what turns out to be no case: the operator has no such form for these arguments.
struct NoCase {};

/// Hears of cases as they are run.
class CaseListener {
 public:
  virtual ~CaseListener() = default;
  /// False: the case is left out.
  virtual bool begin(const CaseName& name) = 0;
  virtual void end(const CaseName& name, const Verdict& verdict) = 0;
  /// A fact that is no case: "ran", "f32", "kernel".
  virtual void note(const std::string& what, const std::string& dtype, const std::string& text) = 0;
};

/// Runs the cases of one operator and suite.
class Report {
 public:
  /// Returns "", or what went wrong; may throw Skip and NoCase. Whatever else it throws is what went wrong.
  using Fn = std::function<std::string()>;

  Report(CaseListener& listener, const Options& options)
      : listener_(listener), device_(options.device), dtypes_(options.dtypes) {}

  /// Skips the case where the device lacks one of its dtypes.
  void run(const Case& c, const Fn& fn);
  void run(const CaseName& name, const Fn& fn);
  void note(const std::string& what, const std::string& dtype, const std::string& text) {
    listener_.note(what, dtype, text);
  }

 private:
  const std::string& why_missing(const std::string& dtype);

  CaseListener& listener_;
  Device device_;
  std::uint64_t dtypes_;
  std::map<std::string, std::string> missing_;  // by dtype: that the device does not compute on it, and why
};

/// A dtype of the case that is not in the set, or "".
std::string missing_dtype(const Case& c, std::uint64_t dtypes);

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
/// What a kernel writes depends neither on what its outputs held nor on the run, and ends where the output ends.
void run_outputs(const OperatorSamples& op, const Options& options, Report& report);
/// What a kernel says in `supports` is what it does in `run`, and it says so without looking at data.
void run_supports(const OperatorSamples& op, const Options& options, Report& report);
/// Kernels take calls of a newer host: longer structs, and slots of kinds that they do not know.
void run_calls(const OperatorSamples& op, const Options& options, Report& report);
/// Notes for each dtype how the operator runs: its own kernel, parts, a wider dtype.
void run_coverage(const OperatorSamples& op, const Options& options, Report& report);
/// First and second derivatives against differences, in f64, of the function and the in-place form; gradients have
/// the dtype of their input, whatever the others'. On a device without f64: against the oracle's gradients, in f32.
void run_gradients(const OperatorSamples& op, const Options& options, Report& report);
/// Notes the time of a call beside the CPU plugin's.
void run_perf(const OperatorSamples& op, const Options& options, Report& report);

using SuiteFn = void (*)(const OperatorSamples&, const Options&, Report&);
struct Suite {
  const char* name;
  const char* part;  // of which part of the kit: "abi", "ops", "grad", "perf"
  SuiteFn run;
};
/// All of the above, by name.
const std::vector<Suite>& suites();

}  // namespace sy::testing
