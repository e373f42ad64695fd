// gelu and its gradient, exactly or by the tanh approximation, with one rounding in f16 and bf16.
#include "switchyard/sdk/ops/gelu.h"

#include "../pointwise.h"
#include "switchyard/sdk/ops/gelu_backward.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// Phi(x), by erfc: 1 + erf(x) cancels for x below zero.
constexpr const char* kExact = R"(
static inline C0 gelu(C0 x) { return x * (C0)0.5 * erfc(x * (C0)-0.70710678118654752440); }
static inline C0 slope(C0 x) {
  return (C0)0.5 * erfc(x * (C0)-0.70710678118654752440) + x * exp(-x * x / 2) * (C0)0.39894228040143267794;
}
)";
// (1 + tanh(y)) / 2 = 1 / (1 + exp(-2 y)).
constexpr const char* kTanh = R"(
static inline C0 share(C0 x) {
  const C0 y = (C0)1.59576912160573071176 * (x + (C0)0.044715 * x * x * x);
  return y >= 0 ? 1 / (1 + exp(-y)) : exp(y) / (1 + exp(y));
}
static inline C0 gelu(C0 x) { return x * share(x); }
static inline C0 slope(C0 x) {
  if (fabs(x) > 20) return x > 0 ? 1 : 0;
  const C0 s = share(x);
  return s + x * s * (1 - s) * (C0)1.59576912160573071176 * (1 + (C0)0.134145 * x * x);
}
)";

template <typename Args>
void run(const Call& call, const Args& args, const char* expression) {
  const bool by_tanh = args.approximate == "tanh";
  const std::string name = std::string(Args::kOp) + (by_tanh ? "/tanh" : "");
  run_pointwise(call, name, {expression, by_tanh ? kTanh : kExact, "", nullptr});
}

void forward(const Call& call, const GeluArgs& args) { run(call, args, "gelu(a)"); }
void backward(const Call& call, const GeluBackwardArgs& args) { run(call, args, "a * slope(b)"); }

}  // namespace

SY_KERNELS(gelu, make_kernel<GeluArgs, forward>(kPointwise), make_kernel<GeluBackwardArgs, backward>(kPointwise));
