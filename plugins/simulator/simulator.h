// A simulated machine: its devices' memory, streams and faults. One per backend and process, made when first asked for,
// never destroyed.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "faults.h"
#include "memory.h"
#include "stream.h"
#include "switchyard/abi/plugin.h"
#include "switchyard/sdk/status.h"

// What the devices are called; tests build some of their own.
#if !defined(SIMULATOR_NAME)
#define SIMULATOR_NAME "simulator"
#endif

namespace sy::simulator {

/// The two backends, which differ in what their memory is called by.
enum class Mode { kPointers, kOpaque };
inline constexpr int kNumModes = 2;

/// Settings, by sy_backend.configure or from the environment as SWITCHYARD_SIMULATOR_ and the name in capitals, read when
/// the devices start: DEVICES (2) and MEMORY (bytes per device, 4 GiB), from the environment alone; delay_us, before each
/// task, so that missing synchronisation shows: see Delay; fail_alloc, fail_copy, lose_device, wrong_result: see Faults.
class Simulator {
 public:
  /// Starts nothing but the reservation of addresses. Throws sdk::Error in a process that was forked from one which had
  /// started, and where addresses are refused.
  static Simulator& get(Mode mode);

  Mode mode() const { return mode_; }
  /// "simulator" or "simulator_opaque", unless it was built under another name.
  const char* name() const;
  int num_devices() const { return static_cast<int>(devices_.size()); }
  Memory& memory() { return *memory_; }
  Faults& faults() { return faults_; }
  /// Throws sdk::Error for an unknown key and for a value that makes no sense.
  void configure(const char* key, const char* value);

  /// Throws sdk::Error (SY_DEVICE_LOST) once the device is, and for an index that there is not.
  void require_alive(int device);
  bool is_lost(int device) { return this->device(device).lost; }

  /// The stream of a handle; 0 is the device's default stream. Throws sdk::Error where there is none.
  Stream& stream(int device, sy_stream handle);
  sy_stream create_stream(int device);
  void destroy_stream(int device, sy_stream handle);
  /// Waits for all work of one device, lost or not.
  void drain(int device);

  /// Pushes a task of a device, after the delay that is set. It is dropped where the device is lost before. One that
  /// cannot be recorded is refused where the stream does.
  void push(int device, Stream& stream, std::function<void()> task, bool recordable = true);

 private:
  struct Device {
    std::atomic<bool> lost{false};
    std::mutex mutex;
    std::unique_ptr<Stream> default_stream;
    std::set<Stream*> streams;
  };

  explicit Simulator(Mode mode);
  Device& device(int index);
  void set(const char* key, const char* value);
  /// From now on the device answers no more; the host hears of it.
  void lose(int device);

  Mode mode_;
  std::unique_ptr<Memory> memory_;
  std::vector<std::unique_ptr<Device>> devices_;
  Delay delay_;
  Faults faults_;
};

/// What the host gave at load: its services, and the backends' ids. Set once, in init.
struct Host {
  const sy_host* services = nullptr;
  std::uint32_t backends[kNumModes] = {};
};
Host& host();

/// Runs fn(simulator) for a function of the backend's tables; what it throws becomes a status.
template <typename Fn>
sy_status with_simulator(void* self, Fn&& fn) {
  return sdk::guard(host().services, nullptr, [&]() -> sy_status {
    fn(Simulator::get(*static_cast<const Mode*>(self)));
    return SY_OK;
  });
}

}  // namespace sy::simulator
