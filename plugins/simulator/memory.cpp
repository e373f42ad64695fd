#include "memory.h"

#include <sys/mman.h>

namespace sy::simulator {

namespace {

constexpr std::uint64_t kPage = 4096;
/// No processor takes this for an address, so that a handle which somebody follows faults.
constexpr std::uint64_t kHandleTag = 0xd15ull << 52;

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

std::uint64_t number(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

}  // namespace

Memory::Memory(Names names, int devices, std::uint64_t bytes_per_device)
    : names_(names), devices_(devices), span_(round_up(bytes_per_device, kPage)) {
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
  const std::uint64_t handle = names_ == Names::kHandles ? kHandleTag | ++given_out_ << 20 : 0;
  blocks_[start] = Block{at, mapped, start, bytes, handle};
  if (handle == 0) return base_ + start;
  handles_[handle] = start;
  return reinterpret_cast<void*>(handle);
}

const Memory::Block* Memory::find(const void* memory, std::int64_t* inside) const {
  if (names_ == Names::kHandles) {
    const auto it = handles_.find(number(memory));
    *inside = 0;
    return it != handles_.end() ? &blocks_.at(it->second) : nullptr;
  }
  const std::uint64_t offset = number(memory) - number(base_);
  auto it = blocks_.upper_bound(offset);
  if (number(memory) < number(base_) || it == blocks_.begin()) return nullptr;
  const Block& block = (--it)->second;
  *inside = static_cast<std::int64_t>(offset - block.start);
  return &block;
}

bool Memory::free(int device, void* memory) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::int64_t inside = 0;
  const Block* found = find(memory, &inside);
  if (found == nullptr || inside != 0 || device_of_offset(found->start) != device) return false;
  const Block block = *found;
  char* twin = base_ + span_ * static_cast<std::uint64_t>(devices_) + block.first_page;
  madvise(twin, block.mapped, MADV_DONTNEED);
  mprotect(twin, block.mapped, PROT_NONE);
  handles_.erase(block.handle);
  blocks_.erase(block.start);
  return true;
}

char* Memory::twin(int device, const void* memory, std::int64_t offset, std::uint64_t bytes) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::int64_t inside = 0;
  const Block* block = find(memory, &inside);
  if (block == nullptr || device_of_offset(block->start) != device) return nullptr;
  inside += offset;
  if (inside < 0 || static_cast<std::uint64_t>(inside) > block->bytes) return nullptr;
  if (bytes > block->bytes - static_cast<std::uint64_t>(inside)) return nullptr;
  return base_ + span_ * static_cast<std::uint64_t>(devices_) + block->start + inside;
}

int Memory::device_of(const void* memory) const {
  if (base_ == nullptr) return -1;
  if (names_ == Names::kHandles) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::int64_t inside = 0;
    const Block* block = find(memory, &inside);
    return block != nullptr ? device_of_offset(block->start) : -1;
  }
  if (number(memory) < number(base_)) return -1;
  const std::uint64_t device = (number(memory) - number(base_)) / span_;
  return device < static_cast<std::uint64_t>(devices_) ? static_cast<int>(device) : -1;
}

}  // namespace sy::simulator
