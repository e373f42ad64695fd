#include "reduction.h"

#include <algorithm>

#include "iteration.h"
#include "memory.h"
#include "source.h"

namespace sy::opencl {

namespace {

// Work-items that are enough to fill a device, and elements that are worth a group.
constexpr std::int64_t kManyResults = 4096;
constexpr std::int64_t kShort = 64;
constexpr std::int64_t kChunk = 8192;  // per group, where few results are made of many elements

struct Plan {
  Iteration kept;     // strides of result, self
  Iteration reduced;  // strides of self
  std::int64_t chunks = 1;
};

/// Reads element i of the run of one result: `in` is its first one.
std::string element_source(const Iteration& reduced) {
  return "static inline C1 element(IN1, const idx in, idx rrest" + iteration_parameters(reduced.rank(), 1, "r") +
         ") {\n" + iteration_positions(reduced.rank(), 1, "r") + "  return GET1(in + rat0);\n}\n";
}

std::string element_call(const Iteration& reduced, const std::string& i) {
  std::string text = "element(p1, o1, kat1, " + i;
  for (int d = 1; d < reduced.rank(); ++d) text += ", rd" + std::to_string(d);
  for (int d = 0; d < reduced.rank(); ++d) text += ", rs0_" + std::to_string(d);
  return text + ")";
}

std::string head(const Fold& fold, const Plan& plan, const std::string& more) {
  return std::string(fold.setup) + element_source(plan.reduced) + "__kernel void run(OUT0, IN1" + more +
         ", const idx results, const idx count" + iteration_parameters(plan.kept.rank(), 2, "k") +
         iteration_parameters(plan.reduced.rank(), 1, "r") + ") {\n";
}

/// One item per result.
std::string item_body(const Fold& fold, const Plan& plan) {
  return head(fold, plan, "") + "  idx krest = get_global_id(0);\n  if (krest >= results) return;\n" +
         iteration_positions(plan.kept.rank(), 2, "k") + "  " + fold.state + " s = " + fold.start +
         ";\n  for (idx i = 0; i < count; ++i) s = take(s, " + element_call(plan.reduced, "i") +
         ", i);\n  PUT0(kat0, " + fold.result + ");\n}\n";
}

/// One group per chunk of a result's elements, and a tree in local memory.
std::string group_body(const Fold& fold, const Plan& plan) {
  const bool whole = plan.chunks == 1;
  const std::string state = fold.state;
  std::string text = head(fold, plan, ", const idx chunk, const idx chunks, __local " + state + "* tree");
  text +=
      "  const idx group = get_group_id(0);\n  idx krest = group / chunks;\n  const idx first = group % chunks * "
      "chunk;\n";
  text += "  const idx end = min(first + chunk, count);\n" + iteration_positions(plan.kept.rank(), 2, "k");
  text += "  const int me = get_local_id(0), size = get_local_size(0);\n  " + state + " s = " + fold.start + ";\n";
  text += "  for (idx i = first + me; i < end; i += size) s = take(s, " + element_call(plan.reduced, "i") + ", i);\n";
  text += "  tree[me] = s;\n  barrier(CLK_LOCAL_MEM_FENCE);\n";
  text += "  for (int half_size = size / 2; half_size > 0; half_size /= 2) {\n";
  text +=
      "    if (me < half_size) tree[me] = merge(tree[me], tree[me + half_size]);\n    barrier(CLK_LOCAL_MEM_FENCE);\n  "
      "}\n";
  text += "  if (me == 0) {\n    s = tree[0];\n";
  text += whole ? std::string("    PUT0(kat0, ") + fold.result + ");\n" : "    p0[group] = s;\n";
  return text + "  }\n}\n";
}

/// Merges the chunks of each result.
std::string merge_body(const Fold& fold, const Plan& plan) {
  return std::string(fold.setup) + "__kernel void run(OUT0, __global const " + fold.state +
         "* partial, const idx results, const idx chunks" + iteration_parameters(plan.kept.rank(), 1, "k") +
         ") {\n  idx krest = get_global_id(0);\n  if (krest >= results) return;\n  partial += krest * chunks;\n" +
         iteration_positions(plan.kept.rank(), 1, "k") + "  " + fold.state +
         " s = partial[0];\n  for (idx i = 1; i < chunks; ++i) s = merge(s, partial[i]);\n  PUT0(kat0, " + fold.result +
         ");\n}\n";
}

std::string rank_name(const Plan& plan) {
  return "/k" + std::to_string(plan.kept.rank()) + "r" + std::to_string(plan.reduced.rank());
}

void run_items(const sdk::Call& call, const Fold& fold, const Plan& plan, const sdk::Tensor& self,
               const sdk::Tensor& result) {
  const std::int64_t results = plan.kept.size();
  Launch launch(call, std::string(fold.name) + rank_name(plan));
  launch.tensor(result).tensor(self).index(results).index(plan.reduced.size());
  plan.kept.add_to(launch);
  plan.reduced.add_to(launch);
  launch.run(results, [&] { return item_body(fold, plan); });
}

/// target: the result, or scratch memory for the states of the chunks.
void run_groups(const sdk::Call& call, const Fold& fold, const Plan& plan, const sdk::Tensor& self,
                const sdk::Tensor& result, void* partial) {
  Launch launch(call, std::string(fold.name) + (partial != nullptr ? "/chunks" : "/groups") + rank_name(plan));
  partial != nullptr ? launch.scratch(partial, fold.state) : launch.tensor(result);
  const std::int64_t count = plan.reduced.size();
  launch.tensor(self).index((count + plan.chunks - 1) / plan.chunks).index(plan.chunks);
  launch.local(launch.group_size() * fold.state_bytes).index(plan.kept.size()).index(count);
  plan.kept.add_to(launch);
  plan.reduced.add_to(launch);
  launch.run_groups(plan.kept.size() * plan.chunks, [&] { return group_body(fold, plan); });
}

void run_merge(const sdk::Call& call, const Fold& fold, const Plan& plan, const sdk::Tensor& self,
               const sdk::Tensor& result, void* partial) {
  Plan merging = plan;
  merging.kept.strides.resize(1);
  // The fold's functions are written over the element's compute type, whatever the result's.
  Launch launch(call, std::string(fold.name) + "/merge" + std::to_string(plan.kept.rank()) + "/of" +
                          std::to_string(self.dtype()));
  launch.tensor(result).value(as_buffer(partial)).index(plan.kept.size()).index(plan.chunks);
  merging.kept.add_to(launch);
  launch.run(plan.kept.size(), [&] {
    return std::string("#define C1 ") + compute_type(self.dtype()) + "\n" + merge_body(fold, merging);
  });
}

/// The strides of result over self's dimensions: 0 where it has none.
Dims strides_over(const sdk::Tensor& self, const sdk::Tensor& result, const std::vector<int>& dims) {
  Dims strides(static_cast<std::size_t>(self.ndim()), 0);
  int position = 0;
  for (int d = 0; d < self.ndim(); ++d) {
    const bool reduced = std::find(dims.begin(), dims.end(), d) != dims.end();
    if (!reduced) strides[static_cast<std::size_t>(d)] = result.abi()->view.strides[position];
    if (!reduced || result.ndim() == self.ndim()) ++position;
  }
  return strides;
}

}  // namespace

void reduce(const sdk::Call& call, const Fold& fold, const sdk::Tensor& self, const sdk::Tensor& result,
            const std::vector<int>& dims) {
  std::vector<int> others;
  for (int d = 0; d < self.ndim(); ++d) {
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) others.push_back(d);
  }
  const Dims result_strides = strides_over(self, result, dims);
  const sdk::Ints to(result_strides.data(), result_strides.size());
  Plan plan{Iteration(self.shape(), {to, self.strides()}, others), Iteration(self.shape(), {self.strides()}, dims)};
  plan.kept.pad_to(2);
  plan.reduced.pad_to(2);
  const std::int64_t results = plan.kept.size();
  const std::int64_t count = plan.reduced.size();
  if (results >= kManyResults || count <= kShort) return run_items(call, fold, plan, self, result);
  if (results * 4 < kManyResults) plan.chunks = std::clamp<std::int64_t>(count / kChunk, 1, 256);
  if (plan.chunks == 1) return run_groups(call, fold, plan, self, result, nullptr);
  void* partial = call.workspace(static_cast<std::uint64_t>(results * plan.chunks) * fold.state_bytes);
  run_groups(call, fold, plan, self, result, partial);
  run_merge(call, fold, plan, self, result, partial);
}

void reduce(const sdk::Call& call, const Fold& fold, const sdk::Tensor& self, const sdk::Tensor& result,
            sdk::Ints dims) {
  reduce(call, fold, self, result, std::vector<int>(dims.begin(), dims.end()));
}

}  // namespace sy::opencl
