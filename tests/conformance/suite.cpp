#include "switchyard/testing/suite.h"

#include "switchyard/core/backend.h"
#include "switchyard/dispatch/boxed.h"

namespace sy::testing {
namespace {

bool lacks(std::uint64_t dtypes, Dtype d) { return d.id() < SY_NUM_STANDARD_DTYPES && !(dtypes >> d.id() & 1); }

/// A dtype that a sample names and the set lacks, or "".
std::string missing_in_sample(const Sample& sample, std::uint64_t dtypes) {
  auto missing = [&](const std::optional<std::string>& name) {
    return name && lacks(dtypes, *Dtype::parse(*name)) ? *name : "";
  };
  for (const auto& [name, value] : sample) {
    std::string found;
    if (auto* spec = std::get_if<TensorSpec>(&value)) found = missing(spec->dtype);
    if (auto* dtype = std::get_if<DtypeName>(&value)) found = missing(dtype->name);
    if (auto* list = std::get_if<std::vector<TensorSpec>>(&value)) {
      for (const TensorSpec& spec : *list) found = found.empty() ? missing(spec.dtype) : found;
    }
    if (!found.empty()) return found;
  }
  return "";
}

/// What the plugin says to an addition in that dtype; "" where it does not mind.
std::string reason_against(Dtype dtype, Device device) {
  try {
    TensorBase one = place(Array(dtype, {1}), device, Layout::kContiguous).tensor;
    call("add", {{"self", one}, {"other", one}});
    synchronize(device);
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

}  // namespace

std::string missing_dtype(const Case& c, std::uint64_t dtypes) {
  for (const std::optional<Dtype>& t : c.t) {
    if (t && lacks(dtypes, *t)) return std::string(t->name());
  }
  for (const auto& [name, dtype] : c.mixed) {
    if (lacks(dtypes, dtype)) return std::string(dtype.name());
  }
  return missing_in_sample(c.sample, dtypes);
}

void Report::run(const Case& c, const Fn& fn) {
  CaseName name{c.str(), c.dtype(), std::string(layout_name(c.layouts[0]))};
  std::string missing = missing_dtype(c, dtypes_);
  if (missing.empty()) return run(name, fn);
  run(name, [&]() -> std::string { throw Skip{why_missing(missing)}; });
}

const std::string& Report::why_missing(const std::string& dtype) {
  std::string& text = missing_[dtype];
  if (!text.empty()) return text;
  std::string reason = reason_against(*Dtype::parse(dtype), device_);
  return text = str_cat("the device does not compute on ", dtype, reason.empty() ? "" : ": ", reason);
}

void Report::run(const CaseName& name, const Fn& fn) {
  if (!listener_.begin(name)) return;
  Verdict verdict;
  try {
    verdict.text = fn();
    if (!verdict.text.empty()) verdict.kind = Verdict::kFailed;
  } catch (const Skip& skip) {
    verdict = {Verdict::kSkipped, skip.reason};
  } catch (const NoCase&) {
    verdict.kind = Verdict::kNoCase;
  } catch (const std::exception& e) {
    verdict = {Verdict::kFailed, str_cat("threw: ", e.what())};
  }
  listener_.end(name, verdict);
}

const std::vector<Suite>& suites() {
  static const std::vector<Suite> kSuites = {
      {"calls", "abi", run_calls},          {"coverage", "ops", run_coverage}, {"forward", "ops", run_forward},
      {"forms", "ops", run_forms},          {"outputs", "ops", run_outputs},   {"supports", "ops", run_supports},
      {"errors", "ops", run_errors},        {"dtypes", "ops", run_dtypes},     {"meta", "ops", run_meta},
      {"gradients", "grad", run_gradients}, {"perf", "perf", run_perf}};
  return kSuites;
}

}  // namespace sy::testing
