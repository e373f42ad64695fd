// softmax, log_softmax and their gradients along one dimension.
#include "switchyard/sdk/ops/softmax.h"

#include "../lines.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/log_softmax.h"
#include "switchyard/sdk/ops/log_softmax_backward.h"
#include "switchyard/sdk/ops/softmax_backward.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// A NaN is passed over here and makes the sum one.
constexpr const char* kForward = R"(
  value top = -INFINITY;
  for (idx i = me; i < size; i += step) top = LARGER(GET1(AT(i)), top);
  REDUCE(top, LARGER)
  value sum = 0;
  for (idx i = me; i < size; i += step) sum += exp(GET1(AT(i)) - top);
  REDUCE(sum, ADD)
)";
constexpr const char* kSoftmax = "  for (idx i = me; i < size; i += step) PUT0(AT(i), exp(GET1(AT(i)) - top) / sum);\n";
constexpr const char* kLogSoftmax =
    "  sum = log(sum);\n  for (idx i = me; i < size; i += step) PUT0(AT(i), GET1(AT(i)) - top - sum);\n";
constexpr const char* kSoftmaxBackward = R"(
  value sum = 0;
  for (idx i = me; i < size; i += step) sum += GET1(AT(i)) * GET2(AT(i));
  REDUCE(sum, ADD)
  for (idx i = me; i < size; i += step) PUT0(AT(i), GET2(AT(i)) * (GET1(AT(i)) - sum));
)";
constexpr const char* kLogSoftmaxBackward = R"(
  value sum = 0;
  for (idx i = me; i < size; i += step) sum += GET1(AT(i));
  REDUCE(sum, ADD)
  for (idx i = me; i < size; i += step) PUT0(AT(i), GET1(AT(i)) - exp(GET2(AT(i))) * sum);
)";

template <typename Args>
void forward(const Call& call, const Args& args, const char* write) {
  Launch launch(call, Args::kOp);
  launch.tensor(args.result).tensor(args.self);
  const std::string body = std::string(kForward) + write;
  run_lines(launch, Axis(args.self, args.dim), args.self.dtype(), "OUT0, IN1", body.c_str());
}

void softmax(const Call& call, const SoftmaxArgs& args) { forward(call, args, kSoftmax); }
void log_softmax(const Call& call, const LogSoftmaxArgs& args) { forward(call, args, kLogSoftmax); }

template <typename Args>
void backward(const Call& call, const Args& args, const char* body) {
  Launch launch(call, Args::kOp);
  launch.tensor(call.output(0)).tensor(args.grad).tensor(args.result);
  run_lines(launch, Axis(args.grad, args.dim), args.grad.dtype(), "OUT0, IN1, IN2", body);
}

void softmax_backward(const Call& call, const SoftmaxBackwardArgs& args) { backward(call, args, kSoftmaxBackward); }
void log_softmax_backward(const Call& call, const LogSoftmaxBackwardArgs& args) {
  backward(call, args, kLogSoftmaxBackward);
}

}  // namespace

SY_KERNELS(softmax, make_kernel<SoftmaxArgs, softmax>(kDeterministic),
           make_kernel<LogSoftmaxArgs, log_softmax>(kDeterministic),
           make_kernel<SoftmaxBackwardArgs, softmax_backward>(kDeterministic),
           make_kernel<LogSoftmaxBackwardArgs, log_softmax_backward>(kDeterministic));
