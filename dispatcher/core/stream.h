// Streams and events: the plugin's, behind handles that own them. The current stream is per thread and device.
#pragma once

#include <memory>

#include "switchyard/abi/types.h"
#include "switchyard/core/device.h"

namespace sy {

class Backend;  // core/backend.h

/// A queue of a device. Copies share it; the last one waits for its work and destroys it. A default-constructed Stream of a device is its
/// default stream. All functions throw sy::Error.
class Stream {
 public:
  explicit Stream(Device device) : device_(device) {}
  /// A new queue, unordered with the others.
  static Stream create(Device device);
  /// Wraps the vendor's own handle, which must outlive it. Unsupported by some backends.
  static Stream wrap(Device device, void* native);

  Device device() const { return device_; }
  sy_stream handle() const { return handle_ ? *handle_ : 0; }
  /// The vendor's own handle of this stream.
  void* native() const;
  /// Waits for this stream's work; throws the device's pending error.
  void synchronize() const;
  friend bool operator==(const Stream& a, const Stream& b) {
    return a.device_ == b.device_ && a.handle() == b.handle();
  }

 private:
  Device device_;
  std::shared_ptr<const sy_stream> handle_;
};

/// A point in a stream. Waiting across two backends goes through the host.
class Event {
 public:
  Event() = default;
  /// Marks the work enqueued on stream so far.
  void record(const Stream& stream);
  /// Later work of stream starts after what was recorded. Nothing recorded: nothing to wait for.
  void wait(const Stream& stream) const;
  void synchronize() const;
  /// True once the recorded work is done.
  bool query() const;

 private:
  Device device_;
  Backend* backend_ = nullptr;  // that made it: another one of that name would not know the handle
  std::shared_ptr<const sy_event> handle_;
};

/// The stream that this thread's calls on device go to.
Stream current_stream(Device device);
/// The handle of current_stream(device), without touching reference counts.
sy_stream current_stream_handle(Device device);
void set_current_stream(const Stream& stream);

/// Makes a stream current for a scope.
class StreamGuard {
 public:
  explicit StreamGuard(const Stream& stream) : previous_(current_stream(stream.device())) {
    set_current_stream(stream);
  }
  ~StreamGuard() { set_current_stream(previous_); }
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

 private:
  Stream previous_;
};

}  // namespace sy
