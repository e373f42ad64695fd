#include "switchyard/testing/layout.h"

#include <algorithm>
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
  if (elements_too) return "its storage was written to";
  auto at = std::mismatch(now.begin(), now.end(), before.begin()).first - now.begin();
  return str_cat("memory between or around its elements was written to: byte ", at,
                 " of its storage, whose first element", " lies at byte ",
                 tensor.storage_offset() * static_cast<std::int64_t>(item));
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

Placed place_between_margins(Dtype dtype, const std::vector<std::int64_t>& shape, Device device) {
  constexpr std::int64_t kMargin = 64;  // elements: keeps whatever alignment the storage has, up to 64 bytes
  Geometry g = geometry(shape, Layout::kContiguous);
  std::int64_t end = g.elements + kMargin;
  g.offset = kMargin;
  g.elements += 2 * kMargin;
  std::vector<std::byte> image = garbage(dtype, g.elements);
  const auto item = static_cast<std::int64_t>(dtype.itemsize());
  for (std::int64_t i = 0; i < g.elements * item; ++i) {
    if (i < kMargin * item || i >= end * item) image[static_cast<std::size_t>(i)] = static_cast<std::byte>(i * 151 + 7);
  }
  return upload(dtype, shape, device, g, std::move(image));
}

Placed place_garbage(Dtype dtype, const std::vector<std::int64_t>& shape, Device device, Layout layout) {
  Geometry g = geometry(shape, layout);
  return upload(dtype, shape, device, g, garbage(dtype, g.elements));
}

}  // namespace sy::testing
