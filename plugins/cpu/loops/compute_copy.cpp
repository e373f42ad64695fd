#include "loops/compute_copy.h"

#include "loops/pointwise.h"

namespace sy::cpu {
namespace {

bool plain(const sdk::Tensor& t) { return t.is_contiguous() && !is_half(t.dtype()); }

std::size_t compute_bytes(const sdk::Tensor& t) {
  return static_cast<std::size_t>(t.numel()) * item_size(compute_dtype(t.dtype()));
}

void move(const Operand& from, const Operand& to) {
  if (from.dtype == to.dtype) return copy_elements(from, to);
  const Operand operands[] = {from, to};
  run_rows(operands, 2, move_row(4), nullptr, Halves::kConvert);
}

}  // namespace

Operand array_operand(const sdk::Tensor& t, void* data, std::uint32_t dtype, std::int64_t* strides) {
  Operand o = operand(t);
  std::int64_t step = 1;
  for (int d = std::min(o.ndim, kMaxDims) - 1; d >= 0; --d) {
    strides[d] = step;
    step *= o.shape[d];
  }
  o.data = static_cast<char*>(data);
  o.strides = strides;
  o.dtype = dtype;
  return o;
}

InputArray::InputArray(const sdk::Call& call, const sdk::Tensor& tensor) { load(call, tensor); }
InputArray::InputArray(const sdk::Call& call, const std::optional<sdk::Tensor>& tensor) {
  if (tensor) load(call, *tensor);
}

void InputArray::load(const sdk::Call& call, const sdk::Tensor& tensor) {
  if (plain(tensor)) {
    data_ = operand(tensor).data;
    return;
  }
  copy_.emplace(call, compute_bytes(tensor));
  data_ = copy_->data();
  if (tensor.numel() == 0) return;
  std::int64_t strides[kMaxDims];
  const Operand array = array_operand(tensor, copy_->data(), compute_dtype(tensor.dtype()), strides);
  if (!is_half(tensor.dtype()) || tensor.is_contiguous()) return move(operand(tensor), array);
  // Elements change places by blocks, and are converted afterwards: element by element is slower than both.
  Scratch<std::uint16_t> halves(call, static_cast<std::size_t>(tensor.numel()));
  std::int64_t half_strides[kMaxDims];
  const Operand between = array_operand(tensor, halves.data(), tensor.dtype(), half_strides);
  copy_elements(operand(tensor), between);
  move(between, array);
}

OutputArray::OutputArray(const sdk::Call& call, const sdk::Tensor& tensor) : tensor_(tensor) {
  if (plain(tensor)) {
    data_ = operand(tensor).data;
    return;
  }
  copy_.emplace(call, compute_bytes(tensor));
  data_ = copy_->data();
}

Operand OutputArray::array(std::int64_t* strides) const {
  return array_operand(tensor_, data_, compute_dtype(tensor_.dtype()), strides);
}

void OutputArray::load() {
  std::int64_t strides[kMaxDims];
  if (copy_ && tensor_.numel() > 0) move(operand(tensor_), array(strides));
}

void OutputArray::store() {
  std::int64_t strides[kMaxDims];
  if (copy_ && tensor_.numel() > 0) move(array(strides), operand(tensor_));
}

}  // namespace sy::cpu
