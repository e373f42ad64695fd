// The caching allocator of one device: freed blocks wait by size and stream for the next tensor of that size. One
// implementation for all devices, above the plugin's raw alloc and free.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "switchyard/abi/backend.h"
#include "switchyard/core/device.h"

namespace sy {

class Plugin;  // loader/plugin.h

/// Bytes and counts since the process started, for one device.
struct MemoryStats {
  std::int64_t allocated = 0;           // held by live storages, rounded to block sizes
  std::int64_t peak_allocated = 0;      // of blocks over kSmallLimit, plus small ones as of the last look
  std::int64_t reserved = 0;            // taken from the plugin: allocated plus cached
  std::int64_t device_allocations = 0;  // calls of the plugin's alloc
  std::int64_t cache_hits = 0;          // large blocks served from the cache
  std::int64_t limit = 0;               // 0: none
};

/// Thread-safe. Small blocks of host-memory devices are cached per thread without a lock. A block belongs to the stream
/// it was allocated for and is reused in that stream's order.
class CachingAllocator {
 public:
  static constexpr std::uint64_t kSmallLimit = 1024;  // bytes served by the thread's own lists
  static constexpr std::uint64_t kGranule = 64;

  /// plugin: whose code table is; nullptr where the program brings its own.
  CachingAllocator(const sy_backend& table, Device device, const sy_device_info& info, Plugin* plugin = nullptr);

  struct Block {
    void* data = nullptr;
    std::uint64_t bytes = 0;  // rounded size; pass back to free
  };
  /// Frees its cache and tries again before it says out of memory. bytes may be 0: no memory, data NULL.
  absl::Status allocate(std::uint64_t bytes, sy_stream stream, Block* block);
  void free(Block block, sy_stream stream);

  /// Gives cached blocks back to the device, but for those of pinned streams.
  void empty_cache();
  /// Blocks of the stream are not given back before unpin, since a captured graph refers to them; once sealed, they are
  /// not handed out any more either.
  enum class Pinned { kInUse, kAndSealed };
  void pin_stream(sy_stream stream, Pinned how);
  void unpin_stream(sy_stream stream);
  /// The stream's work is done and it is about to end: its cached blocks become the default stream's.
  void retire_stream(sy_stream stream);
  /// After this nothing is cached: blocks go back to the device as their tensors die.
  void close();
  /// Allocations that would take `reserved` over limit fail with out of memory; 0 lifts it.
  void set_limit(std::int64_t limit);
  MemoryStats stats();
  void reset_peak();

 private:
  friend struct ThreadCache;
  struct Key {
    std::uint64_t bytes;
    sy_stream stream;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& k) const { return k.bytes * 0x9e3779b97f4a7c15ull ^ k.stream; }
  };

  absl::Status allocate_central(std::uint64_t rounded, sy_stream stream, void** data);
  void free_central(void* data, std::uint64_t rounded, sy_stream stream);
  void empty_cache_locked();
  /// How the stream is pinned, or NULL.
  const Pinned* find_pinned(sy_stream stream) const;
  absl::Status allocate_device(std::uint64_t rounded, void** data);

  const sy_backend& table_;
  Device device_;
  std::uint64_t max_block_;
  std::uint64_t padding_;
  Plugin* plugin_;
  std::atomic<bool> closed_{false};
  bool host_memory_;
  bool thread_cached_;
  std::mutex mutex_;
  std::unordered_map<Key, std::vector<void*>, KeyHash> free_;
  std::vector<std::pair<sy_stream, Pinned>> pinned_;
  MemoryStats stats_;
  std::atomic<std::int64_t> small_live_{0};  // bytes that threads which ended left handed out
};

}  // namespace sy
