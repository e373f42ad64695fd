#include "benchmarks/paths.h"

#include "switchyard/switchyard.h"

namespace sy::bench {
namespace {

/// Without gradients; the switch is outside of what is measured.
template <typename Fn>
Body unrecorded(Fn fn) {
  return [body = repeat(std::move(fn))](std::int64_t n) {
    NoGrad no_grad;
    body(n);
  };
}

const CustomOp& scale_op() {
  static const CustomOp op = [] {
    CustomOp made("bench::scale(Tensor x, float factor) -> Tensor");
    made.kernel("cpu", [](const Tensor& x, double factor) { return x * factor; });
    return made;
  }();
  return op;
}

/// 5,000 operators more, and kernels of 32 backends for the one that is measured.
void crowd() {
  for (int i = 0; i < 5000; ++i) {
    CustomOp("bench::crowd" + std::to_string(i) + "(Tensor x) -> Tensor").kernel("cpu", [](const Tensor& x) {
      return x;
    });
  }
  for (int i = 0; i < 32; ++i) {
    register_function_kernel(require_operator("add"), Device("crowd" + std::to_string(i)).backend(), [](Frame&) {});
  }
}

}  // namespace

std::vector<Path> paths() {
  Tensor a = rand({4}), b = rand({4}), out = empty({4}), m = rand({8, 8}), w = rand({8, 8}), bias = rand({8});
  Tensor x = rand({4}).requires_grad_();
  return {
      {"add of 4 elements", unrecorded([=] { a + b; })},
      {"add into an output", unrecorded([=] { add_out(out, a, b); })},
      {"view", unrecorded([=] { m.view({64}); })},
      {"mul that records a gradient", repeat([=] { x* b; })},
      {"chain of 100 mul, forward and backward, per node", repeat([=] {
         Tensor y = x;
         for (int i = 0; i < 100; ++i) y = y * b;
         y.backward(b);
       }),
       100},
      {"chain of 4 views", unrecorded([=] { m.transpose(0, 1).select(0, 1).unsqueeze(0).slice(1, 1, 5); })},
      {"in-place add", unrecorded([=] { Tensor(out).add_(a); })},
      {"add of a number", unrecorded([=] { a + 2.0; })},
      {"sum of 4 elements", unrecorded([=] { a.sum(); })},
      {"mm of 8x8", unrecorded([=] { mm(m, w); })},
      {"linear of 8x8", unrecorded([=] { linear(m, w, bias); })},
      {"boxed add", unrecorded([=, &op = require_operator("add")] {
         sy::call(op, {TensorBase(a), TensorBase(b)});
       })},
      {"custom op that multiplies by a number", unrecorded([=, &op = scale_op()] { op(a, 2.0); })},
      {"add of 4 elements, among 5,000 more operators and 32 backends", unrecorded([=] { a + b; }), 1, crowd},
  };
}

}  // namespace sy::bench
