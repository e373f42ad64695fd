#include "switchyard/dispatch/type_promotion.h"

namespace sy {

int category(Dtype dtype) {
  if (dtype.is_bool()) return 0;
  if (dtype.is_integral()) return 1;
  return dtype.is_floating() ? 2 : 3;
}

bool can_write(Dtype from, Dtype to) { return category(from) <= category(to); }

void PromotionState::add(const TensorBase& t) {
  Dtype dtype = t.dtype();
  if (t.impl()->wrapped_number) {
    number_.add(dtype.is_floating() ? default_dtype() : dtype);
  } else if (t.dim() == 0) {
    zero_dim_.add(dtype);
  } else {
    dimensioned_.add(dtype);
  }
}

Dtype PromotionState::result() const {
  auto combine = [](const Rank& higher, const Rank& lower) {
    if (!higher.any) return lower;
    if (!lower.any || category(lower.dtype) <= category(higher.dtype)) return higher;
    return lower;
  };
  return combine(combine(dimensioned_, zero_dim_), number_).dtype;
}

}  // namespace sy
