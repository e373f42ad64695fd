// The simulated machine: its devices' memory and streams. One per process, made when first asked for, never destroyed.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "memory.h"
#include "stream.h"
#include "switchyard/abi/plugin.h"

namespace sy::simulator {

/// Settings, from the environment: SWITCHYARD_SIMULATOR_DEVICES (2), SWITCHYARD_SIMULATOR_MEMORY (bytes per device, 4
/// GiB), SWITCHYARD_SIMULATOR_DELAY_US (0: before each task, so that missing synchronisation shows).
class Simulator {
 public:
  /// Starts nothing but the reservation of addresses. Throws sdk::Error in a process that was forked from one which had
  /// started, and where addresses are refused.
  static Simulator& get();

  int num_devices() const { return static_cast<int>(devices_.size()); }
  Memory& memory() { return *memory_; }
  std::atomic<std::int64_t>& delay_us() { return delay_us_; }

  /// The stream of a handle; 0 is the device's default stream. Throws sdk::Error where there is none.
  Stream& stream(int device, sy_stream handle);
  sy_stream create_stream(int device);
  void destroy_stream(int device, sy_stream handle);
  /// Waits for all work of one device.
  void drain(int device);

  /// Pushes a task, after the delay that is set.
  void push(Stream& stream, std::function<void()> task);

 private:
  struct Device {
    std::mutex mutex;
    std::unique_ptr<Stream> default_stream;
    std::set<Stream*> streams;
  };

  Simulator();
  Device& device(int index);

  std::unique_ptr<Memory> memory_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::atomic<std::int64_t> delay_us_{0};
};

/// What the host gave at load: its services, and this backend's id. Set once, in init.
struct Host {
  const sy_host* services = nullptr;
  std::uint32_t backend = 0;
};
Host& host();

}  // namespace sy::simulator
