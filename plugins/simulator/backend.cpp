#include "backend.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "capture.h"
#include "simulator.h"
#include "subgraph.h"
#include "switchyard/sdk/status.h"

namespace sy::simulator {

namespace {

Mode kModes[] = {Mode::kPointers, Mode::kOpaque};  // what the tables' self points to

Event& event_of(sy_event handle) { return *reinterpret_cast<Event*>(handle); }

sy_status device_count(void* self, std::int32_t* count) {
  return with_simulator(self, [&](Simulator& s) { *count = s.num_devices(); });
}

sy_status device_info(void* self, std::int32_t device, sy_device_info* info) {
  return with_simulator(self, [&](Simulator& s) {
    if (device < 0 || device >= s.num_devices())
      throw sdk::Error(SY_INVALID_ARGUMENT, "%s: no device %d", s.name(), device);
    std::snprintf(info->name, sizeof info->name, "simulated accelerator %d%s", device,
                  s.mode() == Mode::kOpaque ? ", opaque memory" : "");
    info->total_memory = s.memory().bytes_per_device();
    info->max_block = s.memory().bytes_per_device() / 2;
    info->alignment = Memory::kAlignment;
    info->padding = 0;
    info->dtype_mask = (1u << SY_NUM_STANDARD_DTYPES) - 1;
  });
}

sy_status alloc(void* self, std::int32_t device, std::uint32_t kind, std::uint64_t bytes, void** memory) {
  return with_simulator(self, [&](Simulator& s) {
    *memory = nullptr;
    s.require_alive(device);
    if (kind == SY_MEMORY_MANAGED) throw sdk::Error(SY_UNSUPPORTED, "%s: no managed memory", s.name());
    const bool refused = s.faults().alloc.strikes();
    if (kind == SY_MEMORY_PINNED) {
      if (!refused && bytes < SIZE_MAX / 2) {
        *memory = ::operator new (static_cast<std::size_t>(bytes), std::align_val_t{Memory::kAlignment}, std::nothrow);
      }
    } else if (!refused) {
      *memory = s.memory().alloc(device, bytes);
    }
    if (*memory == nullptr) {
      throw sdk::Error(SY_OUT_OF_MEMORY, "%s:%d has no block of %llu bytes left", s.name(), device,
                       static_cast<unsigned long long>(bytes));
    }
  });
}

/// Waits for the device first: queued work may still use the block.
sy_status free_memory(void* self, std::int32_t device, std::uint32_t kind, void* memory) {
  return with_simulator(self, [&](Simulator& s) {
    s.drain(device);
    if (kind == SY_MEMORY_PINNED) {
      ::operator delete (memory, std::align_val_t{Memory::kAlignment});
    } else if (memory != nullptr && !s.memory().free(device, memory)) {
      throw sdk::Error(SY_INVALID_ARGUMENT, "%s:%d: freed memory is no block of it", s.name(), device);
    }
  });
}

sy_status stream_create(void* self, std::int32_t device, sy_stream* stream) {
  return with_simulator(self, [&](Simulator& s) {
    s.require_alive(device);
    *stream = s.create_stream(device);
  });
}

sy_status stream_destroy(void* self, std::int32_t device, sy_stream stream) {
  return with_simulator(self, [&](Simulator& s) { s.destroy_stream(device, stream); });
}

sy_status stream_synchronize(void* self, std::int32_t device, sy_stream stream) {
  return with_simulator(self, [&](Simulator& s) { s.stream(device, stream).drain(); });
}

sy_status event_create(void* self, std::int32_t, sy_event* event) {
  return with_simulator(self, [&](Simulator&) { *event = reinterpret_cast<sy_event>(new Event()); });
}

sy_status event_destroy(void* self, std::int32_t, sy_event event) {
  return with_simulator(self, [&](Simulator&) { delete &event_of(event); });
}

sy_status event_record(void* self, std::int32_t device, sy_event event, sy_stream stream) {
  return with_simulator(self, [&](Simulator& s) { event_of(event).record(s.stream(device, stream)); });
}

sy_status event_wait(void* self, std::int32_t device, sy_event event, sy_stream stream) {
  return with_simulator(self, [&](Simulator& s) {
    if (const auto marker = event_of(event).marker()) s.stream(device, stream).push_once([marker] { marker->wait(); });
  });
}

sy_status event_synchronize(void* self, std::int32_t, sy_event event) {
  return with_simulator(self, [&](Simulator&) {
    if (const auto marker = event_of(event).marker()) marker->wait();
  });
}

sy_status event_query(void* self, std::int32_t, sy_event event, std::int32_t* done) {
  return with_simulator(self, [&](Simulator&) {
    const auto marker = event_of(event).marker();
    *done = marker == nullptr || marker->is_set() ? 1 : 0;
  });
}

char* device_bytes(Simulator& s, int device, const void* base, std::uint64_t offset, std::uint64_t bytes) {
  char* twin = s.memory().twin(device, base, static_cast<std::int64_t>(offset), bytes);
  if (twin == nullptr) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "%s:%d: a copy of %llu bytes reaches outside of its block", s.name(), device,
                     static_cast<unsigned long long>(bytes));
  }
  return twin;
}

sy_status copy(void* self, const sy_copy* c) {
  return with_simulator(self, [&](Simulator& s) {
    if (c->bytes == 0) return;
    const bool from_host = c->kind == SY_COPY_HOST_TO_DEVICE;
    const bool to_host = c->kind == SY_COPY_DEVICE_TO_HOST;
    if (!from_host) s.require_alive(c->src_device);
    if (!to_host) s.require_alive(c->dst_device);
    if (s.faults().copy.strikes()) {
      throw sdk::Error(SY_INTERNAL, "%s: the copy of %llu bytes failed, as its settings ask", s.name(),
                       static_cast<unsigned long long>(c->bytes));
    }
    const char* src = from_host ? static_cast<const char*>(c->src) + c->src_offset
                                : device_bytes(s, c->src_device, c->src, c->src_offset, c->bytes);
    char* dst = to_host ? static_cast<char*>(c->dst) + c->dst_offset
                        : device_bytes(s, c->dst_device, c->dst, c->dst_offset, c->bytes);
    const auto bytes = static_cast<std::size_t>(c->bytes);
    const int device = to_host ? c->src_device : c->dst_device;
    const bool within = c->kind == SY_COPY_DEVICE_TO_DEVICE && c->src_device == c->dst_device;
    s.push(
        device, s.stream(device, c->stream), [=] { std::memmove(dst, src, bytes); }, within);
  });
}

/// Errors of queued work went to the host when they happened.
sy_status synchronize(void* self, std::int32_t device) {
  return with_simulator(self, [&](Simulator& s) {
    s.drain(device);
    s.require_alive(device);
  });
}

sy_status configure(void* self, const char* key, const char* value) {
  // Asked of every backend, so that it must not start this one, nor fail in a forked child.
  if (std::strcmp(key, "num_threads") == 0) return SY_NOT_FOUND;
  return with_simulator(self, [&](Simulator& s) { s.configure(key, value); });
}

const void* extension(void*, const char* name, std::uint32_t version) {
  if (std::strcmp(name, SY_CAPTURE_NAME) == 0 && version == SY_CAPTURE_VERSION) return &kCapture;
  if (std::strcmp(name, SY_SUBGRAPH_NAME) == 0 && version == SY_SUBGRAPH_VERSION) return &kCompiler;
  return nullptr;
}

constexpr sy_backend make_backend(Mode mode) {
  sy_backend b{};
  b.size = sizeof(sy_backend);
  const bool opaque = mode == Mode::kOpaque;
  b.name = opaque ? SIMULATOR_NAME "_opaque" : SIMULATOR_NAME;
  b.flags = opaque ? SY_BACKEND_OPAQUE_MEMORY : 0;
  b.self = &kModes[static_cast<int>(mode)];
  b.description = opaque ? "reference's kernels behind streams, and memory that has handles instead of addresses"
                         : "reference's kernels behind an accelerator's memory and streams";
  b.dlpack_type = 12;
  b.device_count = &device_count;
  b.device_info = &device_info;
  b.alloc = &alloc;
  b.free = &free_memory;
  b.stream_create = &stream_create;
  b.stream_destroy = &stream_destroy;
  b.stream_synchronize = &stream_synchronize;
  b.event_create = &event_create;
  b.event_destroy = &event_destroy;
  b.event_record = &event_record;
  b.event_wait = &event_wait;
  b.event_synchronize = &event_synchronize;
  b.event_query = &event_query;
  b.copy = &copy;
  b.synchronize = &synchronize;
  b.configure = &configure;
  b.extension = &extension;
  return b;
}

}  // namespace

constexpr sy_backend kBackends[] = {make_backend(Mode::kPointers), make_backend(Mode::kOpaque)};

}  // namespace sy::simulator
