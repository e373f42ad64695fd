// What a call costs on tensors so small that nothing else counts.
#include <torch/torch.h>

#include "benchmarks/rows.h"
#include "switchyard/switchyard.h"

namespace sy::bench {
namespace {

template <typename Ours, typename Peer>
Row call(std::string what, Ours ours, Peer peer) {
  Row row;
  row.group = "calls";
  row.what = std::move(what);
  row.ours = repeat(std::move(ours));
  row.peer = repeat(std::move(peer));
  row.at_least = 4;
  return row;
}
Row within(Row row, double ns) {
  row.at_most_ns = ns;
  row.at_least.reset();
  return row;
}
Row per(Row row, double count) {
  row.per = count;
  return row;
}

/// As body, without gradients; the switch is outside of what is timed.
Row unrecorded(Row row) {
  row.ours = [body = std::move(row.ours)](std::int64_t n) {
    NoGrad no_grad;
    body(n);
  };
  row.peer = [body = std::move(row.peer)](std::int64_t n) {
    torch::NoGradGuard no_grad;
    body(n);
  };
  return row;
}

CustomOp& scale_op() {
  static CustomOp op = [] {
    CustomOp made("bench::scale(Tensor x, float factor) -> Tensor");
    made.kernel("cpu", [](const Tensor& x, double) { return x; });
    return made;
  }();
  return op;
}

at::Tensor torch_scale(const at::Tensor& x, double) { return x; }

}  // namespace

std::vector<Row> call_rows() {
  Tensor a = rand({4}), b = rand({4}), out = empty({4}), m = rand({8, 8}), w = rand({8, 8}), bias = rand({8});
  Tensor x = rand({4}).requires_grad_();
  at::Tensor ta = torch::rand({4}), tb = torch::rand({4}), tout = torch::empty({4}), tm = torch::rand({8, 8}),
             tw = torch::rand({8, 8}), tbias = torch::rand({8});
  at::Tensor tx = torch::rand({4}, torch::requires_grad());

  static auto registry = torch::RegisterOperators().op("bench::scale(Tensor x, float factor) -> Tensor", &torch_scale);
  static auto torch_op =
      c10::Dispatcher::singleton().findSchemaOrThrow("bench::scale", "").typed<at::Tensor(const at::Tensor&, double)>();
  static auto torch_add = c10::Dispatcher::singleton().findSchemaOrThrow("aten::add", "Tensor");
  scale_op();

  std::vector<Row> rows;
  rows.push_back(within(unrecorded(call(
                            "add of 4 elements", [=] { a + b; }, [=] { ta + tb; })),
                        60));
  rows.push_back(
      within(unrecorded(call(
                 "add into an output", [=] { add_out(out, a, b); }, [=]() mutable { at::add_out(tout, ta, tb); })),
             35));
  rows.push_back(within(unrecorded(call(
                            "view", [=] { m.view({64}); }, [=] { tm.view({64}); })),
                        25));
  rows.push_back(within(call(
                            "mul that records a gradient", [=] { x* b; }, [=] { tx* tb; }),
                        150));
  rows.push_back(per(within(call(
                                "chain of 100 mul, forward and backward, per node",
                                [=] {
                                  Tensor y = x;
                                  for (int i = 0; i < 100; ++i) y = y * b;
                                  y.backward(b);
                                },
                                [=] {
                                  at::Tensor y = tx;
                                  for (int i = 0; i < 100; ++i) y = y * tb;
                                  y.backward(tb);
                                }),
                            400),
                     100));
  rows.push_back(unrecorded(call(
      "chain of 4 views", [=] { m.transpose(0, 1).select(0, 1).unsqueeze(0).slice(1, 1, 5); },
      [=] { tm.transpose(0, 1).select(0, 1).unsqueeze(0).slice(1, 1, 5); })));
  rows.push_back(unrecorded(call(
      "in-place add", [=] { out.add_(a); }, [=] { tout.add_(ta); })));
  rows.push_back(unrecorded(call(
      "add of a number", [=] { a + 2.0; }, [=] { ta + 2.0; })));
  rows.push_back(unrecorded(call(
      "sum of 4 elements", [=] { a.sum(); }, [=] { ta.sum(); })));
  rows.push_back(unrecorded(call(
      "mm of 8x8", [=] { mm(m, w); }, [=] { at::mm(tm, tw); })));
  rows.push_back(unrecorded(call(
      "linear of 8x8", [=] { linear(m, w, bias); }, [=] { at::linear(tm, tw, tbias); })));
  rows.push_back(unrecorded(call(
      "boxed add",
      [=] {
        sy::call(require_operator("add"), {TensorBase(a), TensorBase(b)});
      },
      [=] {
        torch::jit::Stack stack{ta, tb, 1};
        torch_add.callBoxed(stack);
      })));
  rows.push_back(unrecorded(call(
      "custom op", [=, &op = scale_op()] { op(a, 2.0); }, [=] { torch_op.call(ta, 2.0); })));
  return rows;
}

}  // namespace sy::bench
