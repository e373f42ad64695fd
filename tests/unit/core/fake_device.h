// A backend in host memory that writes down what the host asks of it, and fails on demand.
#pragma once

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "switchyard/abi/backend.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/strings.h"

namespace sy {

/// Backends and what points to them live as long as the process; kept where leak checkers find it.
template <typename T, typename... Args>
T& immortal(Args&&... args) {
  static auto* kept = new std::vector<std::unique_ptr<T>>;
  kept->push_back(std::make_unique<T>(std::forward<Args>(args)...));
  return *kept->back();
}

struct FakeDevice {
  static constexpr std::uint32_t kHost = SY_BACKEND_HOST_MEMORY | SY_BACKEND_SYNCHRONOUS;
  static constexpr std::uint32_t kStreams = 0;

  sy_backend table{};
  std::int32_t devices = 1;
  std::vector<std::string> log;           // stream, event and copy calls in order
  std::map<void*, std::uint64_t> blocks;  // handed out
  std::uint64_t held = 0, capacity = ~std::uint64_t{0};
  int alloc_calls = 0, frees = 0, synchronizations = 0;
  sy_status alloc_status = SY_OK, count_status = SY_OK, wait_status = SY_OK, configure_status = SY_OK;
  bool event_done = false;
  std::uint64_t next_handle = 0;

  explicit FakeDevice(const char* name, std::uint32_t flags = kHost) {
    table.size = sizeof(sy_backend);
    table.flags = flags;
    table.name = name;
    table.description = "a device for tests";
    table.dlpack_type = flags & SY_BACKEND_HOST_MEMORY ? 1 : 12;
    table.self = this;
    table.device_count = [](void* s, std::int32_t* n) {
      *n = of(s).devices;
      return of(s).count_status == SY_OK ? SY_OK : leave_abi_error(of(s).count_status, "the driver is too old");
    };
    table.alloc = [](void* s, std::int32_t, std::uint32_t, std::uint64_t bytes, void** memory) {
      return of(s).alloc(bytes, memory);
    };
    table.free = [](void* s, std::int32_t, std::uint32_t, void* memory) {
      FakeDevice& f = of(s);
      ++f.frees;
      f.held -= f.blocks.at(memory);
      f.blocks.erase(memory);
      std::free(memory);
      return SY_OK;
    };
    table.stream_create = [](void* s, std::int32_t, sy_stream* h) { return of(s).create("stream", h); };
    table.stream_destroy = [](void* s, std::int32_t, sy_stream h) { return of(s).note("destroy stream ", h); };
    table.stream_synchronize = [](void* s, std::int32_t, sy_stream h) { return of(s).note("synchronize ", h); };
    table.event_create = [](void* s, std::int32_t, sy_event* h) { return of(s).create("event", h); };
    table.event_destroy = [](void* s, std::int32_t, sy_event h) { return of(s).note("destroy event ", h); };
    table.event_record = [](void* s, std::int32_t, sy_event e, sy_stream h) {
      return of(s).note("record ", e, " on ", h);
    };
    table.event_wait = [](void* s, std::int32_t, sy_event e, sy_stream h) {
      of(s).note("wait ", e, " on ", h);
      return of(s).wait_status;
    };
    table.event_synchronize = [](void* s, std::int32_t, sy_event e) { return of(s).note("synchronize event ", e); };
    table.event_query = [](void* s, std::int32_t, sy_event, std::int32_t* done) {
      *done = of(s).event_done;
      return SY_OK;
    };
    table.copy = [](void* s, const sy_copy* c) {
      std::memmove(static_cast<char*>(c->dst) + c->dst_offset, static_cast<const char*>(c->src) + c->src_offset,
                   c->bytes);
      return of(s).note("copy ", c->bytes, " kind ", c->kind, " on ", c->stream);
    };
    table.synchronize = [](void* s, std::int32_t) {
      ++of(s).synchronizations;
      return SY_OK;
    };
    table.configure = [](void* s, const char* key, const char* value) {
      of(s).note(key, "=", value);
      return of(s).configure_status;
    };
  }

 private:
  static FakeDevice& of(void* self) { return *static_cast<FakeDevice*>(self); }
  template <typename... Parts>
  sy_status note(const Parts&... parts) {
    log.push_back(str_cat(parts...));
    return SY_OK;
  }
  sy_status create(const char* what, std::uint64_t* handle) {
    *handle = ++next_handle;
    return note("create ", what, " ", *handle);
  }
  sy_status alloc(std::uint64_t bytes, void** memory) {
    ++alloc_calls;
    if (alloc_status != SY_OK) return leave_abi_error(alloc_status, "the device is busy");
    if (bytes > capacity || held > capacity - bytes) return SY_OUT_OF_MEMORY;
    *memory = std::malloc(bytes);
    if (*memory == nullptr) return SY_OUT_OF_MEMORY;
    held += bytes;
    blocks[*memory] = bytes;
    return SY_OK;
  }
};

/// A device of this name that the host knows from now on; it lives as long as the program.
inline FakeDevice& registered(const char* name, std::uint32_t flags = FakeDevice::kStreams, int devices = 1) {
  FakeDevice& fake = immortal<FakeDevice>(name, flags);
  fake.devices = devices;
  throw_if_error(register_backend(fake.table, nullptr, nullptr));
  return fake;
}

}  // namespace sy
