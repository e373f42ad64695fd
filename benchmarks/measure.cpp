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

void set_threads(int threads) {
  set_num_threads(threads);
  at::set_num_threads(threads);
  omp_set_num_threads(threads);
  // Libtorch does not hand its thread count on to an OpenBLAS that has threads of its own.
  void* set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (set != nullptr) reinterpret_cast<void (*)(int)>(set)(threads);
}

bool held(const Result& r) {
  if (r.row->at_most_ns && r.ours_ns > *r.row->at_most_ns) return false;
  return !r.row->at_least || r.peer_ns == 0 || r.ratio() >= *r.row->at_least;
}

}  // namespace

std::vector<Result> measure(const std::vector<Row>& rows, int repetitions,
                            const std::function<void(std::size_t, std::size_t, const Row&)>& progress) {
  std::vector<Result> results;
  for (const Row& row : rows) {
    progress(results.size(), rows.size(), row);
    set_threads(row.threads);
    Collector collector;
    benchmark::ClearRegisteredBenchmarks();
    add("ours", row.ours, repetitions);
    if (row.peer) add("peer", row.peer, repetitions);
    benchmark::RunSpecifiedBenchmarks(&collector);
    Result r;
    r.row = &row;
    r.ours_ns = collector.median("ours") / row.per;
    r.peer_ns = collector.median("peer") / row.per;
    r.held = held(r);
    results.push_back(r);
  }
  return results;
}

}  // namespace sy::bench
