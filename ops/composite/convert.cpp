// Copies, casts and moves between devices.
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

Tensor transfer(const Tensor& self, Device device) { return Tensor(copy_to_device(self, device)); }

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

Tensor copy_(const Tensor& self, const Tensor& src) {
  Shape joined;
  require(broadcast_shapes(self.shape(), src.shape(), &joined) && IntArray(joined) == self.shape(),
          "copy_: cannot broadcast argument src of shape ", shape_str(src.shape()), " to ", shape_str(self.shape()));
  require(!self.impl()->overlapping(),
          "copy_: several elements of self share memory (an expanded view); clone it first");
  if (self.same_as(src)) return self;
  TensorBase source = src;
  if (source.device() != self.device()) {
    // Convert on the source's side only when that makes the transfer smaller.
    if (self.itemsize() < source.itemsize()) source = cast_copy(source, self.dtype());
    source = copy_to_device(source, self.device());
  } else if (source.storage() == self.storage()) {
    source = cast_copy(source, self.dtype());  // the two may overlap
  }
  assign(self, source);
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
