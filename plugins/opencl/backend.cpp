#include "backend.h"

#include <cstdio>
#include <cstring>

#include "device.h"
#include "host.h"
#include "memory.h"

namespace sy::opencl {

namespace {

/// Runs fn(); what it throws becomes a status.
template <typename Fn>
sy_status guarded(Fn&& fn) {
  return sdk::guard(host().services, nullptr, [&]() -> sy_status {
    fn();
    return SY_OK;
  });
}

Event& event_of(sy_event handle) { return *reinterpret_cast<Event*>(handle); }

sy_status device_count(void*, std::int32_t* count) {
  return guarded([&] { *count = Devices::get().count(); });
}

sy_status device_info(void*, std::int32_t device, sy_device_info* info) {
  return guarded([&] {
    Device& d = Devices::get().at(device);
    std::snprintf(info->name, sizeof info->name, "%s", d.name().c_str());
    info->total_memory = device_value<cl_ulong>(d.id(), CL_DEVICE_GLOBAL_MEM_SIZE);
    info->max_block = device_value<cl_ulong>(d.id(), CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    // Of bits; every standard dtype is aligned to what OpenCL promises for its widest vector.
    info->alignment = device_value<cl_uint>(d.id(), CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8;
    info->padding = 0;
    // f16 and bf16 are stored as 16 bits and computed in float, so they need nothing of the device.
    info->dtype_mask = (1u << SY_NUM_STANDARD_DTYPES) - 1;
    if (!d.has_fp64()) info->dtype_mask &= ~(std::uint64_t{1} << SY_F64);
  });
}

sy_status alloc_memory(void*, std::int32_t device, std::uint32_t kind, std::uint64_t bytes, void** memory) {
  return guarded([&] {
    *memory = nullptr;
    *memory = alloc(Devices::get().at(device), kind, bytes);
  });
}

sy_status free_memory(void*, std::int32_t device, std::uint32_t kind, void* memory) {
  return guarded([&] { free(Devices::get().at(device), kind, memory); });
}

sy_status stream_create(void*, std::int32_t device, sy_stream* stream) {
  return guarded([&] { *stream = Devices::get().at(device).create_queue(); });
}

sy_status stream_destroy(void*, std::int32_t device, sy_stream stream) {
  return guarded([&] { Devices::get().at(device).destroy_queue(stream); });
}

sy_status stream_synchronize(void*, std::int32_t device, sy_stream stream) {
  return guarded([&] { Devices::get().at(device).queue(stream).finish(); });
}

sy_status event_create(void*, std::int32_t, sy_event* event) {
  return guarded([&] { *event = reinterpret_cast<sy_event>(new Event()); });
}

sy_status event_destroy(void*, std::int32_t, sy_event event) {
  return guarded([&] { delete &event_of(event); });
}

sy_status event_record(void*, std::int32_t device, sy_event event, sy_stream stream) {
  return guarded([&] { event_of(event).record(Devices::get().at(device).queue(stream)); });
}

sy_status event_wait(void*, std::int32_t device, sy_event event, sy_stream stream) {
  return guarded([&] { event_of(event).make_wait(Devices::get().at(device).queue(stream)); });
}

sy_status event_synchronize(void*, std::int32_t, sy_event event) {
  return guarded([&] { event_of(event).synchronize(); });
}

sy_status event_query(void*, std::int32_t, sy_event event, std::int32_t* done) {
  return guarded([&] { *done = event_of(event).is_done() ? 1 : 0; });
}

sy_status copy_bytes(void*, const sy_copy* c) {
  return guarded([&] { copy(*c); });
}

sy_status synchronize(void*, std::int32_t device) {
  return guarded([&] { Devices::get().at(device).finish(); });
}

/// A cl_command_queue.
sy_status stream_native(void*, std::int32_t device, sy_stream stream, void** native) {
  return guarded([&] { *native = Devices::get().at(device).queue(stream).handle(); });
}

/// "fp64": "on", or "off" to do without it on every device.
sy_status configure(void*, const char* key, const char* value) {
  return guarded([&] {
    if (std::strcmp(key, "fp64") != 0) throw sdk::Error(SY_NOT_FOUND, "opencl: no setting \"%s\"", key);
    const bool on = is_on(value);
    for (int i = 0; i < Devices::get().count(); ++i) Devices::get().at(i).use_fp64(on);
  });
}

void read_counts(sy_opencl_counts* counts) {
  const Counters& c = counters();
  *counts = {c.bytes_copied_to_host, c.bytes_read_by_kernels,  c.programs_built,
             c.programs_from_cache,  c.cache_entries_rejected, c.bytes_read_for_faults};
}

const void* extension(void*, const char* name, std::uint32_t version) {
  static constexpr sy_opencl_statistics kStatistics = {sizeof(sy_opencl_statistics), 0, &read_counts};
  return std::strcmp(name, SY_OPENCL_STATISTICS) == 0 && version == 2 ? &kStatistics : nullptr;
}

constexpr sy_backend make_backend() {
  sy_backend b{};
  b.size = sizeof(sy_backend);
  b.flags = SY_BACKEND_OPAQUE_MEMORY;
  b.name = "opencl";
  b.description = "any device with an OpenCL 1.2 driver";
  b.dlpack_type = 4;  // kDLOpenCL
  b.device_count = &device_count;
  b.device_info = &device_info;
  b.alloc = &alloc_memory;
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
  b.copy = &copy_bytes;
  b.synchronize = &synchronize;
  b.stream_native = &stream_native;
  b.configure = &configure;
  b.extension = &extension;
  return b;
}

}  // namespace

constexpr sy_backend kBackend = make_backend();

}  // namespace sy::opencl
