// The host's side of a device kind: a plugin's sy_backend, and the state of each of its devices.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "switchyard/abi/backend.h"
#include "switchyard/core/caching_allocator.h"
#include "switchyard/core/device.h"
#include "switchyard/core/error.h"

namespace sy {

class Plugin;  // loader/plugin.h

/// One device. Lives as long as the process.
struct DeviceState {
  Device device;
  sy_device_info info{};
  std::unique_ptr<CachingAllocator> allocator;
  std::atomic<bool> lost{false};
  std::atomic<bool> has_pending{false};

  /// Keeps an asynchronous error until the next synchronisation; the first one stands.
  void report(sy_status code, const std::string& message);
  /// Returns and clears the pending error; a lost device keeps its error.
  absl::Status take_pending();

 private:
  std::mutex mutex_;
  absl::Status pending_;
  absl::Status lost_status_;
};

/// A registered backend. The table is a copy padded with zeros, so that a slot beyond the plugin's size reads as NULL.
class Backend {
 public:
  Backend(std::uint16_t id, const sy_backend& table, Plugin* plugin);

  std::uint16_t id() const { return id_; }
  const sy_backend& table() const { return table_; }
  Plugin* plugin() const { return plugin_; }
  bool host_memory() const { return table_.flags & SY_BACKEND_HOST_MEMORY; }
  bool synchronous() const { return table_.flags & SY_BACKEND_SYNCHRONOUS; }
  bool opaque_memory() const { return table_.flags & SY_BACKEND_OPAQUE_MEMORY; }

  /// Number of devices; starts the driver on first use. 0 when that fails: see device_count_error.
  std::int32_t device_count() {
    std::int32_t count = count_.load(std::memory_order_acquire);
    return count >= 0 ? count : start();
  }
  absl::Status device_count_error();
  /// The device's state, or an error that names what exists.
  absl::StatusOr<DeviceState*> device(std::int16_t index);
  /// As device(), for an index that is known to be valid.
  DeviceState& known_device(std::int16_t index) { return *devices_[index]; }

  /// False once the backend's plugin was unloaded (live tensors keep their memory, new calls are refused) and, where it
  /// has streams and was started, in a forked child.
  bool alive() const { return state_.load(std::memory_order_acquire) == State::kAlive; }
  void retire() { state_.store(State::kUnloaded, std::memory_order_release); }
  /// Why calls are refused.
  absl::Status refusal() const;

 private:
  enum class State : std::uint8_t { kAlive, kUnloaded, kForked };

  std::int32_t start();
  void find_devices();
  static void after_fork();
  friend absl::Status register_backend(const sy_backend& table, Plugin* plugin, std::uint32_t* id);

  std::uint16_t id_;
  sy_backend table_{};
  Plugin* plugin_;
  std::once_flag started_;
  std::atomic<std::int32_t> count_{-1};  // devices, once started
  absl::Status start_status_;
  std::vector<std::unique_ptr<DeviceState>> devices_;
  std::atomic<State> state_{State::kAlive};
};

namespace detail {
inline constexpr std::size_t kMaxBackends = 1024;
extern std::atomic<Backend*> backends[kMaxBackends];
}  // namespace detail

/// The backend of that id, or nullptr while no plugin brought it. Lock-free.
inline Backend* find_backend(std::uint16_t id) {
  return id < detail::kMaxBackends ? detail::backends[id].load(std::memory_order_acquire) : nullptr;
}
/// Loads the plugins if that has not happened, then finds the device; the error names what is there.
absl::StatusOr<DeviceState*> find_device(Device device);
/// As find_device, throwing sy::Error.
DeviceState& device_state(Device device);
Backend& backend_of(Device device);
/// Takes over a plugin's table. Fails when the name is malformed or a live backend has it, or a required slot is NULL.
/// One of a plugin inside its init is not seen before publish_backends: its kernels are not there yet.
absl::Status register_backend(const sy_backend& table, Plugin* plugin, std::uint32_t* id);
/// Shows what the plugin registered in its init, or drops it where that failed.
void publish_backends(const Plugin* plugin, bool initialised);

/// How many threads the CPU plugin (and every other one that knows the setting) uses; throws sy::Error below 1.
void set_num_threads(int threads);
/// Hands a setting to a backend by name; throws sy::Error where it knows none of that name.
void configure_backend(std::string_view backend, const std::string& key, const std::string& value);

/// Waits for all work of the device; throws its pending error.
void synchronize(Device device);

}  // namespace sy
