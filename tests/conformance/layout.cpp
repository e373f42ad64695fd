#include "switchyard/testing/layout.h"

#include <cstring>
#include <limits>

#include "switchyard/core/copy.h"

namespace sy::testing {
namespace {

struct Geometry {
  std::vector<std::int64_t> strides;
  std::int64_t offset = 0;
  std::int64_t elements = 1;  // of the storage
};

std::size_t repeated_dim(const std::vector<std::int64_t>& shape) {
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] > 1) return d;
  }
  return shape.size();
}

Geometry geometry(const std::vector<std::int64_t>& shape, Layout layout) {
  Geometry g;
  std::size_t n = shape.size();
  g.strides.assign(n, 0);
  std::size_t repeated = layout == Layout::kBroadcast ? repeated_dim(shape) : n;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t d = layout == Layout::kTransposed ? k : n - 1 - k;
    if (d == repeated) continue;
    std::int64_t step = layout == Layout::kStepped ? 2 : 1;
    g.strides[d] = step * g.elements;
    g.elements *= std::max<std::int64_t>(shape[d], 1) * step;
    if (layout == Layout::kNegative && shape[d] > 0) {
      g.offset += g.strides[d] * (shape[d] - 1);
      g.strides[d] = -g.strides[d];
    }
  }
  if (layout != Layout::kContiguous) {  // not at the start of the storage, nor up to its end
    g.offset += 3;
    g.elements += 5;
  }
  return g;
}

std::vector<std::byte> garbage(Dtype dtype, std::int64_t elements) {
  std::vector<std::byte> image(static_cast<std::size_t>(elements) * dtype.itemsize());
  Scalar value = dtype.is_floating() ? Scalar(std::numeric_limits<double>::quiet_NaN())
                                     : (dtype.is_bool() ? Scalar(true) : Scalar(111));
  for (std::int64_t i = 0; i < elements; ++i) {
    write_element(&image[static_cast<std::size_t>(i) * dtype.itemsize()], dtype, value);
  }
  return image;
}

Placed upload(Dtype dtype, const std::vector<std::int64_t>& shape, Device device, const Geometry& g,
              std::vector<std::byte> image) {
  TensorBase flat = allocate_tensor({g.elements}, dtype, device);
  copy_from_host(flat, image.data());
  image = storage_image(flat);  // storages may be larger than asked for
  return {alias(flat, shape, g.strides, g.offset), std::move(image)};
}

}  // namespace

std::string_view layout_name(Layout layout) {
  constexpr std::string_view kNames[] = {"contiguous", "transposed", "stepped", "broadcast", "negative"};
  return kNames[static_cast<int>(layout)];
}

void make_broadcastable(Array& values) {
  std::size_t d = repeated_dim(values.shape);
  if (d == values.shape.size() || values.numel() == 0) return;
  // All dimensions before d have one element.
  std::size_t row = values.bytes.size() / static_cast<std::size_t>(values.shape[d]);
  for (std::size_t i = row; i < values.bytes.size(); ++i) values.bytes[i] = values.bytes[i - row];
}

std::string Placed::changes(bool elements_too) const {
  std::vector<std::byte> now = storage_image(tensor);
  if (now.size() != image.size()) return "its storage has another size";
  std::vector<std::byte> before = image;
  std::size_t item = tensor.itemsize();
  if (!elements_too) {
    for_each_element(tensor.shape(), tensor.strides(), tensor.storage_offset(), [&](std::int64_t at, std::int64_t) {
      std::memcpy(&before[static_cast<std::size_t>(at) * item], &now[static_cast<std::size_t>(at) * item], item);
    });
  }
  if (before == now) return "";
  return elements_too ? "its storage was written to" : "memory between its elements was written to";
}

Placed place(const Array& values, Device device, Layout layout) {
  Geometry g = geometry(values.shape, layout);
  std::vector<std::byte> image = garbage(values.dtype, g.elements);
  std::size_t item = values.dtype.itemsize();
  for_each_element(values.shape, g.strides, g.offset, [&](std::int64_t to, std::int64_t from) {
    std::memcpy(&image[static_cast<std::size_t>(to) * item], &values.bytes[static_cast<std::size_t>(from) * item],
                item);
  });
  return upload(values.dtype, values.shape, device, g, std::move(image));
}

Placed place_garbage(Dtype dtype, const std::vector<std::int64_t>& shape, Device device, Layout layout) {
  Geometry g = geometry(shape, layout);
  return upload(dtype, shape, device, g, garbage(dtype, g.elements));
}

}  // namespace sy::testing
