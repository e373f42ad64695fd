// What a tensor handle points to.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "switchyard/abi/types.h"
#include "switchyard/core/device.h"
#include "switchyard/core/dtype.h"
#include "switchyard/core/int_array.h"
#include "switchyard/core/ref.h"
#include "switchyard/core/storage.h"

namespace sy {

/// Bits of the layers that a tensor or a thread asks for; see dispatch/layers.h.
using LayerBits = std::uint32_t;

/// What the autograd keeps per tensor; opaque here.
struct AutogradMetaBase {
  virtual ~AutogradMetaBase() = default;
};

/// Geometry plus storage. The ABI's view of it is part of it, so that passing a tensor to a kernel copies nothing.
/// Metadata does not change after creation, save for in-place metadata operations of the autograd.
class TensorImpl : public RefCounted<TensorImpl> {
 public:
  /// storage may be empty, for the meta device and for what is given memory later. Offset in elements.
  static Ref<TensorImpl> make(Ref<Storage> storage, Device device, Dtype dtype, const IntArray& shape,
                              const IntArray& strides, std::int64_t offset);
  /// As make, with row-major strides.
  static Ref<TensorImpl> make_contiguous(Ref<Storage> storage, Device device, Dtype dtype, const IntArray& shape);
  /// Another handle on the same elements, without history, base or marks.
  static Ref<TensorImpl> share_contents(const TensorImpl& other);
  static void destroy(TensorImpl* impl);

  const sy_tensor& abi() const { return abi_; }
  /// A copy for one call. By member: compilers make `rep movs` of a whole struct of this size, which costs more than a
  /// small kernel, and loads that are wider than what was just written wait until it has reached the cache.
  void copy_abi(sy_tensor& to) const {
    to.size = abi_.size;
    to.flags = abi_.flags;
    to.view.data = abi_.view.data;
    to.view.device.device_type = abi_.view.device.device_type;
    to.view.device.device_id = abi_.view.device.device_id;
    to.view.ndim = abi_.view.ndim;
    to.view.dtype = abi_.view.dtype;
    to.view.shape = abi_.view.shape;
    to.view.strides = abi_.view.strides;
    to.view.byte_offset = abi_.view.byte_offset;
    to.dtype = abi_.dtype;
    to.layout = abi_.layout;
    to.layout_desc = abi_.layout_desc;
    to.storage = abi_.storage;
    to.storage_offset = abi_.storage_offset;
    to.storage_bytes = abi_.storage_bytes;
    to.bit_offset = abi_.bit_offset;
  }
  std::int32_t ndim() const { return abi_.view.ndim; }
  IntArray shape() const { return {abi_.view.shape, static_cast<std::size_t>(abi_.view.ndim)}; }
  IntArray strides() const { return {abi_.view.strides, static_cast<std::size_t>(abi_.view.ndim)}; }
  std::int64_t numel() const { return numel_; }
  Dtype dtype() const { return Dtype(abi_.dtype); }
  Device device() const { return device_; }
  std::int64_t offset() const { return offset_; }
  bool contiguous() const { return abi_.flags & SY_TENSOR_CONTIGUOUS; }
  bool overlapping() const { return abi_.flags & SY_TENSOR_INTERNAL_OVERLAP; }
  const Ref<Storage>& storage() const { return storage_; }
  void* data() const { return static_cast<char*>(abi_.view.data) + abi_.view.byte_offset; }

  /// Atomic, since a view of a changed base learns on its next use, in whichever thread, that it is recorded.
  std::atomic<LayerBits> bits{0};
  /// A number that took part as a tensor: it does not raise the dtype within its category.
  bool wrapped_number = false;
  /// A view made while gradients were off, of a tensor that needs one.
  bool view_without_grad = false;
  /// Made in inference mode: never recorded.
  bool inference = false;
  /// The tensor that this one is a view of, itself no view; kept while gradients are on, so that writes through one
  /// name are seen under all of them.
  Ref<TensorImpl> base;
  std::unique_ptr<AutogradMetaBase> autograd;

  /// The layers this tensor asks for, its base's included.
  LayerBits layer_bits() const {
    LayerBits own = bits.load(std::memory_order_relaxed);
    return base ? own | base->bits.load(std::memory_order_relaxed) : own;
  }
  /// Points this tensor at other contents of the same shape and dtype; for state that is loaded or moved in place.
  void set_contents(const TensorImpl& other);
  /// Takes out dimensions (ascending) that have one index; for a result that nobody else has seen yet.
  void drop_dims(const IntArray& dims);
  /// Gives memory to a tensor that was made without.
  void attach(Ref<Storage> storage);

 private:
  TensorImpl() = default;
  void init(Ref<Storage>&& storage, Device device, Dtype dtype, std::size_t ndim, std::int64_t offset);
  void finish();

  sy_tensor abi_;
  std::int64_t numel_;
  std::int64_t offset_;
  Device device_;
  Ref<Storage> storage_;
  std::int64_t dims_[12];  // shape, then strides, up to 6 dimensions
  std::unique_ptr<std::int64_t[]> more_;
};

/// Row-major strides of a shape. Sizes are known not to overflow.
Shape contiguous_strides(const IntArray& shape);
/// Number of elements; an error on a negative size or more than 2^58 elements.
absl::Status checked_numel(const IntArray& shape, std::int64_t* numel);

}  // namespace sy
