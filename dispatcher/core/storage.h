// A run of bytes on a device, shared by a tensor and its views.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "switchyard/core/caching_allocator.h"
#include "switchyard/core/device.h"
#include "switchyard/core/ref.h"
#include "switchyard/core/stream.h"

namespace sy {

/// Counted by Ref. The version goes up with each in-place write through any tensor that shares it.
class Storage : public RefCounted<Storage> {
 public:
  /// Fresh memory of the device, for the current stream. Throws sy::Error: no plugin, out of memory, device lost.
  static Ref<Storage> allocate(Device device, std::uint64_t bytes);
  /// Foreign memory; deleter runs once when the last tensor dies, on whichever thread that happens.
  static Ref<Storage> wrap(Device device, void* data, std::uint64_t bytes, std::function<void()> deleter);

  Device device() const { return device_; }
  void* data() const { return block_.data; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  /// After a write by the named operator (static text).
  void bump_version(const char* writer) {
    version_.fetch_add(1, std::memory_order_relaxed);
    last_writer_.store(writer, std::memory_order_relaxed);
  }
  /// Who wrote last, for messages; "" before the first in-place write.
  const char* last_writer() const { return last_writer_.load(std::memory_order_relaxed); }
  sy_stream stream() const { return stream_; }
  /// The memory is used by this stream too: it is not reused before that stream has passed this point.
  void record_use(const Stream& stream);

  static void destroy(Storage* s);

 private:
  Storage() = default;

  Device device_;
  CachingAllocator::Block block_;
  std::uint64_t bytes_ = 0;
  CachingAllocator* allocator_ = nullptr;
  std::atomic<std::uint32_t> version_{0};
  std::atomic<const char*> last_writer_{""};
  sy_stream stream_ = 0;
  struct Extra;  // deleter and further streams: rare
  Extra* extra_ = nullptr;
};

}  // namespace sy
