#include "memory.h"

#include <sys/mman.h>

namespace sy::simulator {

namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

}  // namespace

Memory::Memory(int devices, std::uint64_t bytes_per_device)
    : devices_(devices), span_(round_up(bytes_per_device, kPage)) {
  const std::uint64_t total = 2 * span_ * static_cast<std::uint64_t>(devices);
  if (total == 0) return;
  void* base = mmap(nullptr, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base != MAP_FAILED) base_ = static_cast<char*>(base);
}

void* Memory::alloc(int device, std::uint64_t bytes) {
  if (bytes > span_ || device < 0 || device >= devices_) return nullptr;
  const std::uint64_t end = span_ * static_cast<std::uint64_t>(device + 1);
  const std::uint64_t payload = round_up(bytes == 0 ? 1 : bytes, kAlignment);
  const std::uint64_t mapped = round_up(payload, kPage);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::uint64_t at = span_ * static_cast<std::uint64_t>(device);  // the first gap that fits, guard page included
  for (auto it = blocks_.lower_bound(at); it != blocks_.end() && it->second.first_page < end; ++it) {
    if (it->second.first_page >= at + mapped + kPage) break;
    at = it->second.first_page + it->second.mapped + kPage;
  }
  if (at + mapped + kPage > end) return nullptr;
  char* twin = base_ + span_ * static_cast<std::uint64_t>(devices_) + at;
  if (mprotect(twin, mapped, PROT_READ | PROT_WRITE) != 0) return nullptr;
  const std::uint64_t start = at + mapped - payload;  // ends at the guard page, so that overruns fault
  blocks_[start] = Block{at, mapped, start, bytes};
  return base_ + start;
}

bool Memory::free(int device, void* memory) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (device_of(memory) != device) return false;
  const auto it = blocks_.find(static_cast<std::uint64_t>(static_cast<char*>(memory) - base_));
  if (it == blocks_.end()) return false;
  char* twin = base_ + span_ * static_cast<std::uint64_t>(devices_) + it->second.first_page;
  madvise(twin, it->second.mapped, MADV_DONTNEED);
  mprotect(twin, it->second.mapped, PROT_NONE);
  blocks_.erase(it);
  return true;
}

char* Memory::twin(int device, const void* address, std::uint64_t bytes) const {
  if (device_of(address) != device || device < 0) return nullptr;
  const auto offset = static_cast<std::uint64_t>(static_cast<const char*>(address) - base_);
  const std::lock_guard<std::mutex> lock(mutex_);
  auto it = blocks_.upper_bound(offset);
  if (it == blocks_.begin()) return nullptr;
  const Block& block = (--it)->second;
  const std::uint64_t inside = offset - block.start;
  if (inside > block.bytes || bytes > block.bytes - inside) return nullptr;
  return base_ + span_ * static_cast<std::uint64_t>(devices_) + offset;
}

int Memory::device_of(const void* address) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto first = reinterpret_cast<std::uintptr_t>(base_);
  if (base_ == nullptr || at < first) return -1;
  const std::uint64_t device = (at - first) / span_;
  return device < static_cast<std::uint64_t>(devices_) ? static_cast<int>(device) : -1;
}

}  // namespace sy::simulator
