// Pointwise operators: one expression each, from which the kernels for all dtypes, ranks and strides are generated.
#pragma once

#include <functional>
#include <string>

#include "launch.h"
#include "switchyard/sdk/kernel.h"

namespace sy::opencl {

/// OpenCL C over the inputs a, b, c in their compute types and the scalars that a kernel adds. The value is of T0's
/// compute type, or 0 or 1 where the result is bool.
struct Expression {
  const char* floating;
  const char* integral = nullptr;   // NULL: the same
  const char* functions = nullptr;  // that the expressions call
};

/// result = expression(inputs) for the operands of a pointwise call, whose dimensions the host has merged. `setup` are
/// definitions in front of the kernel; `parameters` declares what `add` adds to the launch, such as ", const C0 alpha".
struct Pointwise {
  std::string expression;
  std::string setup;
  std::string parameters;
  std::function<void(Launch&)> add;
  bool reads = true;  // false: the call's tensors are not looked at
};
void run_pointwise(const sdk::Call& call, const std::string& name, const Pointwise& pointwise);

/// The kernel of an operator that is an expression and nothing else.
template <typename Args, const Expression& kExpression>
void run_expression(const sdk::Call& call, const Args&) {
  const bool floating = call.t(0) >= SY_F16;
  const bool own = !floating && kExpression.integral != nullptr;
  const char* functions = kExpression.functions != nullptr ? kExpression.functions : "";
  run_pointwise(call, Args::kOp, {own ? kExpression.integral : kExpression.floating, functions, "", nullptr});
}
template <typename Args, const Expression& kExpression, typename Set = sdk::Declared>
constexpr sy_kernel expression_kernel() {
  return sdk::make_kernel<Args, run_expression<Args, kExpression>, Set>(sdk::kPointwise);
}

}  // namespace sy::opencl
