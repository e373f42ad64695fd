#include "memory.h"

#include <map>
#include <mutex>
#include <vector>

#include "device.h"
#include "host.h"

namespace sy::opencl {

namespace {

cl_mem create(Device& device, cl_mem_flags flags, std::uint64_t bytes) {
  cl_int code = CL_SUCCESS;
  cl_mem memory = clCreateBuffer(device.context(), flags, static_cast<std::size_t>(bytes), nullptr, &code);
  if (code != CL_SUCCESS) {
    check(
        code == CL_INVALID_BUFFER_SIZE ? CL_OUT_OF_RESOURCES : code,
        ("opencl:" + std::to_string(device.index()) + " has no block of " + std::to_string(bytes) + " bytes").c_str());
  }
  return memory;
}

/// Pinned memory is a buffer that stays mapped; the host knows its address alone.
struct Pinned {
  std::mutex mutex;
  std::map<void*, cl_mem> buffers;
};
Pinned& pinned() {
  static Pinned* const instance = new Pinned();
  return *instance;
}

void* alloc_pinned(Device& device, std::uint64_t bytes) {
  cl_mem memory = create(device, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, bytes);
  cl_int code = CL_SUCCESS;
  void* address = clEnqueueMapBuffer(device.queue(0).handle(), memory, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0,
                                     static_cast<std::size_t>(bytes), 0, nullptr, nullptr, &code);
  if (code != CL_SUCCESS) clReleaseMemObject(memory);
  check(code, "clEnqueueMapBuffer");
  const std::lock_guard<std::mutex> lock(pinned().mutex);
  pinned().buffers[address] = memory;
  return address;
}

void free_pinned(Device& device, void* address) {
  cl_mem memory = nullptr;
  {
    const std::lock_guard<std::mutex> lock(pinned().mutex);
    const auto it = pinned().buffers.find(address);
    if (it == pinned().buffers.end()) throw sdk::Error(SY_INVALID_ARGUMENT, "freed memory is no pinned block");
    memory = it->second;
    pinned().buffers.erase(it);
  }
  device.finish();
  clEnqueueUnmapMemObject(device.queue(0).handle(), memory, address, 0, nullptr, nullptr);
  clReleaseMemObject(memory);
}

Queue& queue_of(const sy_copy& c) {
  return Devices::get().at(c.kind == SY_COPY_DEVICE_TO_HOST ? c.src_device : c.dst_device).queue(c.stream);
}

/// Between the devices of two drivers, and within one block where source and target overlap.
void copy_through_host(Queue& from, Queue& to, const sy_copy& c) {
  std::vector<char> staging(static_cast<std::size_t>(c.bytes));
  check(clEnqueueReadBuffer(from.handle(), as_buffer(c.src), CL_TRUE, c.src_offset, staging.size(), staging.data(), 0,
                            nullptr, nullptr),
        "clEnqueueReadBuffer");
  counters().bytes_copied_to_host += c.bytes;
  check(clEnqueueWriteBuffer(to.handle(), as_buffer(c.dst), CL_TRUE, c.dst_offset, staging.size(), staging.data(), 0,
                             nullptr, nullptr),
        "clEnqueueWriteBuffer");
}

void copy_overlapping(Queue& queue, const sy_copy& c) {
  cl_mem staging = create(queue.device(), CL_MEM_READ_WRITE, c.bytes);
  cl_int code =
      clEnqueueCopyBuffer(queue.handle(), as_buffer(c.src), staging, c.src_offset, 0, c.bytes, 0, nullptr, nullptr);
  if (code == CL_SUCCESS) {
    code =
        clEnqueueCopyBuffer(queue.handle(), staging, as_buffer(c.dst), 0, c.dst_offset, c.bytes, 0, nullptr, nullptr);
  }
  clReleaseMemObject(staging);
  check(code, "clEnqueueCopyBuffer");
}

void copy_within(Queue& queue, const sy_copy& c) {
  Device& src = Devices::get().at(c.src_device);
  Device& dst = Devices::get().at(c.dst_device);
  if (src.context() != dst.context()) return copy_through_host(src.queue(0), queue, c);
  if (c.src == c.dst) {
    if (c.src_offset == c.dst_offset) return;
    const std::uint64_t low = c.src_offset < c.dst_offset ? c.src_offset : c.dst_offset;
    const std::uint64_t high = c.src_offset < c.dst_offset ? c.dst_offset : c.src_offset;
    if (high - low < c.bytes) return copy_overlapping(queue, c);
  }
  check(clEnqueueCopyBuffer(queue.handle(), as_buffer(c.src), as_buffer(c.dst), c.src_offset, c.dst_offset, c.bytes, 0,
                            nullptr, nullptr),
        "clEnqueueCopyBuffer");
}

}  // namespace

void* alloc(Device& device, std::uint32_t kind, std::uint64_t bytes) {
  if (kind == SY_MEMORY_PINNED) return alloc_pinned(device, bytes);
  if (kind != SY_MEMORY_DEVICE) throw sdk::Error(SY_UNSUPPORTED, "opencl: no memory of kind %u", kind);
  return create(device, CL_MEM_READ_WRITE, bytes);
}

void free(Device& device, std::uint32_t kind, void* memory) {
  if (memory == nullptr) return;
  if (kind == SY_MEMORY_PINNED) return free_pinned(device, memory);
  check(clReleaseMemObject(as_buffer(memory)), "clReleaseMemObject");
}

void copy(const sy_copy& c) {
  if (c.bytes == 0) return;
  Queue& queue = queue_of(c);
  if (c.kind == SY_COPY_HOST_TO_DEVICE) {
    check(clEnqueueWriteBuffer(queue.handle(), as_buffer(c.dst), CL_FALSE, c.dst_offset, c.bytes,
                               static_cast<const char*>(c.src) + c.src_offset, 0, nullptr, nullptr),
          "clEnqueueWriteBuffer");
  } else if (c.kind == SY_COPY_DEVICE_TO_HOST) {
    check(clEnqueueReadBuffer(queue.handle(), as_buffer(c.src), CL_FALSE, c.src_offset, c.bytes,
                              static_cast<char*>(c.dst) + c.dst_offset, 0, nullptr, nullptr),
          "clEnqueueReadBuffer");
    counters().bytes_copied_to_host += c.bytes;
  } else {
    copy_within(queue, c);
  }
  queue.submitted();
}

}  // namespace sy::opencl
