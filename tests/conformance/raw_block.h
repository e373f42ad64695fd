// A block of a backend's memory, straight from its table, for the runtime suites.
#pragma once

#include <cstdint>
#include <vector>

#include "switchyard/core/backend.h"

namespace sy::testing {

using Bytes = std::vector<unsigned char>;
/// count bytes that differ from their neighbours and from those of other seeds.
Bytes pattern(std::size_t count, unsigned seed);

/// Freed at the end of its life. Everything throws sy::Error.
class RawBlock {
 public:
  RawBlock(Device device, std::uint64_t bytes, std::uint32_t kind = SY_MEMORY_DEVICE);
  ~RawBlock();
  RawBlock(const RawBlock&) = delete;
  RawBlock& operator=(const RawBlock&) = delete;

  void* data() const { return data_; }
  /// Copies, and waits.
  void write(const Bytes& bytes, std::uint64_t offset = 0);
  Bytes read(std::uint64_t count, std::uint64_t offset = 0) const;

 private:
  Device device_;
  Backend& backend_;
  std::uint32_t kind_;
  void* data_ = nullptr;
};

/// One copy on the default stream of dst's device, or src's when dst is NULL; not waited for.
void raw_copy(Device device, std::uint32_t kind, void* dst, std::uint64_t dst_offset, const void* src,
              std::uint64_t src_offset, std::uint64_t bytes);
/// The status of an allocation, whose block, if there is one, is freed at once.
sy_status try_alloc(Device device, std::uint64_t bytes, std::uint32_t kind = SY_MEMORY_DEVICE);
/// Hands a setting to the backend; false where it knows none of that name. Throws sy::Error for other failures.
bool try_configure(Device device, const char* key, const std::string& value);

}  // namespace sy::testing
