#include "switchyard/core/stream.h"

#include <vector>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"

namespace sy {
namespace {

constinit thread_local std::vector<Stream>* t_streams [[gnu::tls_model("initial-exec")]] =
    nullptr;  // those that differ from the default
struct StreamsOwner {
  std::vector<Stream> streams;
  StreamsOwner() { t_streams = &streams; }
  ~StreamsOwner() { t_streams = nullptr; }
};

void check(sy_status code, std::string_view what, Device device) {
  throw_if_error(status_from_abi(code, str_cat(what, " on ", device.str())));
}

Backend& asynchronous_backend(Device device) { return backend_of(device); }

}  // namespace

Stream Stream::create(Device device) {
  Backend& backend = asynchronous_backend(device);
  Stream stream(device);
  if (backend.table().stream_create == nullptr) return stream;  // synchronous: one queue is as good as many
  sy_stream handle = 0;
  check(backend.table().stream_create(backend.table().self, device.index(), &handle), "stream_create", device);
  stream.handle_ = std::shared_ptr<const sy_stream>(new sy_stream(handle), [&backend, device](const sy_stream* s) {
    backend.table().stream_destroy(backend.table().self, device.index(), *s);
    delete s;
  });
  return stream;
}

Stream Stream::wrap(Device device, void* native) {
  Backend& backend = asynchronous_backend(device);
  if (backend.table().stream_wrap == nullptr) {
    fail(ErrorCode::kUnsupported, "stream_wrap: backend ", device.backend_name(), " cannot wrap native streams");
  }
  sy_stream handle = 0;
  check(backend.table().stream_wrap(backend.table().self, device.index(), native, &handle), "stream_wrap", device);
  Stream stream(device);
  stream.handle_ = std::make_shared<const sy_stream>(handle);
  return stream;
}

void* Stream::native() const {
  Backend& backend = asynchronous_backend(device_);
  if (backend.table().stream_native == nullptr) {
    fail(ErrorCode::kUnsupported, "stream_native: backend ", device_.backend_name(), " has no native streams");
  }
  void* native = nullptr;
  check(backend.table().stream_native(backend.table().self, device_.index(), handle(), &native), "stream_native",
        device_);
  return native;
}

void Stream::synchronize() const {
  Backend& backend = backend_of(device_);
  if (backend.table().stream_synchronize != nullptr) {
    check(backend.table().stream_synchronize(backend.table().self, device_.index(), handle()), "stream_synchronize",
          device_);
  }
  throw_if_error(device_state(device_).take_pending());
}

void Event::record(const Stream& stream) {
  Backend& backend = backend_of(stream.device());
  device_ = stream.device();
  handle_.reset();
  if (backend.table().event_create == nullptr) return;
  Device device = device_;
  sy_event handle = 0;
  check(backend.table().event_create(backend.table().self, device.index(), &handle), "event_create", device);
  handle_ = std::shared_ptr<const sy_event>(new sy_event(handle), [&backend, device](const sy_event* e) {
    backend.table().event_destroy(backend.table().self, device.index(), *e);
    delete e;
  });
  check(backend.table().event_record(backend.table().self, device.index(), handle, stream.handle()), "event_record",
        device);
}

void Event::wait(const Stream& stream) const {
  if (!handle_) return;
  if (stream.device().backend() != device_.backend()) return synchronize();
  Backend& backend = backend_of(device_);
  check(backend.table().event_wait(backend.table().self, stream.device().index(), *handle_, stream.handle()),
        "event_wait", device_);
}

void Event::synchronize() const {
  if (!handle_) return;
  Backend& backend = backend_of(device_);
  check(backend.table().event_synchronize(backend.table().self, device_.index(), *handle_), "event_synchronize",
        device_);
}

bool Event::query() const {
  if (!handle_) return true;
  Backend& backend = backend_of(device_);
  if (backend.table().event_query == nullptr) {
    synchronize();
    return true;
  }
  std::int32_t done = 0;
  check(backend.table().event_query(backend.table().self, device_.index(), *handle_, &done), "event_query", device_);
  return done != 0;
}

Stream current_stream(Device device) {
  if (t_streams != nullptr) {
    for (const Stream& s : *t_streams) {
      if (s.device() == device) return s;
    }
  }
  return Stream(device);
}

sy_stream current_stream_handle(Device device) {
  if (t_streams == nullptr) return 0;
  for (const Stream& s : *t_streams) {
    if (s.device() == device) return s.handle();
  }
  return 0;
}

void set_current_stream(const Stream& stream) {
  if (t_streams == nullptr) {
    if (stream.handle() == 0) return;
    thread_local StreamsOwner owner;
    if (t_streams == nullptr) return;  // the thread is ending
  }
  std::erase_if(*t_streams, [&](const Stream& s) { return s.device() == stream.device(); });
  if (stream.handle() != 0) t_streams->push_back(stream);
}

}  // namespace sy
