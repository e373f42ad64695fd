// What a call costs on tensors so small that nothing else counts.
#include <benchmark/benchmark.h>
#include <c10/core/CPUAllocator.h>
#include <torch/torch.h>

#include <cstdlib>
#include <map>

#include "benchmarks/rows.h"
#include "switchyard/core/storage.h"

namespace sy::bench {
namespace {

template <typename Fn>
Body unrecorded(Fn fn) {
  return [body = repeat(std::move(fn))](std::int64_t n) {
    torch::NoGradGuard no_grad;
    body(n);
  };
}

at::Tensor torch_scale(const at::Tensor& x, double factor) { return x * factor; }

/// Libtorch's side of each path.
std::map<std::string, Body> peers() {
  at::Tensor a = torch::rand({4}), b = torch::rand({4}), out = torch::empty({4}), m = torch::rand({8, 8}),
             w = torch::rand({8, 8}), bias = torch::rand({8});
  at::Tensor x = torch::rand({4}, torch::requires_grad());
  static auto registry = torch::RegisterOperators().op("bench::scale(Tensor x, float factor) -> Tensor", &torch_scale);
  static auto scale =
      c10::Dispatcher::singleton().findSchemaOrThrow("bench::scale", "").typed<at::Tensor(const at::Tensor&, double)>();
  static auto add = c10::Dispatcher::singleton().findSchemaOrThrow("aten::add", "Tensor");
  return {
      {"add of 4 elements", unrecorded([=] { a + b; })},
      {"add of 4 elements, among 5,000 more operators and 32 backends", unrecorded([=] { a + b; })},
      {"add into an output", unrecorded([=]() mutable { at::add_out(out, a, b); })},
      {"view", unrecorded([=] { m.view({64}); })},
      {"mul that records a gradient", repeat([=] { x* b; })},
      {"chain of 100 mul, forward and backward, per node", repeat([=] {
         at::Tensor y = x;
         for (int i = 0; i < 100; ++i) y = y * b;
         y.backward(b);
       })},
      {"chain of 4 views", unrecorded([=] { m.transpose(0, 1).select(0, 1).unsqueeze(0).slice(1, 1, 5); })},
      {"in-place add", unrecorded([=]() mutable { out.add_(a); })},
      {"add of a number", unrecorded([=] { a + 2.0; })},
      {"sum of 4 elements", unrecorded([=] { a.sum(); })},
      {"mm of 8x8", unrecorded([=] { at::mm(m, w); })},
      {"linear of 8x8", unrecorded([=] { at::linear(m, w, bias); })},
      {"boxed add", unrecorded([=] {
         torch::jit::Stack stack{a, b, 1};
         add.callBoxed(stack);
       })},
      {"custom op that multiplies by a number", unrecorded([=] { scale.call(a, 2.0); })},
  };
}

/// The allocators alone, beside the C library's.
void memory_rows(std::vector<Row>& rows) {
  struct Block {
    const char* name;
    std::uint64_t bytes;
  };
  for (const Block& block : {Block{"16 bytes", 16}, {"40 MB", 40'000'000}}) {
    std::uint64_t bytes = block.bytes;
    Row row;
    row.group = "calls";
    row.what = std::string("memory of ") + block.name + ", taken and given back";
    row.ours = repeat([=] { Storage::allocate(Device(), bytes); });
    row.peer = repeat([=] { c10::GetCPUAllocator()->allocate(bytes); });
    row.limit = repeat([=] {
      void* memory = std::malloc(bytes);
      benchmark::DoNotOptimize(memory);
      std::free(memory);
    });
    row.limit_name = "malloc";
    row.at_least = 0.95;
    rows.push_back(std::move(row));
  }
}

}  // namespace

std::vector<Row> call_rows() {
  // Where the design has a figure: libtorch's time over ours there. Elsewhere a quarter of libtorch's.
  const std::map<std::string, double> at_least{
      {"add of 4 elements", 428.0 / 60},
      {"add of 4 elements, among 5,000 more operators and 32 backends", 428.0 / 60},
      {"add into an output", 218.0 / 35},
      {"view", 73.0 / 25},
      {"mul that records a gradient", 1030.0 / 150},
      {"chain of 100 mul, forward and backward, per node", 2900.0 / 400}};
  std::map<std::string, Body> peer = peers();
  std::vector<Row> rows;
  for (Path& path : paths()) {
    Row row;
    row.group = "calls";
    row.what = path.what;
    row.ours = std::move(path.body);
    row.peer = peer.at(path.what);
    row.per = path.per;
    row.prepare = std::move(path.prepare);
    auto budget = at_least.find(path.what);
    row.at_least = budget != at_least.end() ? budget->second : 4;
    rows.push_back(std::move(row));
  }
  memory_rows(rows);
  return rows;
}

}  // namespace sy::bench
