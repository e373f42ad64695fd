#include "subgraph.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "call_copy.h"
#include "launch.h"
#include "simulator.h"
#include "switchyard/sdk/kernel.h"

namespace sy::simulator {

namespace {

bool takes(const sy_kernel& kernel, const sy_node& node) {
  if (std::strcmp(kernel.op, node.call->op) != 0 || kernel.layout_hash != node.layout_hash) return false;
  const std::uint32_t* end = kernel.dtypes + kernel.num_dtypes;
  return kernel.dtypes == nullptr || std::find(kernel.dtypes, end, node.call->dtypes[0]) != end;
}

/// Reference's kernel for a node, or NULL.
const sy_kernel* find_kernel(const sy_node& node) {
  if (is_data_dependent(*node.call)) return nullptr;
  for (std::uint32_t i = 0; i < node.call->num_args; ++i) {
    if (node.call->args[i].tag == SY_ARG_GENERATOR) return nullptr;  // would draw the same numbers each time
  }
  for (const auto* const* table = sy_kernel_list; *table != nullptr; ++table) {
    for (std::uint32_t i = 0; i < (*table)->count; ++i) {
      const sy_kernel& kernel = *(*table)->kernels[i];
      if (kernel.prepare == nullptr && kernel.workspace_size == nullptr && takes(kernel, node)) return &kernel;
    }
  }
  return nullptr;
}

/// A compiled graph. Its values have numbers: inputs, outputs, then what lies between.
class Graph {
 public:
  Graph(Simulator& simulator, const sy_subgraph& graph)
      : simulator_(simulator), num_inputs_(graph.num_inputs), num_outputs_(graph.num_outputs) {
    for (std::uint32_t i = 0; i < graph.num_inputs; ++i) add_end(graph.inputs[i]);
    known_ = numbers_;
    for (std::uint32_t k = 0; k < graph.num_outputs; ++k) add_end(graph.outputs[k]);
    for (std::uint32_t n = 0; n < graph.num_nodes; ++n) add(*graph.nodes[n]);
    for (std::uint32_t k = 0; k < graph.num_outputs; ++k) {
      if (known_.count(graph.outputs[k]->storage) == 0) {
        throw sdk::Error(SY_INVALID_ARGUMENT, "subgraph: output %u comes from no node", k);
      }
    }
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// On a stream's thread: call has the places of inputs and outputs.
  void run(const sy_call& call) const {
    std::vector<void*> places(sizes_.size());  // of the values' first bytes
    for (std::uint32_t i = 0; i < num_inputs_; ++i) places[i] = place(call.args[i]);
    for (std::uint32_t k = 0; k < num_outputs_; ++k) places[num_inputs_ + k] = place(call.outputs[k]);
    std::vector<std::unique_ptr<std::max_align_t[]>> between;
    for (std::size_t v = num_inputs_ + num_outputs_; v < sizes_.size(); ++v) {
      between.push_back(std::make_unique<std::max_align_t[]>(sizes_[v] / sizeof(std::max_align_t) + 1));
      places[v] = between.back().get();
    }
    for (const Step& step : steps_) {
      std::size_t next = 0;
      sy_call node = step.copy->call();
      node.device = call.device;
      auto copy = std::make_unique<CallCopy>(node, simulator_, [&](const sy_tensor&) {
        const Part& part = step.parts[next++];
        return static_cast<char*>(places[part.value]) + part.offset;
      });
      if (!run_now(*step.kernel, std::move(copy), simulator_)) return;
    }
  }

  Simulator& simulator() const { return simulator_; }

  /// Throws sdk::Error for a call that is not what was compiled.
  void check(const sy_call& call) const {
    if (call.num_args != num_inputs_ || call.num_outputs != num_outputs_) {
      throw sdk::Error(SY_UNSUPPORTED, "compiled for %u inputs and %u outputs, got %u and %u", num_inputs_,
                       num_outputs_, call.num_args, call.num_outputs);
    }
    for (std::uint32_t i = 0; i < num_inputs_; ++i) check(call.args[i], i, "input", i);
    for (std::uint32_t k = 0; k < num_outputs_; ++k) check(call.outputs[k], num_inputs_ + k, "output", k);
  }

 private:
  using Numbers = std::map<const void*, std::size_t>;
  struct Part {
    std::size_t value;
    std::uint64_t offset;  // bytes
  };
  struct Step {
    const sy_kernel* kernel;
    std::unique_ptr<CallCopy> copy;  // without places
    std::vector<Part> parts;         // that its tensors show: arguments, then outputs
  };

  struct End {  // what an input or output must look like
    std::uint32_t dtype;
    std::vector<std::int64_t> shape;
  };

  void add_end(const sy_tensor* t) {
    if ((t->flags & SY_TENSOR_CONTIGUOUS) == 0) {
      throw sdk::Error(SY_UNSUPPORTED, "subgraph: an input or output that is not contiguous");
    }
    if (numbers_.count(t->storage) != 0)
      throw sdk::Error(SY_UNSUPPORTED, "subgraph: one value is given to it or comes out twice");
    std::int64_t low = 0, high = 0;
    byte_range(*t, low, high);
    if (t->view.byte_offset != 0 || static_cast<std::uint64_t>(high) != t->storage_bytes) {
      throw sdk::Error(SY_UNSUPPORTED, "subgraph: an input or output that is part of a value");
    }
    number(t);
    ends_.push_back({t->dtype, std::vector<std::int64_t>(t->view.shape, t->view.shape + t->view.ndim)});
  }

  void check(const sy_slot& slot, std::size_t end, const char* what, std::uint32_t index) const {
    const End& expected = ends_[end];
    if (slot.tag != SY_ARG_TENSOR) throw sdk::Error(SY_UNSUPPORTED, "%s %u is no tensor", what, index);
    const auto& t = *static_cast<const sy_tensor*>(slot.ptr);
    if (t.dtype != expected.dtype || static_cast<std::size_t>(t.view.ndim) != expected.shape.size() ||
        !std::equal(expected.shape.begin(), expected.shape.end(), t.view.shape)) {
      throw sdk::Error(SY_UNSUPPORTED, "%s %u has another shape or dtype than the graph was compiled for", what, index);
    }
  }

  static void* place(const sy_slot& slot) { return static_cast<const sy_tensor*>(slot.ptr)->view.data; }

  void check_within(const sy_tensor& t, const char* op) {
    std::int64_t low = 0, high = 0;
    byte_range(t, low, high);
    const auto offset = static_cast<std::int64_t>(t.view.byte_offset);
    if (offset + low < 0 || offset + high > static_cast<std::int64_t>(sizes_[number(&t)])) {
      throw sdk::Error(SY_INVALID_ARGUMENT, "subgraph: an operand of %s reaches outside of its value", op);
    }
  }

  std::size_t number(const sy_tensor* t) {
    const auto [it, is_new] = numbers_.emplace(t->storage, numbers_.size());
    if (is_new) sizes_.push_back(static_cast<std::size_t>(t->storage_bytes));
    return it->second;
  }

  void add(const sy_node& node) {
    Step step{find_kernel(node), nullptr, {}};
    if (step.kernel == nullptr) throw sdk::Error(SY_UNSUPPORTED, "subgraph: no kernel for a node of %s", node.call->op);
    const auto use = [&](const sy_tensor* t) {
      if (known_.count(t->storage) == 0) {
        throw sdk::Error(SY_INVALID_ARGUMENT, "subgraph: an argument of %s is neither an input nor made before",
                         node.call->op);
      }
    };
    for (std::uint32_t i = 0; i < node.call->num_args; ++i) {
      const sy_slot& slot = node.call->args[i];
      if (slot.tag == SY_ARG_TENSOR) use(static_cast<const sy_tensor*>(slot.ptr));
      if (slot.tag != SY_ARG_TENSOR_LIST) continue;
      const auto* list = static_cast<const sy_tensor* const*>(slot.ptr);
      for (std::uint32_t k = 0; k < slot.count; ++k) {
        if (list[k] != nullptr) use(list[k]);
      }
    }
    for (std::uint32_t k = 0; k < node.call->num_outputs; ++k) {
      const auto* t = static_cast<const sy_tensor*>(node.call->outputs[k].ptr);
      if (number(t) < num_inputs_) throw sdk::Error(SY_UNSUPPORTED, "subgraph: %s writes to an input", node.call->op);
      known_.emplace(t->storage, number(t));
    }
    step.copy = std::make_unique<CallCopy>(*node.call, simulator_, [&](const sy_tensor& t) -> void* {
      if ((step.kernel->flags & SY_KERNEL_STRIDED) == 0 && (t.flags & SY_TENSOR_CONTIGUOUS) == 0) {
        throw sdk::Error(SY_UNSUPPORTED, "subgraph: %s takes contiguous operands only", node.call->op);
      }
      check_within(t, node.call->op);
      step.parts.push_back({number(&t), t.view.byte_offset});
      return nullptr;
    });
    steps_.push_back(std::move(step));
  }

  Simulator& simulator_;
  std::uint32_t num_inputs_;
  std::uint32_t num_outputs_;
  Numbers numbers_;
  Numbers known_;  // while it is built: what exists so far
  std::vector<std::size_t> sizes_;
  std::vector<End> ends_;  // inputs, then outputs
  std::vector<Step> steps_;
};

struct Compiled {
  sy_kernel kernel;
  std::shared_ptr<const Graph> graph;  // a call that is under way outlives destroy
};

sy_status run(const sy_call* call) {
  return sdk::guard(host().services, call->op, [&]() -> sy_status {
    const std::shared_ptr<const Graph> graph = static_cast<const Compiled*>(call->kernel->self)->graph;
    Simulator& simulator = graph->simulator();
    simulator.require_alive(call->device);
    graph->check(*call);
    const auto copy = std::make_shared<CallCopy>(*call, simulator);
    simulator.push(call->device, simulator.stream(call->device, call->stream),
                   [graph, copy] { graph->run(copy->call()); });
    return SY_OK;
  });
}

sy_status supports_call(const sy_call* call) {
  return sdk::guard(host().services, call->op, [&]() -> sy_status {
    static_cast<const Compiled*>(call->kernel->self)->graph->check(*call);
    return SY_OK;
  });
}

sy_status supports(void* self, const sy_subgraph* graph, std::uint8_t* taken) {
  return with_simulator(self, [&](Simulator&) {
    for (std::uint32_t n = 0; n < graph->num_nodes; ++n) taken[n] = find_kernel(*graph->nodes[n]) != nullptr ? 1 : 0;
  });
}

sy_status compile(void* self, std::int32_t device, const sy_subgraph* graph, const sy_kernel** kernel) {
  return with_simulator(self, [&](Simulator& s) {
    s.require_alive(device);
    auto compiled = std::make_unique<Compiled>();
    compiled->graph = std::make_shared<const Graph>(s, *graph);
    compiled->kernel = {};
    compiled->kernel.size = sizeof(sy_kernel);
    compiled->kernel.flags = SY_KERNEL_CAPTURE_SAFE | SY_KERNEL_DETERMINISTIC;
    compiled->kernel.self = compiled.get();
    compiled->kernel.supports = &supports_call;
    compiled->kernel.run = &run;
    *kernel = &compiled.release()->kernel;
  });
}

void destroy(void*, const sy_kernel* kernel) { delete static_cast<const Compiled*>(kernel->self); }

}  // namespace

constexpr sy_compiler kCompiler = {sizeof(sy_compiler), 0, &supports, &compile, &destroy};

}  // namespace sy::simulator
