// gelu and its gradient, exactly or by the tanh approximation, with one rounding in f16 and bf16.
#include "switchyard/sdk/ops/gelu.h"

#include "../pointwise.h"
#include "switchyard/sdk/ops/gelu_backward.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// Phi(x), by erfc: 1 + erf(x) cancels for x below zero.
constexpr const char* kDouble = R"(
static inline double phi(double x) { return 0.5 * erfc(x * -0.70710678118654752440); }
)";
// Phi(-|x|) as t exp(-x^2 / 2) P(t), t = 1 / (1 + 0.3 |x| / sqrt 2): a fit with a relative error of 2e-8 plus rounding.
// Without a branch, unlike erfc, so that a CPU's compiler makes lanes of work-items.
constexpr const char* kSingle = R"(
static inline float phi(float x) {
  const float t = 1 / mad(fabs(x), 0.212132034f, 1.0f);
  float p = mad(-0.0647299629f, t, 0.24261591f);
  p = mad(p, t, -0.255765197f);
  p = mad(p, t, 0.273388312f);
  p = mad(p, t, -0.0469618809f);
  p = mad(p, t, 0.107288141f);
  p = mad(p, t, 0.0742208158f);
  p = mad(p, t, 0.0853492722f);
  p = mad(p, t, 0.0845945798f);
  const float tail = p * t * exp(x * -0.5f * x);
  return x < 0 ? tail : 1 - tail;
}
)";
constexpr const char* kExact = R"(
static inline C0 gelu(C0 x) { return x * phi(x); }
static inline C0 slope(C0 x) { return phi(x) + x * exp(-x * x / 2) * (C0)0.39894228040143267794; }
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
  const std::string exact = std::string(call.t(0) == SY_F64 ? kDouble : kSingle) + kExact;
  run_pointwise(call, name, {expression, by_tanh ? kTanh : exact, "", nullptr});
}

void forward(const Call& call, const GeluArgs& args) { run(call, args, "gelu(a)"); }
void backward(const Call& call, const GeluBackwardArgs& args) { run(call, args, "a * slope(b)"); }

}  // namespace

SY_KERNELS(gelu, make_kernel<GeluArgs, forward>(kPointwise), make_kernel<GeluBackwardArgs, backward>(kPointwise));
