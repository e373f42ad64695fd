// Which dtype tensors of different dtypes meet in.
#pragma once

#include "switchyard/core/tensor_base.h"

namespace sy {

/// Collects operands; tensors with dimensions outrank 0-d tensors, which outrank plain numbers, unless the lower rank
/// is of a higher category (bool < integer < floating). The rule of NumPy before 2 and of PyTorch.
class PromotionState {
 public:
  void add(const TensorBase& t);
  /// The common dtype. There must have been an operand.
  Dtype result() const;

 private:
  struct Rank {
    bool any = false;
    Dtype dtype;
    void add(Dtype d) {
      dtype = any ? promote(dtype, d) : d;
      any = true;
    }
  };
  Rank dimensioned_, zero_dim_, number_;
};

/// bool 0, integral 1, floating 2, any other dtype 3.
int category(Dtype dtype);
/// True when a result of dtype `from` may be written into a tensor of dtype `to`: not to a lower category.
bool can_write(Dtype from, Dtype to);

}  // namespace sy
