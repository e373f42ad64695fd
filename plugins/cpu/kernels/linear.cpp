// input @ weight^T + bias.
#include "switchyard/sdk/ops/linear.h"

#include <optional>

#include "loops/pointwise.h"
#include "loops/product.h"
#include "loops/scratch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// t (..., n) as one matrix (rows, n); false where the leading dimensions have no common stride.
bool flatten(const Tensor& t, Matrices& m) {
  const Operand o = operand(t);
  const int last = o.ndim - 1;
  m = {o.data, 1, o.shape[last], 0, 0, o.strides[last]};
  for (int d = last - 1; d >= 0; --d) {
    if (o.shape[d] == 1) continue;
    if (m.rows == 1) {
      m.row_stride = o.strides[d];
    } else if (o.strides[d] != m.row_stride * m.rows) {
      return false;
    }
    m.rows *= o.shape[d];
  }
  return true;
}

// t, or a contiguous copy of it (made if `fill`) in memory.
Matrices rows_of(const Call& call, const Tensor& t, bool fill, std::optional<Scratch<char>>& memory) {
  Matrices m;
  if (flatten(t, m)) return m;
  const std::int64_t count = t.numel();
  memory.emplace(call, static_cast<std::size_t>(count) * item_size(t.dtype()));
  const std::int64_t cols = t.size(-1);
  m = {memory->data(), cols == 0 ? 0 : count / cols, cols, 0, cols, 1};
  if (fill) {
    Operand to = operand(t);
    std::int64_t strides[kMaxDims];
    std::int64_t step = 1;
    for (int d = std::min(to.ndim, kMaxDims) - 1; d >= 0; --d) {
      strides[d] = step;
      step *= to.shape[d];
    }
    to.data = m.data;
    to.strides = strides;
    copy_elements(operand(t), to);
  }
  return m;
}

void run_linear(const Call& call, const sdk::LinearArgs& args) {
  std::optional<Scratch<char>> input_copy;
  Product product;
  product.dtype = call.t(0);
  product.a = rows_of(call, args.input, true, input_copy);
  product.b = matrices(args.weight).transposed();
  Operand bias;
  if (args.bias) {
    bias = operand(*args.bias);
    product.bias = &bias;
  }
  flatten(args.result, product.c);  // contiguous: the kernel is not strided in its result
  if (args.input.size(-1) == 0) {   // rows cannot be read off an input without elements
    product.a.rows = product.c.rows;
    product.a.data = product.c.data;
  }
  product.run(call);
}

// The result is new and contiguous; inputs may have any strides.
sy_status supports_linear(const Call& call, const sdk::LinearArgs& args) {
  Matrices m;
  if (!args.result.defined() || flatten(args.result, m)) return SY_OK;
  return call.error(SY_UNSUPPORTED, "the result's leading dimensions have no common stride");
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(linear, sy::sdk::with_supports<sy::sdk::LinearArgs, sy::cpu::supports_linear>(
                       sy::sdk::make_kernel<sy::sdk::LinearArgs, sy::cpu::run_linear>(sy::sdk::kStrided |
                                                                                      sy::sdk::kDeterministic)));
