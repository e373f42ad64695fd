// mm, bmm, addmm, linear.
#include "switchyard/sdk/ops/mm.h"

#include "../gemm.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/addmm.h"
#include "switchyard/sdk/ops/bmm.h"
#include "switchyard/sdk/ops/linear.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

Matrix last_two(const Tensor& t) { return {t.ndim() > 2 ? t.stride(0) : 0, t.stride(-2), t.stride(-1)}; }

/// The result is contiguous, or the host hands over a copy: only the operands' strides are free.
void require_contiguous(const Tensor& result) {
  if (!result.is_contiguous()) throw Error(SY_UNSUPPORTED, "writes contiguous results only");
}

Product product_of(const Tensor& a, const Tensor& b, const Tensor& result) {
  require_contiguous(result);
  Product p;
  p.size = {a.ndim() > 2 ? a.size(0) : 1, a.size(-2), b.size(-1), a.size(-1)};
  p.a = a;
  p.b = b;
  p.result = result;
  p.a_form = last_two(a);
  p.b_form = last_two(b);
  return p;
}

void mm(const Call& call, const MmArgs& args) { multiply(call, product_of(args.self, args.mat2, args.result)); }
void bmm(const Call& call, const BmmArgs& args) { multiply(call, product_of(args.self, args.mat2, args.result)); }

/// self is broadcast to the result's shape.
void addmm(const Call& call, const AddmmArgs& args) {
  Product p = product_of(args.mat1, args.mat2, args.result);
  p.added = args.self;
  const int ndim = args.self.ndim();
  p.added_form.column_step = ndim > 0 && args.self.size(-1) != 1 ? args.self.stride(-1) : 0;
  p.added_form.row_step = ndim > 1 && args.self.size(-2) != 1 ? args.self.stride(-2) : 0;
  p.alpha = args.alpha.to_double();
  p.beta = args.beta.to_double();
  multiply(call, p);
}

/// input is contiguous: all but its last dimension are rows.
void linear(const Call& call, const LinearArgs& args) {
  require_contiguous(args.result);
  const std::int64_t inner = args.input.size(-1);
  Product p;
  p.size = {1, args.result.numel() / args.weight.size(0), args.weight.size(0), inner};
  p.a = args.input;
  p.b = args.weight;
  p.result = args.result;
  p.a_form = {0, inner, 1};
  p.b_form = {0, args.weight.stride(-1), args.weight.stride(-2)};
  if (args.bias) {
    p.added = *args.bias;
    p.added_form.column_step = args.bias->stride(-1);
  }
  multiply(call, p);
}

}  // namespace

// Strided first; then, for results that are not contiguous, on the host's copies.
SY_KERNELS(mm, make_kernel<MmArgs, mm>(kStrided | kDeterministic), make_kernel<BmmArgs, bmm>(kStrided | kDeterministic),
           make_kernel<AddmmArgs, addmm>(kStrided | kDeterministic),
           make_kernel<MmArgs, mm>(kDeterministic, Declared(), -1),
           make_kernel<BmmArgs, bmm>(kDeterministic, Declared(), -1),
           make_kernel<AddmmArgs, addmm>(kDeterministic, Declared(), -1),
           make_kernel<LinearArgs, linear>(kDeterministic));
