#include "switchyard/core/caching_allocator.h"

#include <algorithm>
#include <bit>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/error.h"
#include "switchyard/core/sanitizer.h"
#include "switchyard/core/strings.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

constexpr std::size_t kClasses = CachingAllocator::kSmallLimit / CachingAllocator::kGranule + 1;
constexpr std::size_t kKept = kSanitized ? 0 : 64;  // blocks a thread keeps per class

/// Rounds up so that blocks of nearly the same size are interchangeable: 64 bytes up to 1 KiB, then eighths of a
/// power of two, at most 12.5 % more than asked for.
std::uint64_t round_size(std::uint64_t bytes) {
  if (bytes <= CachingAllocator::kSmallLimit) {
    return (bytes + CachingAllocator::kGranule - 1) / CachingAllocator::kGranule * CachingAllocator::kGranule;
  }
  std::uint64_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

}  // namespace

/// A thread's own free lists for one allocator. The link lies in the free block itself.
struct ThreadCache {
  struct Node {
    Node* next;
  };
  std::atomic<CachingAllocator*> owner{nullptr};  // set once, by this thread; stats() looks from others
  Node* heads[kClasses] = {};
  std::uint16_t counts[kClasses] = {};
  std::atomic<std::int64_t> live{0};  // bytes handed out minus taken back; only this thread writes

  void add_live(std::int64_t bytes) {
    live.store(live.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
  }
  void flush() {
    for (std::size_t c = 0; c < kClasses; ++c) {
      while (Node* node = heads[c]) {
        heads[c] = node->next;
        owner.load()->free_central(node, c * CachingAllocator::kGranule, 0);
      }
      counts[c] = 0;
    }
  }
  /// Leaves what it counted and cached to the allocator.
  void leave() {
    flush();
    owner.load()->small_live_ += live.exchange(0);
  }
  bool is_of_closed() const { return owner.load(std::memory_order_relaxed)->closed_; }
};

namespace {

std::mutex g_threads_mutex;
struct ThreadCaches;
std::vector<ThreadCaches*>& threads() {
  static auto* list = new std::vector<ThreadCaches*>;
  return *list;
}

struct ThreadCaches {
  static constexpr int kOwners = 4;
  ThreadCache caches[kOwners];

  ThreadCaches() {
    std::lock_guard lock(g_threads_mutex);
    threads().push_back(this);
  }
  ~ThreadCaches();
  ThreadCache* find(CachingAllocator* owner) {
    for (ThreadCache& cache : caches) {
      CachingAllocator* present = cache.owner.load(std::memory_order_relaxed);
      if (present == owner) return &cache;
      if (present == nullptr) {
        cache.owner.store(owner, std::memory_order_relaxed);
        return &cache;
      }
    }
    return take_over(owner);
  }
  /// The place of a device whose plugin was unloaded.
  ThreadCache* take_over(CachingAllocator* owner);
};

constinit thread_local ThreadCaches* t_caches [[gnu::tls_model("initial-exec")]] = nullptr;
constinit thread_local bool t_ended [[gnu::tls_model("initial-exec")]] = false;

struct ThreadCachesOwner {
  ThreadCaches caches;
  ThreadCachesOwner() { t_caches = &caches; }
  ~ThreadCachesOwner() {
    t_caches = nullptr;
    t_ended = true;
  }
};

ThreadCaches::~ThreadCaches() {
  std::lock_guard lock(g_threads_mutex);
  std::erase(threads(), this);
  for (ThreadCache& cache : caches) {
    if (cache.owner != nullptr) cache.leave();
  }
}

ThreadCache* ThreadCaches::take_over(CachingAllocator* owner) {
  for (ThreadCache& cache : caches) {
    if (!cache.is_of_closed()) continue;
    cache.leave();
    cache.owner.store(owner, std::memory_order_relaxed);
    return &cache;
  }
  return nullptr;
}

[[gnu::always_inline]] inline ThreadCache* thread_cache(CachingAllocator* owner) {
  if (t_caches == nullptr) [[unlikely]] {
    if (t_ended) return nullptr;
    thread_local ThreadCachesOwner caches;
  }
  return t_caches != nullptr ? t_caches->find(owner) : nullptr;
}

}  // namespace

CachingAllocator::CachingAllocator(const sy_backend& table, Device device, const sy_device_info& info, Plugin* plugin)
    : table_(table),
      device_(device),
      max_block_(info.max_block),
      padding_(info.padding),
      plugin_(plugin),
      host_memory_(table.flags & SY_BACKEND_HOST_MEMORY),
      thread_cached_(host_memory_ && (table.flags & SY_BACKEND_SYNCHRONOUS)) {}

absl::Status CachingAllocator::allocate(std::uint64_t bytes, sy_stream stream, Block* block) {
  if (bytes == 0) {
    *block = {};
    return absl::OkStatus();
  }
  if (bytes > (std::uint64_t{1} << 62)) {
    return make_status(ErrorCode::kOutOfMemory, str_cat("cannot allocate ", bytes, " bytes on ", device_.str()));
  }
  std::uint64_t rounded = round_size(bytes);
  block->bytes = rounded;
  if (thread_cached_ && rounded <= kSmallLimit && stream == 0) {
    if (ThreadCache* cache = thread_cache(this)) {
      cache->add_live(static_cast<std::int64_t>(rounded));
      std::size_t c = rounded / kGranule;
      if (ThreadCache::Node* node = cache->heads[c]) {
        cache->heads[c] = node->next;
        --cache->counts[c];
        block->data = node;
        return absl::OkStatus();
      }
      absl::Status status = allocate_central(rounded, 0, &block->data);
      if (!status.ok()) cache->add_live(-static_cast<std::int64_t>(rounded));
      return status;
    }
    small_live_ += static_cast<std::int64_t>(rounded);
    absl::Status status = allocate_central(rounded, 0, &block->data);
    if (!status.ok()) small_live_ -= static_cast<std::int64_t>(rounded);
    return status;
  }
  SY_RETURN_IF_ERROR(allocate_central(rounded, stream, &block->data));
  return absl::OkStatus();
}

void CachingAllocator::free(Block block, sy_stream stream) {
  if (block.bytes == 0) return;
  if (thread_cached_ && block.bytes <= kSmallLimit && stream == 0) {
    ThreadCache* cache = thread_cache(this);
    if (cache == nullptr) {
      small_live_ -= static_cast<std::int64_t>(block.bytes);
    } else {
      cache->add_live(-static_cast<std::int64_t>(block.bytes));
      std::size_t c = block.bytes / kGranule;
      if (cache->counts[c] < kKept) {
        auto* node = static_cast<ThreadCache::Node*>(block.data);
        node->next = cache->heads[c];
        cache->heads[c] = node;
        ++cache->counts[c];
        return;
      }
    }
  }
  free_central(block.data, block.bytes, stream);
}

absl::Status CachingAllocator::allocate_central(std::uint64_t rounded, sy_stream stream, void** data) {
  std::lock_guard lock(mutex_);
  const bool small = thread_cached_ && rounded <= kSmallLimit && stream == 0;
  auto it = free_.find({rounded, stream});
  const Pinned* pinned = find_pinned(stream);
  const bool sealed = pinned != nullptr && *pinned == Pinned::kAndSealed;
  if (it != free_.end() && !it->second.empty() && !sealed) {
    *data = it->second.back();
    it->second.pop_back();
    if (host_memory_) allow_access(*data, rounded);
    ++stats_.cache_hits;
  } else {
    SY_RETURN_IF_ERROR(allocate_device(rounded, data));
  }
  if (!small) {
    stats_.allocated += static_cast<std::int64_t>(rounded);
    stats_.peak_allocated = std::max(stats_.peak_allocated, stats_.allocated);
  }
  return absl::OkStatus();
}

absl::Status CachingAllocator::allocate_device(std::uint64_t rounded, void** data) {
  if (max_block_ != 0 && rounded > max_block_) {
    return make_status(ErrorCode::kOutOfMemory, str_cat("device ", device_.str(), " has no blocks of ", rounded,
                                                        " bytes; its largest is ", max_block_));
  }
  auto over_limit = [&] { return stats_.limit != 0 && stats_.reserved + std::int64_t(rounded) > stats_.limit; };
  if (over_limit()) empty_cache_locked();
  if (over_limit()) {
    return make_status(ErrorCode::kOutOfMemory,
                       str_cat("allocating ", rounded, " bytes on ", device_.str(), " would exceed its limit of ",
                               stats_.limit, " bytes (", stats_.reserved, " in use)"));
  }
  InsidePlugin inside(plugin_);
  if (!inside.allowed()) {
    return make_status(ErrorCode::kFailedPrecondition, str_cat("the plugin of ", device_.str(), " was unloaded"));
  }
  auto alloc = [&] { return table_.alloc(table_.self, device_.index(), SY_MEMORY_DEVICE, rounded + padding_, data); };
  sy_status code = alloc();
  if (code == SY_OUT_OF_MEMORY) {
    empty_cache_locked();
    code = alloc();
  }
  if (code != SY_OK) {
    return status_from_abi(code, str_cat("allocating ", rounded, " bytes on ", device_.str(), " (", stats_.reserved,
                                         " bytes already reserved)"));
  }
  stats_.reserved += static_cast<std::int64_t>(rounded);
  ++stats_.device_allocations;
  return absl::OkStatus();
}

void CachingAllocator::free_central(void* data, std::uint64_t rounded, sy_stream stream) {
  std::lock_guard lock(mutex_);
  if (closed_) {
    table_.free(table_.self, device_.index(), SY_MEMORY_DEVICE, data);
    stats_.reserved -= static_cast<std::int64_t>(rounded);
  } else {
    if (host_memory_) forbid_access(data, rounded);
    free_[{rounded, stream}].push_back(data);
  }
  if (!(thread_cached_ && rounded <= kSmallLimit && stream == 0)) {
    stats_.allocated -= static_cast<std::int64_t>(rounded);
  }
}

void CachingAllocator::empty_cache_locked() {
  if (!(table_.flags & SY_BACKEND_SYNCHRONOUS) && !closed_) {
    // A device that will not wait now may still use what is cached; a lost one uses nothing.
    if (table_.synchronize(table_.self, device_.index()) == SY_FAILED_PRECONDITION) return;
  }
  std::erase_if(free_, [this](const auto& list) {
    const auto& [key, blocks] = list;
    if (find_pinned(key.stream) != nullptr) return false;
    for (void* data : blocks) {
      if (host_memory_) allow_access(data, key.bytes);
      table_.free(table_.self, device_.index(), SY_MEMORY_DEVICE, data);
      stats_.reserved -= static_cast<std::int64_t>(key.bytes);
    }
    return true;
  });
}

const CachingAllocator::Pinned* CachingAllocator::find_pinned(sy_stream stream) const {
  for (const auto& [pinned, how] : pinned_) {
    if (pinned == stream) return &how;
  }
  return nullptr;
}

void CachingAllocator::pin_stream(sy_stream stream, Pinned how) {
  std::lock_guard lock(mutex_);
  std::erase_if(pinned_, [&](const auto& p) { return p.first == stream; });
  pinned_.emplace_back(stream, how);
}

void CachingAllocator::unpin_stream(sy_stream stream) {
  std::lock_guard lock(mutex_);
  std::erase_if(pinned_, [&](const auto& p) { return p.first == stream; });
}

void CachingAllocator::retire_stream(sy_stream stream) {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::uint64_t, std::vector<void*>>> retired;
  std::erase_if(free_, [&](auto& list) {
    if (list.first.stream != stream) return false;
    retired.emplace_back(list.first.bytes, std::move(list.second));
    return true;
  });
  for (auto& [bytes, blocks] : retired) {
    std::vector<void*>& heirs = free_[{bytes, 0}];
    heirs.insert(heirs.end(), blocks.begin(), blocks.end());
  }
}

void CachingAllocator::empty_cache() {
  if (ThreadCache* cache = thread_cached_ ? thread_cache(this) : nullptr) cache->flush();
  std::lock_guard lock(mutex_);
  empty_cache_locked();
}

void CachingAllocator::close() {
  if (ThreadCache* cache = thread_cached_ ? thread_cache(this) : nullptr) cache->flush();
  std::lock_guard lock(mutex_);
  pinned_.clear();
  empty_cache_locked();
  closed_ = true;
}

void CachingAllocator::set_limit(std::int64_t limit) {
  std::lock_guard lock(mutex_);
  stats_.limit = std::max<std::int64_t>(limit, 0);
}

MemoryStats CachingAllocator::stats() {
  std::int64_t small = small_live_;
  {
    std::lock_guard lock(g_threads_mutex);
    for (ThreadCaches* thread : threads()) {
      for (ThreadCache& cache : thread->caches) {
        if (cache.owner == this) small += cache.live.load(std::memory_order_relaxed);
      }
    }
  }
  std::lock_guard lock(mutex_);
  MemoryStats stats = stats_;
  stats.allocated += small;
  stats.peak_allocated = std::max(stats_.peak_allocated + small, stats.allocated);
  return stats;
}

void CachingAllocator::reset_peak() {
  std::lock_guard lock(mutex_);
  stats_.peak_allocated = stats_.allocated;
}

}  // namespace sy
