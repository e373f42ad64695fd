// Device memory that the host cannot touch. What is given out is an address in a reservation without access, or a handle
// that is no address at all; the bytes lie in a twin, which only the simulator itself uses.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>

#include "switchyard/abi/types.h"

namespace sy::simulator {

/// The memory of all devices of a backend. Thread-safe. Never destroyed.
class Memory {
 public:
  enum class Names {
    kAddresses,  // arithmetic is allowed, access is not
    kHandles,    // neither: one more than a handle is no handle, and each is given out once
  };

  /// Reserves addresses; devices have bytes_per_device each. ok() is false where the system refuses.
  Memory(Names names, int devices, std::uint64_t bytes_per_device);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  bool ok() const { return base_ != nullptr; }
  std::uint64_t bytes_per_device() const { return span_; }

  /// A block with at least one unmapped page behind it, aligned to kAlignment; NULL when the device is full.
  void* alloc(int device, std::uint64_t bytes);
  /// False where memory is no block of that device. From then on its bytes fault for the simulator too.
  bool free(int device, void* memory);

  /// The twin of `bytes` bytes that begin `offset` behind memory, or NULL unless they lie within one living block of that
  /// device. A handle must be one that was given out.
  char* twin(int device, const void* memory, std::int64_t offset, std::uint64_t bytes) const;
  /// The device that memory was given out for, or -1.
  int device_of(const void* memory) const;

  static constexpr std::uint64_t kAlignment = 64;

 private:
  struct Block {
    std::uint64_t first_page;  // offset
    std::uint64_t mapped;      // bytes, without the guard
    std::uint64_t start;       // offset of the payload
    std::uint64_t bytes;
    std::uint64_t handle;  // 0: none
  };

  int device_of_offset(std::uint64_t offset) const { return static_cast<int>(offset / span_); }
  /// The living block that memory names or lies in, and how far inside; NULL where there is none. Under the lock.
  const Block* find(const void* memory, std::int64_t* inside) const;

  Names names_;
  char* base_ = nullptr;  // devices * span_ bytes of addresses, then as many of twin
  int devices_ = 0;
  std::uint64_t span_ = 0;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Block> blocks_;                     // living, by start
  std::unordered_map<std::uint64_t, std::uint64_t> handles_;  // living, to start
  std::uint64_t given_out_ = 0;
};

}  // namespace sy::simulator
