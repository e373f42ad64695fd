#include <mutex>
#include <thread>

#include "switchyard/core/stream.h"
#include "switchyard/dispatch/boxed.h"
#include "switchyard/testing/compare.h"
#include "switchyard/testing/layout.h"
#include "switchyard/testing/plugin_suite.h"

namespace sy::testing {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 25;

Array ramp(std::int64_t n, double start) {
  Array a(kF32, {n});
  for (std::int64_t i = 0; i < n; ++i) a.set(i, start + static_cast<double>(i % 16));
  return a;
}

/// Runs fn(thread) on all threads; the first complaint.
std::string on_threads(const std::function<std::string(int)>& fn) {
  std::mutex mutex;
  std::string first;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::string wrong;
      try {
        wrong = fn(t);
      } catch (const std::exception& e) {
        wrong = str_cat("threw: ", e.what());
      }
      std::lock_guard lock(mutex);
      if (first.empty() && !wrong.empty()) first = str_cat("thread ", t, ": ", wrong);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return first;
}

/// (shared + own) * own, summed: small integers, so that every result is exact.
std::string round(const TensorBase& shared, const Array& shared_values, Device device, int thread, int i) {
  std::int64_t n = shared_values.numel();
  Array own_values = ramp(n, 1 + thread + i % 3);
  TensorBase own = place(own_values, device, Layout::kContiguous).tensor;
  TensorBase sum = call("add", {{"self", shared}, {"other", own}})[0];
  TensorBase product = call("mul", {{"self", sum}, {"other", own}})[0];
  TensorBase total = call("sum", {{"self", product}})[0];
  Array wanted(kF32, {n});
  double expected = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    double v = own_values.at(k).to_double();
    wanted.set(k, (shared_values.at(k).to_double() + v) * v);
    expected += wanted.at(k).to_double();
  }
  if (std::string wrong = difference(to_array(product), wanted, {}); !wrong.empty()) return wrong;
  double got = to_array(total).at(0).to_double();
  return got == expected ? "" : str_cat("the sum is ", got, ", expected ", expected);
}

std::string calls(Device device, bool streams) {
  Array values = ramp(1000, 0);
  TensorBase shared = place(values, device, Layout::kContiguous).tensor;
  return on_threads([&](int t) {
    std::optional<StreamGuard> guard;
    if (streams) guard.emplace(Stream::create(device));
    for (int i = 0; i < kRounds; ++i) {
      if (std::string wrong = round(shared, values, device, t, i); !wrong.empty()) return wrong;
    }
    return std::string();
  });
}

/// Blocks of many sizes come and go on all threads at once.
std::string allocations(Device device) {
  return on_threads([&](int t) {
    std::vector<TensorBase> kept;
    for (int i = 0; i < 200; ++i) {
      std::int64_t n = 1 + (i * 37 + t * 11) % 3000;
      kept.push_back(allocate_tensor({n}, kF32, device));
      if (i % 3 == 0) kept.erase(kept.begin() + i % static_cast<int>(kept.size()));
    }
    return std::string();
  });
}

}  // namespace

void run_concurrency(const Target& target, Report& report) {
  Device device = target.options.device;
  auto check = [&](const char* name, const Report::Fn& fn) { report.run(CaseName{name, "", ""}, fn); };
  check("calls from eight threads on shared inputs", [&] { return calls(device, false); });
  check("calls from eight threads on streams of their own", [&] { return calls(device, true); });
  check("allocations from eight threads", [&] { return allocations(device); });
}

}  // namespace sy::testing
