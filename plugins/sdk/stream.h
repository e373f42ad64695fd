// Streams, events and memory of a backend that give themselves back. For plugin code that needs its own: a second queue
// within a kernel, a buffer that a plan keeps.
#pragma once

#include <cstdint>
#include <utility>

#include "switchyard/abi/backend.h"
#include "switchyard/sdk/status.h"

namespace sy::sdk {

namespace detail {

inline void check(sy_status status) {
  if (status != SY_OK) throw Error(status);  // the backend left its message with the host
}

}  // namespace detail

/// A queue of a device. Its work is not waited for when it dies: that is the backend's business. On a backend without
/// streams it is the default one, where everything is done at once. All three classes: move-only; functions throw Error;
/// the backend's table must outlive them.
class Stream {
 public:
  Stream(const sy_backend& backend, std::int32_t device) : backend_(&backend), device_(device) {
    if (has(backend_, backend_->stream_create)) {
      detail::check(backend_->stream_create(backend_->self, device, &handle_));
    }
  }
  ~Stream() {
    if (handle_ != 0) backend_->stream_destroy(backend_->self, device_, handle_);
  }
  Stream(Stream&& other) noexcept
      : backend_(other.backend_), device_(other.device_), handle_(std::exchange(other.handle_, 0)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(device_, other.device_);
    std::swap(handle_, other.handle_);
    return *this;
  }

  sy_stream handle() const { return handle_; }
  /// Waits for its work.
  void synchronize() const {
    if (handle_ != 0) detail::check(backend_->stream_synchronize(backend_->self, device_, handle_));
  }

 private:
  const sy_backend* backend_;
  std::int32_t device_;
  sy_stream handle_ = 0;
};

/// A point in a stream. On a backend without events there is never anything to wait for.
class Event {
 public:
  Event(const sy_backend& backend, std::int32_t device) : backend_(&backend), device_(device) {
    if (has(backend_, backend_->event_create)) {
      detail::check(backend_->event_create(backend_->self, device, &handle_));
    }
  }
  ~Event() {
    if (handle_ != 0) backend_->event_destroy(backend_->self, device_, handle_);
  }
  Event(Event&& other) noexcept
      : backend_(other.backend_), device_(other.device_), handle_(std::exchange(other.handle_, 0)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(device_, other.device_);
    std::swap(handle_, other.handle_);
    return *this;
  }

  sy_event handle() const { return handle_; }
  /// Marks what the stream was given so far.
  void record(sy_stream stream) {
    if (handle_ != 0) detail::check(backend_->event_record(backend_->self, device_, handle_, stream));
  }
  /// Later work of the stream starts after what was recorded.
  void wait(sy_stream stream) const {
    if (handle_ != 0) detail::check(backend_->event_wait(backend_->self, device_, handle_, stream));
  }
  void synchronize() const {
    if (handle_ != 0) detail::check(backend_->event_synchronize(backend_->self, device_, handle_));
  }

 private:
  const sy_backend* backend_;
  std::int32_t device_;
  sy_event handle_ = 0;
};

/// A block of a device, straight from the backend. Given back when it dies: whoever still works on it must be waited for.
class Memory {
 public:
  Memory() = default;
  Memory(const sy_backend& backend, std::int32_t device, std::uint64_t bytes, std::uint32_t kind = SY_MEMORY_DEVICE)
      : backend_(&backend), device_(device), kind_(kind), bytes_(bytes) {
    if (bytes != 0) detail::check(backend.alloc(backend.self, device, kind, bytes, &data_));
  }
  ~Memory() {
    if (data_ != nullptr) backend_->free(backend_->self, device_, kind_, data_);
  }
  Memory(Memory&& other) noexcept { swap(other); }
  Memory& operator=(Memory&& other) noexcept {
    swap(other);
    return *this;
  }

  /// The address or the handle; NULL for no bytes.
  void* data() const { return data_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void swap(Memory& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(device_, other.device_);
    std::swap(kind_, other.kind_);
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
  }

  const sy_backend* backend_ = nullptr;
  std::int32_t device_ = 0;
  std::uint32_t kind_ = SY_MEMORY_DEVICE;
  std::uint64_t bytes_ = 0;
  void* data_ = nullptr;
};

}  // namespace sy::sdk
