// The time of a call, beside the CPU plugin's.
#include <algorithm>
#include <chrono>

#include "switchyard/core/backend.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

/// Seconds per call: the best of five bursts that take 10 ms together, or of two calls that take longer.
double time_of(const OperatorSamples& op, const Inputs& inputs, Device device) {
  constexpr double kBudget = 0.01;
  PlacedInputs placed = place(inputs, device);
  auto burst = [&](int calls) {
    auto start = Clock::now();
    for (int i = 0; i < calls; ++i) call(op.name, placed.arguments);
    synchronize(device);
    return seconds(start) / calls;
  };
  burst(1);
  double once = burst(1);
  int calls = std::clamp(static_cast<int>(kBudget / 5 / std::max(once, 1e-7)), 1, 10000);
  double best = once;
  for (int turn = 0; turn < (once > kBudget ? 1 : 5); ++turn) best = std::min(best, burst(calls));
  return best;
}

/// The sample with all tensors grown: pointwise ones to a million elements, others along their longest dimension. nullopt
/// where the reference of sizes, the CPU, refuses it or takes long.
std::optional<Inputs> grown(const Case& small) {
  Case c = small;
  std::int64_t longest = 0;
  auto for_each = [&](auto&& fn) {
    for (auto& [name, value] : c.sample) {
      if (auto* spec = std::get_if<TensorSpec>(&value); spec != nullptr && spec->values.empty()) fn(*spec);
    }
  };
  for_each([&](TensorSpec& spec) {
    for (std::int64_t size : spec.shape) longest = std::max(longest, size);
  });
  if (longest == 0) return std::nullopt;
  std::int64_t to = small.op->kind == "pointwise" ? 1 << 20 : 4096;
  for_each([&](TensorSpec& spec) {
    if (small.op->kind == "pointwise") spec.shape = {to};
    std::replace(spec.shape.begin(), spec.shape.end(), longest, to);
  });
  std::int64_t total = 0;
  for_each([&](TensorSpec& spec) {
    std::int64_t numel = 1;
    for (std::int64_t size : spec.shape) numel *= size;
    total += numel;
  });
  if (total > 1 << 23) return std::nullopt;
  try {
    Inputs inputs = make_inputs(c);
    PlacedInputs placed = place(inputs, Device());
    auto start = Clock::now();
    if (run_function(*c.op, placed, Device()).threw || seconds(start) > 1.0) return std::nullopt;
    return inputs;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace

void run_perf(const OperatorSamples& op, const Options& options, Report& report) {
  std::vector<Dtype> set = dtype_set(op, 0);
  std::optional<Dtype> dtype;
  if (!set.empty()) dtype = std::find(set.begin(), set.end(), kF32) != set.end() ? kF32 : set[0];
  std::vector<Case> cases = plain_cases(op, dtype);
  if (cases.empty()) return;
  for (bool large : {false, true}) {
    Case c = cases[0];
    c.variation += large ? ", large" : ", small";
    report.run(c, [&] {
      std::optional<Inputs> inputs = large ? grown(cases[0]) : make_inputs(c);
      if (!inputs) throw NoCase();
      double cpu = time_of(op, *inputs, Device());
      double device = options.device.is_cpu() ? cpu : time_of(op, *inputs, options.device);
      report.note(large ? "time large" : "time small", c.dtype(), str_cat(device, " ", cpu));
      return std::string();
    });
  }
}

}  // namespace sy::testing
