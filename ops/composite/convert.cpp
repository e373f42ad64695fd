// Copies, casts and moves between devices.
#include <algorithm>

#include "switchyard/core/copy.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/dispatch/meta_call.h"
#include "switchyard/ops/gen/convert_composite.h"
#include "switchyard/ops/gen/view_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {

Tensor clone(const Tensor& self) {
  if (self.device().is_meta()) return Tensor(allocate_tensor(self.shape(), self.dtype(), self.device()));
  return Tensor(cast_copy(self, self.dtype()));
}

Tensor contiguous(const Tensor& self) { return self.is_contiguous() ? self : sy::clone(self); }

Tensor transfer(const Tensor& self, Device device) {
  require(!self.device().is_meta() || device.is_meta(), "transfer: argument self is ", describe(self),
          ", which has no data, expected a tensor with data to copy to ", device.str());
  return Tensor(copy_to_device(self, device));
}

Tensor transfer_like(const Tensor& self, Device device) {
  return self.device() == device ? self : sy::transfer(self, device);
}

Tensor to(const Tensor& self, std::optional<Dtype> dtype, std::optional<Device> device, bool copy) {
  Tensor out = self;
  // The smaller representation travels.
  bool narrows = dtype && dtype->itemsize() < self.itemsize();
  if (dtype && *dtype != out.dtype() && narrows) out = sy::cast(out, *dtype);
  if (device && *device != out.device()) out = sy::transfer(out, *device);
  if (dtype && *dtype != out.dtype()) out = sy::cast(out, *dtype);
  return copy && out.same_as(self) ? sy::clone(self) : out;
}

namespace {

/// Without the repetitions of expanded dimensions, which broadcasting brings back: what has to travel.
TensorBase unexpanded(const TensorBase& t) {
  Shape shape(t.shape().begin(), t.shape().end());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (t.strides()[d] == 0) shape[d] = std::min<std::int64_t>(shape[d], 1);
  }
  return alias(t, shape, t.strides(), t.storage_offset());
}

/// Writes src, broadcast and converted, into dst on another device. The smaller dtype travels.
void assign_across(const TensorBase& dst, const TensorBase& src) {
  TensorBase source = unexpanded(src);
  if (dst.itemsize() < source.itemsize()) source = cast_copy(source, dst.dtype());
  if (source.dtype() == dst.dtype() && source.shape() == dst.shape() && dst.is_contiguous()) {
    copy_bytes(dst, contiguous_copy(source));
  } else {
    assign(dst, copy_to_device(source, dst.device()));
  }
}

}  // namespace

Tensor copy_(const Tensor& self, const Tensor& src) {
  Shape joined;
  require(broadcast_shapes(self.shape(), src.shape(), &joined) && IntArray(joined) == self.shape(),
          "copy_: cannot broadcast argument src of shape ", shape_str(src.shape()), " to ", shape_str(self.shape()));
  require(!self.impl()->overlapping(),
          "copy_: several elements of self share memory (an expanded view); clone it first");
  require(!src.device().is_meta() || self.device().is_meta(), "copy_: argument src is ", describe(src),
          ", which has no data, expected a tensor with data for self on ", self.device().str());
  if (self.same_as(src)) return self;
  if (self.numel() == 0 || self.device().is_meta()) {
    // nothing to write
  } else if (src.device() != self.device()) {
    assign_across(self, src);
  } else if (src.storage() == self.storage()) {
    assign(self, cast_copy(src, self.dtype()));  // the two may overlap
  } else {
    assign(self, src);
  }
  if (self.storage()) self.storage()->bump_version("copy_");
  return self;
}

Tensor copy(const Tensor& self, const Tensor& src) {
  Tensor value = sy::cast(sy::transfer_like(src, self.device()), self.dtype());
  return sy::clone(sy::expand(value, self.shape()));
}

Tensor reduce_to(const Tensor& self, IntArray size, Dtype dtype) {
  Tensor out = self;
  if (!(self.shape() == size)) {
    std::size_t lead = static_cast<std::size_t>(self.dim()) - size.size();
    Shape dims;
    for (std::size_t d = 0; d < static_cast<std::size_t>(self.dim()); ++d) {
      if (d < lead || (size[d - lead] == 1 && self.shape()[d] != 1)) dims.push_back(static_cast<Dim>(d));
    }
    if (!dims.empty()) out = sy::sum(out, dims, true);
    out = sy::reshape(out, size);
  }
  return out.dtype() == dtype ? out : sy::cast(out, dtype);
}

}  // namespace sy::composite
