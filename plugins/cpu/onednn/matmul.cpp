#include "onednn/matmul.h"

#include <cstring>

#include "onednn/engine.h"
#include "onednn/plan_cache.h"
#include "onednn/pool.h"

namespace sy::cpu::onednn {
namespace {

// What a call needs beside the primitive: making it anew costs as much as a small product.
struct Execution {
  dnnl::stream stream{engine()};
  std::unordered_map<int, dnnl::memory> args;
};

struct Plan {
  bool usable = false;
  Desc a, b, c, bias, scratch;
  dnnl::primitive primitive;
  int threads = 1;
  mutable Pool<Execution> executions;
};

std::unique_ptr<Execution> make_execution(const Plan& plan, bool has_bias) {
  auto execution = std::make_unique<Execution>();
  const auto add = [&](int argument, const Desc& desc) {
    execution->args.emplace(argument, dnnl::memory(desc, engine(), nullptr));
  };
  add(DNNL_ARG_SRC, plan.a);
  add(DNNL_ARG_WEIGHTS, plan.b);
  add(DNNL_ARG_DST, plan.c);
  if (has_bias) add(DNNL_ARG_BIAS, plan.bias);
  if (plan.scratch.get_size() > 0) add(DNNL_ARG_SCRATCHPAD, plan.scratch);
  return execution;
}

Desc describe(const Matrices& m, std::int64_t batch, dnnl::memory::data_type type) {
  if (batch == 1) return Desc({m.rows, m.cols}, type, {m.row_stride, m.col_stride});
  return Desc({batch, m.rows, m.cols}, type, {m.batch_stride, m.row_stride, m.col_stride});
}

std::shared_ptr<const Plan> make_plan(std::uint32_t dtype, std::int64_t batch, const Matrices& a, const Matrices& b,
                                      const Matrices& c, bool has_bias, float alpha, float beta, int threads) {
  auto plan = std::make_shared<Plan>();
  const auto type = dtype == SY_BF16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  plan->threads = threads;
  plan->a = describe(a, batch, type);
  plan->b = describe(b, batch, type);
  plan->c = describe(c, batch, type);
  if (has_bias) {
    plan->bias = batch == 1 ? Desc({1, c.cols}, type, {c.cols, 1}) : Desc({1, 1, c.cols}, type, {c.cols, c.cols, 1});
  }
  dnnl::primitive_attr attr = attributes();
  dnnl::post_ops ops;
  if (alpha != 1) append_linear(ops, alpha);
  if (beta != 0) ops.append_sum(beta);
  attr.set_post_ops(ops);
  const auto desc = matmul_desc(engine(), plan->a, plan->b, plan->bias, plan->c, attr);
  if (!desc || is_reference(desc->impl_info_str())) return plan;
  plan->scratch = desc->scratchpad_desc();
  plan->primitive = dnnl::matmul(*desc);
  plan->usable = true;
  return plan;
}

std::int64_t float_bits(float f) {
  std::uint32_t bits;
  std::memcpy(&bits, &f, sizeof(bits));
  return bits;
}

}  // namespace

bool matmul(const sdk::Call& call, std::uint32_t dtype, std::int64_t batch, const Matrices& a, const Matrices& b,
            const Matrices& c, const void* bias, float alpha, float beta) {
  static auto* const cache = new PlanCache<Plan>(512);
  const int threads = num_threads();
  PlanKey key;
  key.add(dtype).add(batch).add(threads).add(bias != nullptr).add(float_bits(alpha)).add(float_bits(beta));
  for (const Matrices* m : {&a, &b, &c}) {
    key.add(m->rows).add(m->cols).add(batch == 1 ? 0 : m->batch_stride).add(m->row_stride).add(m->col_stride);
  }
  const ThreadScope scope(threads);
  const auto plan =
      cache->get(key, [&] { return make_plan(dtype, batch, a, b, c, bias != nullptr, alpha, beta, threads); });
  if (!plan->usable) return false;
  const std::size_t scratch_bytes = plan->scratch.get_size();
  void* scratch = scratch_bytes > 0 ? call.workspace(scratch_bytes) : nullptr;
  std::unique_ptr<Execution> execution = plan->executions.take([&] { return make_execution(*plan, bias != nullptr); });
  const auto set = [&](int argument, const void* data) {
    execution->args.at(argument).set_data_handle(const_cast<void*>(data));
  };
  set(DNNL_ARG_SRC, a.data);
  set(DNNL_ARG_WEIGHTS, b.data);
  set(DNNL_ARG_DST, c.data);
  if (bias != nullptr) set(DNNL_ARG_BIAS, bias);
  if (scratch != nullptr) set(DNNL_ARG_SCRATCHPAD, scratch);
  plan->primitive.execute(execution->stream, execution->args);
  execution->stream.wait();
  plan->executions.give(std::move(execution));
  return true;
}

}  // namespace sy::cpu::onednn
