#include "benchmarks/measure.h"

#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <omp.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>

#include "switchyard/core/backend.h"

namespace sy::bench {
namespace {

/// Collects the repetitions' times by name.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      times_[run.run_name.function_name].push_back(run.real_accumulated_time / static_cast<double>(run.iterations) *
                                                   1e9);
    }
  }
  double median(const std::string& name) {
    std::vector<double>& t = times_[name];
    if (t.empty()) return 0;
    std::nth_element(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(t.size() / 2), t.end());
    return t[t.size() / 2];
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

/// So many calls at a time that the clock and the loop do not count.
std::int64_t batch_of(const Body& body) {
  auto start = std::chrono::steady_clock::now();
  body(1);
  body(1);
  double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / 2;
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(20000 / std::max(ns, 1.0)), 1, 200);
}

void add(const std::string& name, const Body& body, int repetitions) {
  std::int64_t batch = batch_of(body);
  benchmark::RegisterBenchmark(name.c_str(),
                               [body, batch](benchmark::State& state) {
                                 while (state.KeepRunningBatch(batch)) body(batch);
                               })
      ->Repetitions(repetitions)
      ->UseRealTime()
      ->MinTime(0.05);
}

Result measure_once(const Row& row, int repetitions) {
  Collector collector;
  benchmark::ClearRegisteredBenchmarks();
  add("ours", row.ours, repetitions);
  if (row.peer) add("peer", row.peer, repetitions);
  if (row.limit) add("limit", row.limit, repetitions);
  benchmark::RunSpecifiedBenchmarks(&collector);
  Result r;
  r.group = row.group;
  r.what = row.what;
  r.threads = row.threads;
  r.limit_name = row.limit_name;
  r.bytes = row.bytes / row.per;
  r.flops = row.flops / row.per;
  r.at_least = row.at_least;
  r.of_limit = row.of_limit;
  r.ours = collector.median("ours") / row.per;
  r.peer = collector.median("peer") / row.per;
  r.limit = collector.median("limit") / row.per;
  return r;
}

}  // namespace

void set_threads(int threads) {
  set_num_threads(threads);
  at::set_num_threads(threads);
  omp_set_num_threads(threads);
  // Libtorch does not hand its thread count on to an OpenBLAS that has threads of its own.
  void* set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (set != nullptr) reinterpret_cast<void (*)(int)>(set)(threads);
}

std::vector<Result> measure(const std::vector<Row>& rows, int repetitions,
                            const std::function<void(std::size_t, std::size_t, const Row&)>& progress) {
  std::vector<Result> results;
  for (const Row& row : rows) {
    progress(results.size(), rows.size(), row);
    set_threads(row.threads);
    if (row.prepare) row.prepare();
    std::vector<Result> tries{measure_once(row, repetitions)};
    if (!tries[0].held()) {
      for (int more = 0; more < 2; ++more) tries.push_back(measure_once(row, repetitions));
      std::sort(tries.begin(), tries.end(), [](const Result& a, const Result& b) { return a.margin() < b.margin(); });
    }
    results.push_back(tries[tries.size() / 2]);
  }
  return results;
}

}  // namespace sy::bench
