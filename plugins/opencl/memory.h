// Device memory as opaque handles, and copies.
#pragma once

#include <cstdint>

#include "opencl.h"
#include "switchyard/abi/backend.h"

namespace sy::opencl {

class Device;

/// A block of device memory is a cl_mem: OpenCL 1.2 has no device pointers. Where a tensor begins within one is its
/// byte offset.
inline cl_mem as_buffer(const void* handle) { return static_cast<cl_mem>(const_cast<void*>(handle)); }

/// Throw sdk::Error. kind: SY_MEMORY_DEVICE or SY_MEMORY_PINNED.
void* alloc(Device& device, std::uint32_t kind, std::uint64_t bytes);
/// The driver keeps the block until the commands that use it have finished.
void free(Device& device, std::uint32_t kind, void* memory);
void copy(const sy_copy& copy);

}  // namespace sy::opencl
