#include "onednn/convolution.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "loops/grid.h"
#include "onednn/engine.h"
#include "onednn/plan_cache.h"
#include "onednn/pool.h"

namespace sy::cpu::onednn {
namespace {

// A tensor that the primitive may want in another layout than ours.
struct Port {
  Desc ours;
  Desc theirs;
  dnnl::reorder reorder;  // in, or out for the result; empty where the layouts agree
  bool moved = false;
  int argument = 0;
};

// What a call needs beside the primitive: making it anew costs as much as a small convolution.
struct Execution {
  dnnl::stream stream{engine()};
  std::unordered_map<int, dnnl::memory> args;
  dnnl::memory ours[3], theirs[3];  // of the ports; theirs of those that are moved
  std::unordered_map<int, dnnl::memory> moves[3];
};

struct Plan {
  bool usable = false;
  int threads = 1;
  Port ports[3];   // input, weight, output
  int result = 2;  // index of the port that is written
  Desc bias;
  Desc scratch;
  dnnl::primitive primitive;
  mutable Pool<Execution> executions;
};

std::unique_ptr<Execution> make_execution(const Plan& plan, bool has_bias) {
  auto execution = std::make_unique<Execution>();
  for (int k = 0; k < 3; ++k) {
    const Port& port = plan.ports[k];
    dnnl::memory& ours = execution->ours[k] = memory(port.ours, nullptr);
    if (port.moved) {
      dnnl::memory& theirs = execution->theirs[k] = memory(port.theirs, nullptr);
      const bool is_result = k == plan.result;
      execution->moves[k] = {{DNNL_ARG_FROM, is_result ? theirs : ours}, {DNNL_ARG_TO, is_result ? ours : theirs}};
    }
    execution->args.emplace(port.argument, port.moved ? execution->theirs[k] : ours);
  }
  if (has_bias) execution->args.emplace(DNNL_ARG_BIAS, memory(plan.bias, nullptr));
  if (plan.scratch.get_size() > 0) execution->args.emplace(DNNL_ARG_SCRATCHPAD, memory(plan.scratch, nullptr));
  return execution;
}

// Index of the weight among the ports.
constexpr int kWeight = 1;

// Multiplications from which a second thread is worth waking.
constexpr std::int64_t kWorthThreads = 1 << 18;

std::int64_t multiplications(const ConvShape& s) {
  const std::int64_t per_output = s.channels / s.groups * s.kernel[0] * s.kernel[1];
  return s.batch * s.out_channels * s.out[0] * s.out[1] * per_output;
}

// In how many parts a batch is convolved image by image: what is moved to another layout is then still in the
// second-level cache when it is read. 0 where that gains nothing.
int parts_by_image(ConvKind kind, std::uint32_t dtype, const ConvShape& s) {
  constexpr std::int64_t kWorthImage = 1 << 22;  // multiplications
  constexpr std::int64_t kNearBytes = 1 << 21;
  if (kind == ConvKind::kBackwardWeight || s.batch < 2 || multiplications(s) / s.batch < kWorthImage) return 0;
  const std::int64_t elements = s.channels * s.in[0] * s.in[1] + s.out_channels * s.out[0] * s.out[1];
  if (elements * item_size(dtype) > kNearBytes) return 0;
  const int threads = num_threads();
  return s.batch % threads == 0 ? threads : 0;
}

using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;

void connect(Port& port, const Desc& theirs, int argument, bool is_result) {
  port.theirs = theirs;
  port.argument = argument;
  port.moved = theirs != port.ours;
  if (!port.moved) return;
  const Desc& from = is_result ? theirs : port.ours;
  const Desc& to = is_result ? port.ours : theirs;
  port.reorder = dnnl::reorder(dnnl::reorder::primitive_desc(engine(), from, engine(), to, attributes()));
}

std::shared_ptr<const Plan> make_plan(ConvKind kind, std::uint32_t dtype, const ConvShape& s, bool has_bias,
                                      int threads) {
  auto plan = std::make_shared<Plan>();
  plan->threads = threads;
  const auto type = dtype == SY_BF16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  const Dims src = {s.batch, s.channels, s.in[0], s.in[1]};
  const Dims dst = {s.batch, s.out_channels, s.out[0], s.out[1]};
  const Dims weights = s.groups == 1
                           ? Dims{s.out_channels, s.channels, s.kernel[0], s.kernel[1]}
                           : Dims{s.groups, s.out_channels / s.groups, s.channels / s.groups, s.kernel[0], s.kernel[1]};
  const Dims strides = {s.stride[0], s.stride[1]};
  const Dims padding = {s.padding[0], s.padding[1]};
  const Dims dilates = {s.dilation[0] - 1, s.dilation[1] - 1};
  plan->ports[0].ours = Desc(src, type, Tag::nchw);
  plan->ports[1].ours = Desc(weights, type, s.groups == 1 ? Tag::oihw : Tag::goihw);
  plan->ports[2].ours = Desc(dst, type, Tag::nchw);
  if (has_bias) plan->bias = Desc({s.out_channels}, type, Tag::x);

  const Desc any_src(src, type, Tag::any);
  const Desc any_weights(weights, type, Tag::any);
  const Desc any_dst(dst, type, Tag::any);
  const auto attr = attributes();
  const auto forward =
      convolution_desc(engine(), any_src, any_weights, plan->bias, any_dst, strides, dilates, padding, padding, attr);
  if (!forward || is_reference(forward->impl_info_str())) return plan;
  if (kind == ConvKind::kForward) {
    connect(plan->ports[0], forward->src_desc(), DNNL_ARG_SRC, false);
    connect(plan->ports[1], forward->weights_desc(), DNNL_ARG_WEIGHTS, false);
    connect(plan->ports[2], forward->dst_desc(), DNNL_ARG_DST, true);
    plan->scratch = forward->scratchpad_desc();
    plan->primitive = dnnl::convolution_forward(*forward);
  } else if (kind == ConvKind::kBackwardInput) {
    const auto desc = convolution_backward_data_desc(engine(), any_src, any_weights, any_dst, strides, dilates, padding,
                                                     padding, attr, *forward);
    if (!desc || is_reference(desc->impl_info_str())) return plan;
    connect(plan->ports[0], desc->diff_src_desc(), DNNL_ARG_DIFF_SRC, true);
    connect(plan->ports[1], desc->weights_desc(), DNNL_ARG_WEIGHTS, false);
    connect(plan->ports[2], desc->diff_dst_desc(), DNNL_ARG_DIFF_DST, false);
    plan->result = 0;
    plan->scratch = desc->scratchpad_desc();
    plan->primitive = dnnl::convolution_backward_data(*desc);
  } else {
    const auto desc = convolution_backward_weights_desc(engine(), any_src, any_weights, any_dst, strides, dilates,
                                                        padding, padding, attr, *forward);
    if (!desc || is_reference(desc->impl_info_str())) return plan;
    connect(plan->ports[0], desc->src_desc(), DNNL_ARG_SRC, false);
    connect(plan->ports[1], desc->diff_weights_desc(), DNNL_ARG_DIFF_WEIGHTS, true);
    connect(plan->ports[2], desc->diff_dst_desc(), DNNL_ARG_DIFF_DST, false);
    plan->result = 1;
    plan->scratch = desc->scratchpad_desc();
    plan->primitive = dnnl::convolution_backward_weights(*desc);
  }
  plan->usable = true;
  return plan;
}

PlanKey make_key(ConvKind kind, std::uint32_t dtype, const ConvShape& s, bool has_bias, int threads) {
  PlanKey key;
  key.add(static_cast<int>(kind)).add(dtype).add(has_bias).add(threads);
  key.add(s.batch).add(s.channels).add(s.out_channels).add(s.groups);
  for (int d = 0; d < 2; ++d) {
    key.add(s.in[d]).add(s.out[d]).add(s.kernel[d]).add(s.stride[d]).add(s.padding[d]).add(s.dilation[d]);
  }
  return key;
}

using Executions = std::vector<std::unique_ptr<Execution>>;

void point(dnnl::memory& memory, const void* data) { memory.set_data_handle(const_cast<void*>(data)); }

// `count` executions with memory of their own, save for the weight in the primitive's layout, which they share. They
// look at the first image.
Executions take_executions(const Plan& plan, int count, const sdk::Call& call, const void* const (&data)[3],
                           const void* bias) {
  Executions executions(static_cast<std::size_t>(count));
  void* moved_weight = nullptr;
  for (auto& execution : executions) {
    execution = plan.executions.take([&] { return make_execution(plan, bias != nullptr); });
    for (int k = 0; k < 3; ++k) {
      const Port& port = plan.ports[k];
      point(execution->ours[k], data[k]);
      if (!port.moved) continue;
      void* memory = k == kWeight ? moved_weight : nullptr;
      if (memory == nullptr) memory = call.workspace(port.theirs.get_size());
      if (k == kWeight) moved_weight = memory;
      point(execution->theirs[k], memory);
    }
    if (bias != nullptr) point(execution->args.at(DNNL_ARG_BIAS), bias);
    if (const std::size_t bytes = plan.scratch.get_size(); bytes > 0) {
      point(execution->args.at(DNNL_ARG_SCRATCHPAD), call.workspace(bytes));
    }
  }
  return executions;
}

void move(const Plan& plan, Execution& execution, int port) {
  if (plan.ports[port].moved) plan.ports[port].reorder.execute(execution.stream, execution.moves[port]);
}

// The weight, where it is read, was moved before.
void run(const Plan& plan, Execution& execution) {
  for (int k = 0; k < 3; ++k) {
    if (k != plan.result && k != kWeight) move(plan, execution, k);
  }
  plan.primitive.execute(execution.stream, execution.args);
  move(plan, execution, plan.result);
  execution.stream.wait();
}

// Images [begin, end) one after the other.
void run_images(const Plan& plan, Execution& execution, const void* const (&data)[3], std::int64_t begin,
                std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) {
    for (int k : {0, 2}) {
      const std::size_t bytes = plan.ports[k].ours.get_size();
      point(execution.ours[k], static_cast<const char*>(data[k]) + static_cast<std::size_t>(i) * bytes);
    }
    run(plan, execution);
  }
}

}  // namespace

bool convolve(const sdk::Call& call, ConvKind kind, std::uint32_t dtype, const ConvShape& shape, const void* input,
              const void* weight, const void* bias, const void* output) {
  static auto* const cache = new PlanCache<Plan>(256);
  const int parts = parts_by_image(kind, dtype, shape);
  ConvShape unit = shape;  // what the primitive takes at a time
  if (parts > 0) unit.batch = 1;
  const int threads = parts > 0 || multiplications(shape) < kWorthThreads ? 1 : num_threads();
  std::shared_ptr<const Plan> plan;
  {
    const ThreadScope scope(threads);
    plan = cache->get(make_key(kind, dtype, unit, bias != nullptr, threads),
                      [&] { return make_plan(kind, dtype, unit, bias != nullptr, threads); });
  }
  if (!plan->usable) return false;
  const void* const data[3] = {input, weight, output};
  Executions executions = take_executions(*plan, std::max(parts, 1), call, data, bias);
  {
    const ThreadScope scope(threads);
    if (plan->result != kWeight) move(*plan, *executions[0], kWeight);
    if (parts == 0) run(*plan, *executions[0]);
    executions[0]->stream.wait();
  }
  parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    const ThreadScope scope(1);
    for (std::int64_t p = begin; p < end; ++p) {
      Execution& execution = *executions[static_cast<std::size_t>(p)];
      run_images(*plan, execution, data, shape.batch * p / parts, shape.batch * (p + 1) / parts);
    }
  });
  for (auto& execution : executions) plan->executions.give(std::move(execution));
  return true;
}

}  // namespace sy::cpu::onednn
