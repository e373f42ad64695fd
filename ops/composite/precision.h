// Composites in half precision: computed in f32 and rounded once, as a kernel would.
#pragma once

#include <initializer_list>

#include "switchyard/dispatch/type_promotion.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {

/// f32 for f16 and bf16, else the tensor itself. Plain numbers stay what they are.
inline Tensor widened(const Tensor& t) {
  bool half = t.defined() && (t.dtype() == kF16 || t.dtype() == kBF16);
  return half ? sy::cast(t, kF32) : t;
}

/// What the operands promote to.
inline Dtype common_dtype(std::initializer_list<Tensor> operands) {
  PromotionState state;
  for (const Tensor& t : operands) {
    if (t.defined()) state.add(t);
  }
  return state.result();
}

/// The operand rounded to that dtype, as a kernel gets it; half precision is then widened.
inline Tensor operand_in(const Tensor& t, Dtype dtype) { return widened(t.dtype() == dtype ? t : sy::cast(t, dtype)); }

inline Tensor narrowed(const Tensor& t, Dtype dtype) { return t.dtype() == dtype ? t : sy::cast(t, dtype); }

}  // namespace sy::composite
