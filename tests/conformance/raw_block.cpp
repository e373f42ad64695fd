#include "switchyard/testing/raw_block.h"

#include "switchyard/core/abi_error.h"

namespace sy::testing {

Bytes pattern(std::size_t count, unsigned seed) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<unsigned char>((i + 1) * 151 + seed * 37 + (i >> 8));
  return bytes;
}

RawBlock::RawBlock(Device device, std::uint64_t bytes, std::uint32_t kind)
    : device_(device), backend_(backend_of(device)), kind_(kind) {
  const sy_backend& b = backend_.table();
  throw_if_error(status_from_abi(b.alloc(b.self, device.index(), kind, bytes, &data_), str_cat("alloc of ", bytes)));
}

RawBlock::~RawBlock() {
  const sy_backend& b = backend_.table();
  b.free(b.self, device_.index(), kind_, data_);
  take_abi_error();
}

void raw_copy(Device device, std::uint32_t kind, void* dst, std::uint64_t dst_offset, const void* src,
              std::uint64_t src_offset, std::uint64_t bytes) {
  const sy_backend& b = backend_of(device).table();
  sy_copy c{sizeof(sy_copy), kind, dst, dst_offset, src, src_offset, bytes, device.index(), device.index(), 0};
  throw_if_error(status_from_abi(b.copy(b.self, &c), str_cat("copy of ", bytes, " bytes")));
}

void RawBlock::write(const Bytes& bytes, std::uint64_t offset) {
  raw_copy(device_, SY_COPY_HOST_TO_DEVICE, data_, offset, bytes.data(), 0, bytes.size());
  synchronize(device_);
}

Bytes RawBlock::read(std::uint64_t count, std::uint64_t offset) const {
  Bytes bytes(count);
  raw_copy(device_, SY_COPY_DEVICE_TO_HOST, bytes.data(), 0, data_, offset, count);
  synchronize(device_);
  return bytes;
}

sy_status try_alloc(Device device, std::uint64_t bytes, std::uint32_t kind) {
  const sy_backend& b = backend_of(device).table();
  void* data = nullptr;
  sy_status status = b.alloc(b.self, device.index(), kind, bytes, &data);
  if (status == SY_OK) b.free(b.self, device.index(), kind, data);
  return status;
}

bool try_configure(Device device, const char* key, const std::string& value) {
  const sy_backend& b = backend_of(device).table();
  if (b.configure == nullptr) return false;
  sy_status status = b.configure(b.self, key, value.c_str());
  if (status == SY_NOT_FOUND) return take_abi_error(), false;
  throw_if_error(status_from_abi(status, str_cat("setting ", key)));
  return true;
}

}  // namespace sy::testing
