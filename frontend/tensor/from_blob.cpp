#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

constexpr std::int64_t kFarthest = std::int64_t{1} << 58;  // in elements, so that bytes cannot overflow

}  // namespace

Tensor from_blob(void* data, IntArray shape, Dtype dtype, OptionalIntArray strides, std::function<void()> deleter) {
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  require(data != nullptr || numel == 0, "from_blob: data is NULL");
  Shape steps = strides ? Shape(strides->begin(), strides->end()) : contiguous_strides(shape);
  require(steps.size() == shape.size(), "from_blob: ", steps.size(), " strides for shape ", shape_str(shape));
  std::int64_t reach = 0;
  for (std::size_t d = 0; d < shape.size() && numel > 0; ++d) {
    require(steps[d] >= 0, "from_blob: stride ", steps[d], " leads before the data; use flip for a reversed view");
    std::int64_t part = 0;
    require(!__builtin_mul_overflow(shape[d] - 1, steps[d], &part) && !__builtin_add_overflow(reach, part, &reach),
            "from_blob: the strides reach too far");
  }
  require(reach < kFarthest, "from_blob: the strides reach too far");
  std::uint64_t bytes = numel > 0 ? static_cast<std::uint64_t>(reach + 1) * dtype.itemsize() : 0;
  Ref<Storage> storage = Storage::wrap(Device(), data, bytes, std::move(deleter));
  return Tensor(TensorBase(TensorImpl::make(std::move(storage), Device(), dtype, shape, steps, 0)));
}

}  // namespace sy
