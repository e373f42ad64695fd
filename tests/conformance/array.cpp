#include "switchyard/testing/array.h"

#include <cstring>

#include "switchyard/core/copy.h"

namespace sy::testing {

Array::Array(Dtype d, std::vector<std::int64_t> s) : dtype(d), shape(std::move(s)) {
  bytes.resize(static_cast<std::size_t>(numel()) * d.itemsize());
}

std::int64_t Array::numel() const {
  std::int64_t n = 1;
  for (std::int64_t size : shape) n *= size;
  return n;
}

std::string Array::str() const {
  std::string text = str_cat(dtype.name(), shape_str(shape), " {");
  for (std::int64_t i = 0; i < std::min<std::int64_t>(numel(), 8); ++i) str_append(&text, i ? ", " : "", at(i).str());
  return text + (numel() > 8 ? ", ...}" : "}");
}

std::vector<std::byte> storage_image(const TensorBase& t) {
  if (!t.storage() || t.storage()->bytes() == 0) return {};
  std::int64_t elements = static_cast<std::int64_t>(t.storage()->bytes() / t.itemsize());
  std::vector<std::byte> image(static_cast<std::size_t>(elements) * t.itemsize());
  if (elements != 0) copy_to_host(alias(t, {elements}, {1}, 0), image.data());
  return image;
}

Array to_array(const TensorBase& t) {
  Array out(t.dtype(), t.shape().vec());
  if (out.numel() == 0) return out;
  std::vector<std::byte> image = storage_image(t);
  std::size_t item = t.itemsize();
  for_each_element(t.shape(), t.strides(), t.storage_offset(), [&](std::int64_t from, std::int64_t to) {
    std::memcpy(&out.bytes[static_cast<std::size_t>(to) * item], &image.at(static_cast<std::size_t>(from) * item),
                item);
  });
  return out;
}

}  // namespace sy::testing
