#include "switchyard/sdk/ops/native_layer_norm.h"

#include "../lines.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kBody = R"(
  value mean = 0;
  for (idx i = me; i < size; i += step) mean += GET3(AT(i));
  REDUCE(mean, ADD)
  mean /= (value)size;
  value squares = 0;
  for (idx i = me; i < size; i += step) squares += (GET3(AT(i)) - mean) * (GET3(AT(i)) - mean);
  REDUCE(squares, ADD)
  const value rstd = 1 / sqrt(squares / (value)size + eps);
  if (FIRST) {
    PUT1(line, mean);
    PUT2(line, rstd);
  }
  for (idx i = me; i < size; i += step) PUT0(AT(i), (GET3(AT(i)) - mean) * rstd)";

/// The statistics of no elements are NaN.
void run(const Call& call, const NativeLayerNormArgs& args) {
  Axis axis(args.input, 0);
  axis.size = axis.inner = 1;
  for (const std::int64_t n : args.normalized_shape) axis.size *= n;
  axis.outer = args.mean.numel();
  Launch launch(call, "native_layer_norm");
  launch.tensor(args.result).tensor(args.mean).tensor(args.rstd).tensor(args.input);
  std::string body = kBody;
  std::string parameters = "OUT0, OUT1, OUT2, IN3";
  int next = 4;
  for (const auto& [operand, sign] : {std::pair(args.weight, " * "), std::pair(args.bias, " + ")}) {
    if (!operand) continue;
    const std::string n = std::to_string(next++);
    launch.variant(sign);
    launch.tensor(*operand);
    parameters += ", IN" + n;
    body += sign + ("GET" + n) + "(i)";
  }
  body += ");\n";
  launch.floating(args.eps, args.input.dtype());
  run_lines(launch, axis, args.input.dtype(), parameters + ", const C0 eps", body.c_str());
}

}  // namespace

SY_KERNELS(native_layer_norm, make_kernel<NativeLayerNormArgs, run>(kDeterministic));
