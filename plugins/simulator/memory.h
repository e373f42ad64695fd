// Device memory that the host cannot touch: addresses given out lie in a reservation without access; the bytes are a
// twin of it at a constant distance, which only the simulator itself uses.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "switchyard/abi/types.h"

namespace sy::simulator {

/// The memory of all devices. Thread-safe. Never destroyed.
class Memory {
 public:
  /// Reserves addresses; devices have bytes_per_device each. ok() is false where the system refuses.
  Memory(int devices, std::uint64_t bytes_per_device);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  bool ok() const { return base_ != nullptr; }
  std::uint64_t bytes_per_device() const { return span_; }

  /// A block with at least one unmapped page behind it, aligned to kAlignment; NULL when the device is full.
  void* alloc(int device, std::uint64_t bytes);
  /// False where memory is no block of that device. From then on its bytes fault for the simulator too.
  bool free(int device, void* memory);

  /// The twin of [address, address + bytes), or NULL unless it lies within one living block of that device.
  char* twin(int device, const void* address, std::uint64_t bytes) const;
  /// The device in whose range the address lies, or -1.
  int device_of(const void* address) const;

  static constexpr std::uint64_t kAlignment = 64;

 private:
  struct Block {
    std::uint64_t first_page;  // offset
    std::uint64_t mapped;      // bytes, without the guard
    std::uint64_t start;       // offset of the address given out
    std::uint64_t bytes;
  };

  char* base_ = nullptr;  // devices * span_ bytes of addresses, then as many of twin
  int devices_ = 0;
  std::uint64_t span_ = 0;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Block> blocks_;  // living, by start
};

}  // namespace sy::simulator
