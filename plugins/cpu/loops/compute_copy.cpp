#include "loops/compute_copy.h"

#include "loops/pointwise.h"

namespace sy::cpu {
namespace {

bool plain(const sdk::Tensor& t) { return t.is_contiguous() && !is_half(t.dtype()); }

std::size_t compute_bytes(const sdk::Tensor& t) {
  return static_cast<std::size_t>(t.numel()) * item_size(compute_dtype(t.dtype()));
}

// data, contiguous and of the compute dtype, as an operand of t's shape; strides: room for kMaxDims.
Operand array_operand(const sdk::Tensor& t, void* data, std::int64_t* strides) {
  Operand o = operand(t);
  std::int64_t step = 1;
  for (int d = std::min(o.ndim, kMaxDims) - 1; d >= 0; --d) {
    strides[d] = step;
    step *= o.shape[d];
  }
  o.data = static_cast<char*>(data);
  o.strides = strides;
  o.dtype = compute_dtype(o.dtype);
  return o;
}

void move(const Operand& from, const Operand& to) {
  const Operand operands[] = {from, to};
  const bool convert = from.dtype != to.dtype;
  const std::uint32_t item = convert ? 4 : item_size(to.dtype);
  run_rows(operands, 2, move_row(item), nullptr, convert ? Halves::kConvert : Halves::kRaw);
}

}  // namespace

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
  std::int64_t strides[kMaxDims];
  if (tensor.numel() > 0) move(operand(tensor), array_operand(tensor, copy_->data(), strides));
}

OutputArray::OutputArray(const sdk::Call& call, const sdk::Tensor& tensor) : tensor_(tensor) {
  if (plain(tensor)) {
    data_ = operand(tensor).data;
    return;
  }
  copy_.emplace(call, compute_bytes(tensor));
  data_ = copy_->data();
}

void OutputArray::load() {
  std::int64_t strides[kMaxDims];
  if (copy_ && tensor_.numel() > 0) move(operand(tensor_), array_operand(tensor_, data_, strides));
}

void OutputArray::store() {
  std::int64_t strides[kMaxDims];
  if (copy_ && tensor_.numel() > 0) move(array_operand(tensor_, data_, strides), operand(tensor_));
}

}  // namespace sy::cpu
