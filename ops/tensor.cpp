#include "switchyard/ops/tensor.h"

namespace sy {

std::vector<Tensor> as_tensors(std::vector<TensorBase> list) {
  std::vector<Tensor> out;
  out.reserve(list.size());
  for (TensorBase& t : list) out.emplace_back(std::move(t));
  return out;
}

std::vector<TensorBase> as_bases(std::vector<Tensor> list) {
  return {std::make_move_iterator(list.begin()), std::make_move_iterator(list.end())};
}

}  // namespace sy
