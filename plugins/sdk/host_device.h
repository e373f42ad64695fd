// A ready-made backend whose device is host memory: work is done when a call returns, so streams and events are names
// alone.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>

#if defined(__unix__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "switchyard/abi/backend.h"

namespace sy::sdk {

/// Functions of the table that host_backend makes; take one and replace others to vary it.
struct HostDevice {
  static constexpr std::uint32_t kAlignment = 64;
  static constexpr std::uint32_t kPadding = 64;

  static sy_status device_count(void*, std::int32_t* count) {
    *count = 1;
    return SY_OK;
  }
  static sy_status device_info(void*, std::int32_t device, sy_device_info* info) {
    if (device != 0) return SY_INVALID_ARGUMENT;
    std::snprintf(info->name, sizeof info->name, "host memory");
    info->total_memory = 0;
#if defined(__unix__) && defined(_SC_PHYS_PAGES)
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_size = sysconf(_SC_PAGE_SIZE);
    if (pages > 0 && page_size > 0) info->total_memory = static_cast<std::uint64_t>(pages) * page_size;
#endif
    info->max_block = 0;
    info->alignment = kAlignment;
    info->padding = kPadding;
    info->dtype_mask = (1u << SY_NUM_STANDARD_DTYPES) - 1;
    return SY_OK;
  }
  static sy_status alloc(void*, std::int32_t, std::uint32_t, std::uint64_t bytes, void** memory) {
    *memory = nullptr;
    if (bytes > SIZE_MAX / 2) return SY_OUT_OF_MEMORY;
    *memory = ::operator new (static_cast<std::size_t>(bytes) + kPadding, std::align_val_t{kAlignment}, std::nothrow);
    if (*memory == nullptr) return SY_OUT_OF_MEMORY;
    prefer_large_pages(*memory, static_cast<std::size_t>(bytes));
    return SY_OK;
  }
  /// Asks the system for large pages where a block spans several: passing over it misses fewer page table entries, and
  /// touching it for the first time faults less often.
  static void prefer_large_pages(void* memory, std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    constexpr std::size_t kLarge = std::size_t{1} << 22;
    if (bytes < kLarge) return;
    const std::uintptr_t page = static_cast<std::uintptr_t>(sysconf(_SC_PAGE_SIZE));
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(memory) + bytes;
    const std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // a refusal changes nothing
#else
    static_cast<void>(memory);
    static_cast<void>(bytes);
#endif
  }
  static sy_status free(void*, std::int32_t, std::uint32_t, void* memory) {
    ::operator delete (memory, std::align_val_t{kAlignment});
    return SY_OK;
  }
  static sy_status create(void*, std::int32_t, std::uint64_t* handle) {
    *handle = 0;
    return SY_OK;
  }
  static sy_status done(void*, std::int32_t, std::uint64_t) { return SY_OK; }
  static sy_status done_pair(void*, std::int32_t, sy_event, sy_stream) { return SY_OK; }
  static sy_status event_query(void*, std::int32_t, sy_event, std::int32_t* is_done) {
    *is_done = 1;
    return SY_OK;
  }
  static sy_status copy(void*, const sy_copy* c) {
    if (c->bytes == 0) return SY_OK;
    std::memmove(static_cast<char*>(c->dst) + c->dst_offset, static_cast<const char*>(c->src) + c->src_offset,
                 static_cast<std::size_t>(c->bytes));
    return SY_OK;
  }
  static sy_status synchronize(void*, std::int32_t) { return SY_OK; }
};

/// The table of a backend of that name with one device in host memory. Constant-initialises.
constexpr sy_backend host_backend(const char* name, const char* description) {
  sy_backend b{};
  b.size = sizeof(sy_backend);
  b.flags = SY_BACKEND_HOST_MEMORY | SY_BACKEND_SYNCHRONOUS;
  b.name = name;
  b.description = description;
  b.dlpack_type = 1;  // kDLCPU
  b.device_count = &HostDevice::device_count;
  b.device_info = &HostDevice::device_info;
  b.alloc = &HostDevice::alloc;
  b.free = &HostDevice::free;
  b.stream_create = &HostDevice::create;
  b.stream_destroy = &HostDevice::done;
  b.stream_synchronize = &HostDevice::done;
  b.event_create = &HostDevice::create;
  b.event_destroy = &HostDevice::done;
  b.event_record = &HostDevice::done_pair;
  b.event_wait = &HostDevice::done_pair;
  b.event_synchronize = &HostDevice::done;
  b.event_query = &HostDevice::event_query;
  b.copy = &HostDevice::copy;
  b.synchronize = &HostDevice::synchronize;
  return b;
}

}  // namespace sy::sdk
