#include "switchyard/core/tensor_base.h"

#include "absl/strings/str_join.h"
#include "switchyard/core/backend.h"

namespace sy {

std::size_t TensorBase::checked_dim(std::int64_t d) const {
  std::int64_t n = dim();
  if (d < -n || d >= n) {
    fail(ErrorCode::kOutOfRange, "dimension ", d, " is out of range for a tensor of ", n, " dimension(s)");
  }
  return static_cast<std::size_t>(d < 0 ? d + n : d);
}

void* TensorBase::checked_data(std::size_t itemsize, int code) const {
  require(defined(), "data: the tensor is undefined");
  sy_dl_dtype dl = dtype().dlpack();
  bool fits = code == -1 ? itemsize == this->itemsize() : itemsize == this->itemsize() && code == dl.code;
  require(fits, "data: the C++ type asked for does not match dtype ", dtype().name());
  Backend& backend = backend_of(device());
  if (!backend.host_memory()) {
    fail(ErrorCode::kInvalidArgument, "data: ", device().str(), " is not host memory; move the tensor to cpu first");
  }
  return raw_data();
}

std::string shape_str(const IntArray& shape) {
  return str_cat("[", absl::StrJoin(shape.begin(), shape.end(), ", "), "]");
}

std::string describe(const TensorBase& t) {
  if (!t.defined()) return "undefined";
  return str_cat(t.dtype().name(), shape_str(t.shape()), " on ", t.device().str());
}

TensorBase allocate_tensor(const IntArray& shape, Dtype dtype, Device device) {
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  Ref<Storage> storage;
  if (!device.is_meta()) storage = Storage::allocate(device, static_cast<std::uint64_t>(numel) * dtype.itemsize());
  return TensorBase(TensorImpl::make_contiguous(std::move(storage), device, dtype, shape));
}

void allocate_if_needed(const TensorBase& t) {
  if (!t.defined() || t.storage() || t.device().is_meta()) return;
  t.impl()->attach(Storage::allocate(t.device(), static_cast<std::uint64_t>(t.numel()) * t.dtype().itemsize()));
}

TensorBase alias(const TensorBase& base, const IntArray& shape, const IntArray& strides, std::int64_t offset) {
  return TensorBase(TensorImpl::make(base.storage(), base.device(), base.dtype(), shape, strides, offset));
}

}  // namespace sy
