#include "switchyard/core/stream.h"

#include <vector>

#include "switchyard/core/backend_call.h"

namespace sy {
namespace {

constinit thread_local std::vector<Stream>* t_streams [[gnu::tls_model("initial-exec")]] =
    nullptr;  // those that differ from the default
struct StreamsOwner {
  std::vector<Stream> streams;
  StreamsOwner() { t_streams = &streams; }
  ~StreamsOwner() { t_streams = nullptr; }
};

}  // namespace

Stream Stream::create(Device device) {
  Backend& backend = backend_of(device);
  Stream stream(device);
  if (backend.table().stream_create == nullptr) return stream;  // synchronous: one queue is as good as many
  sy_stream handle = 0;
  call_backend(backend, "stream_create", device,
               [&](const sy_backend& t, void* self) { return t.stream_create(self, device.index(), &handle); });
  stream.handle_ = std::shared_ptr<const sy_stream>(new sy_stream(handle), [&backend, device](const sy_stream* s) {
    give_back(backend, [&](const sy_backend& t, void* self) {
      if (t.stream_synchronize != nullptr) t.stream_synchronize(self, device.index(), *s);
      take_abi_error();  // a lost device does nothing any more
      backend.known_device(device.index()).allocator->retire_stream(*s);
      t.stream_destroy(self, device.index(), *s);
    });
    delete s;
  });
  return stream;
}

Stream Stream::wrap(Device device, void* native) {
  Backend& backend = backend_of(device);
  if (backend.table().stream_wrap == nullptr) {
    fail(ErrorCode::kUnsupported, "stream_wrap: backend ", device.backend_name(), " cannot wrap native streams");
  }
  sy_stream handle = 0;
  call_backend(backend, "stream_wrap", device,
               [&](const sy_backend& t, void* self) { return t.stream_wrap(self, device.index(), native, &handle); });
  Stream stream(device);
  stream.handle_ = std::make_shared<const sy_stream>(handle);
  return stream;
}

void* Stream::native() const {
  Backend& backend = backend_of(device_);
  if (backend.table().stream_native == nullptr) {
    fail(ErrorCode::kUnsupported, "stream_native: backend ", device_.backend_name(), " has no native streams");
  }
  void* native = nullptr;
  call_backend(backend, "stream_native", device_, [&](const sy_backend& t, void* self) {
    return t.stream_native(self, device_.index(), handle(), &native);
  });
  return native;
}

void Stream::synchronize() const {
  Backend& backend = backend_of(device_);
  if (backend.table().stream_synchronize != nullptr) {
    call_backend(backend, "stream_synchronize", device_, [&](const sy_backend& t, void* self) {
      return t.stream_synchronize(self, device_.index(), handle());
    });
  }
  throw_if_error(device_state(device_).take_pending());
}

void Event::record(const Stream& stream) {
  Backend& backend = backend_of(stream.device());
  device_ = stream.device();
  backend_ = &backend;
  handle_.reset();
  if (backend.table().event_create == nullptr) return;
  Device device = device_;
  sy_event handle = 0;
  call_backend(backend, "event_create", device,
               [&](const sy_backend& t, void* self) { return t.event_create(self, device.index(), &handle); });
  handle_ = std::shared_ptr<const sy_event>(new sy_event(handle), [&backend, device](const sy_event* e) {
    give_back(backend, [&](const sy_backend& t, void* self) { t.event_destroy(self, device.index(), *e); });
    delete e;
  });
  call_backend(backend, "event_record", device, [&](const sy_backend& t, void* self) {
    return t.event_record(self, device.index(), handle, stream.handle());
  });
}

void Event::wait(const Stream& stream) const {
  if (!handle_) return;
  if (stream.device().backend() != device_.backend()) return synchronize();
  call_backend(*backend_, "event_wait", device_, [&](const sy_backend& t, void* self) {
    return t.event_wait(self, stream.device().index(), *handle_, stream.handle());
  });
}

void Event::synchronize() const {
  if (!handle_) return;
  call_backend(*backend_, "event_synchronize", device_,
               [&](const sy_backend& t, void* self) { return t.event_synchronize(self, device_.index(), *handle_); });
}

bool Event::query() const {
  if (!handle_) return true;
  Backend& backend = *backend_;
  if (backend.table().event_query == nullptr) {
    synchronize();
    return true;
  }
  std::int32_t done = 0;
  call_backend(backend, "event_query", device_,
               [&](const sy_backend& t, void* self) { return t.event_query(self, device_.index(), *handle_, &done); });
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
