#include "call_copy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "switchyard/sdk/status.h"

namespace sy::simulator {

namespace {

std::uint64_t element_bytes(const sy_tensor& t) {
  return (std::uint64_t{t.view.dtype.bits} * t.view.dtype.lanes + 7) / 8;
}

}  // namespace

void byte_range(const sy_tensor& t, std::int64_t& low, std::int64_t& high) {
  low = 0;
  high = 0;
  const auto bytes = static_cast<std::int64_t>(element_bytes(t));
  for (int d = 0; d < t.view.ndim; ++d) {
    if (t.view.shape[d] == 0) {
      low = high = 0;
      return;
    }
    const std::int64_t reach = (t.view.shape[d] - 1) * t.view.strides[d] * bytes;
    (reach < 0 ? low : high) += reach;
  }
  high += bytes;
}

CallCopy::CallCopy(const sy_call& call, Simulator& simulator)
    : CallCopy(call, simulator, [this](const sy_tensor& tensor) { return translate(tensor); }) {
  if (call_.workspace_bytes != 0) call_.workspace = translate(call_.workspace, 0, call_.workspace_bytes);
}

CallCopy::CallCopy(const sy_call& call, Simulator& simulator, Place place)
    : simulator_(simulator),
      place_(std::move(place)),
      op_(call.op),
      args_(call.args, call.args + call.num_args),
      outputs_(call.outputs, call.outputs + call.num_outputs) {
  call_ = sy_call{};
  std::memcpy(&call_, &call, std::min<std::size_t>(call.size, sizeof call_));
  call_.size = sizeof call_;
  call_.op = op_.c_str();
  for (sy_slot& slot : args_) copy_slot(sy_slot(slot), slot);
  for (sy_slot& slot : outputs_) copy_slot(sy_slot(slot), slot);
  call_.args = args_.data();
  call_.outputs = outputs_.data();
}

void* CallCopy::scratch(std::uint64_t bytes) {
  const std::size_t units = static_cast<std::size_t>(bytes / sizeof(std::max_align_t) + 1);
  storage_.push_back(std::make_unique<std::max_align_t[]>(units));
  return storage_.back().get();
}

template <typename T>
T* CallCopy::copy_array(const T* from, std::size_t count) {
  if (count == 0) return nullptr;
  auto* to = static_cast<T*>(scratch(count * sizeof(T)));
  std::memcpy(static_cast<void*>(to), from, count * sizeof(T));
  return to;
}

sy_tensor* CallCopy::copy_tensor(const sy_tensor& tensor) {
  auto* copy = static_cast<sy_tensor*>(scratch(sizeof(sy_tensor)));
  std::memcpy(static_cast<void*>(copy), &tensor, std::min<std::size_t>(tensor.size, sizeof tensor));
  copy->size = sizeof(sy_tensor);
  const auto ndim = static_cast<std::size_t>(tensor.view.ndim);
  copy->view.shape = copy_array(tensor.view.shape, ndim);
  copy->view.strides = copy_array(tensor.view.strides, ndim);
  if ((tensor.flags & SY_TENSOR_HOST_SCALAR) != 0) {
    copy->view.data = copy_array(static_cast<const char*>(tensor.view.data) + tensor.view.byte_offset,
                                 static_cast<std::size_t>(element_bytes(tensor)));
    copy->view.byte_offset = 0;
  } else {
    copy->view.data = place_(tensor);
    copy->view.byte_offset = 0;
  }
  return copy;
}

void* CallCopy::translate(const sy_tensor& tensor) const {
  std::int64_t low = 0;
  std::int64_t high = 0;
  byte_range(tensor, low, high);
  if (low == high) return nullptr;
  const std::int64_t first = static_cast<std::int64_t>(tensor.view.byte_offset) + low;
  return static_cast<char*>(translate(tensor.view.data, first, static_cast<std::uint64_t>(high - low))) - low;
}

void* CallCopy::translate(const void* memory, std::int64_t offset, std::uint64_t bytes) const {
  char* twin = simulator_.memory().twin(call_.device, memory, offset, bytes);
  if (twin != nullptr) return twin;
  const int device = simulator_.memory().device_of(memory);
  if (device < 0) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "an operand does not lie in the memory of %s", simulator_.name());
  }
  if (device != call_.device) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "an operand lies on %s:%d, the call runs on %s:%d", simulator_.name(), device,
                     simulator_.name(), call_.device);
  }
  throw sdk::Error(SY_INVALID_ARGUMENT, "an operand of %llu bytes reaches outside of its allocation",
                   static_cast<unsigned long long>(bytes));
}

void CallCopy::copy_slot(const sy_slot& from, sy_slot& to) {
  switch (from.tag) {
    case SY_ARG_NONE:
      return;
    case SY_ARG_TENSOR:
      to.ptr = copy_tensor(*static_cast<const sy_tensor*>(from.ptr));
      return;
    case SY_ARG_TENSOR_LIST: {
      auto** tensors = static_cast<sy_tensor**>(scratch(from.count * sizeof(sy_tensor*)));
      const auto* list = static_cast<const sy_tensor* const*>(from.ptr);
      for (std::uint32_t i = 0; i < from.count; ++i) tensors[i] = list[i] != nullptr ? copy_tensor(*list[i]) : nullptr;
      to.ptr = tensors;
      return;
    }
    case SY_ARG_SCALAR:
    case SY_ARG_SCALAR_LIST:
      to.ptr = copy_array(static_cast<const sy_scalar*>(from.ptr), from.count);
      return;
    case SY_ARG_INT:
    case SY_ARG_INT_LIST:
      to.ptr = copy_array(static_cast<const std::int64_t*>(from.ptr), from.count);
      return;
    case SY_ARG_FLOAT:
    case SY_ARG_FLOAT_LIST:
      to.ptr = copy_array(static_cast<const double*>(from.ptr), from.count);
      return;
    case SY_ARG_BOOL:
    case SY_ARG_BOOL_LIST:
    case SY_ARG_STR:
      to.ptr = copy_array(static_cast<const char*>(from.ptr), from.count);
      return;
    case SY_ARG_DTYPE:
      to.ptr = copy_array(static_cast<const std::uint32_t*>(from.ptr), 1);
      return;
    case SY_ARG_DEVICE:
      to.ptr = copy_array(static_cast<const sy_device*>(from.ptr), 1);
      return;
    case SY_ARG_GENERATOR: {
      auto* rng = copy_array(static_cast<const sy_rng*>(from.ptr), 1);
      if (rng->device_state != nullptr) {
        rng->device_state = translate(rng->device_state, 0, 2 * sizeof(std::uint64_t));
      }
      to.ptr = rng;
      return;
    }
    default:
      throw sdk::Error(SY_UNSUPPORTED, "an argument of kind %u", from.tag);
  }
}

}  // namespace sy::simulator
