#include "switchyard/core/storage.h"

#include <vector>

#include "switchyard/core/backend.h"
#include "switchyard/core/free_list.h"

namespace sy {

struct Storage::Extra {
  std::function<void()> deleter;
  Stream owner{Device()};  // keeps the queue alive that the block belongs to
  std::mutex mutex;
  std::vector<Stream> streams;
};

Ref<Storage> Storage::allocate(Device device, std::uint64_t bytes) {
  Backend* backend = find_backend(device.backend());
  DeviceState& state = backend != nullptr && backend->alive() && device.index() < backend->device_count() &&
                               device.index() >= 0
                           ? backend->known_device(device.index())
                           : device_state(device);
  if (state.lost) [[unlikely]] throw_if_error(state.take_pending());
  CachingAllocator::Block block;
  sy_stream stream = current_stream_handle(device);
  throw_if_error(state.allocator->allocate(bytes, stream, &block));
  Storage* s = new (FreeList<Storage>::allocate()) Storage;
  s->device_ = device;
  s->block_.data = block.data;  // one by one, as they were just written: see TensorImpl::copy_abi
  s->block_.bytes = block.bytes;
  s->bytes_ = bytes;
  s->allocator_ = state.allocator.get();
  s->stream_ = stream;
  if (stream != 0) {
    s->extra_ = new Extra;
    s->extra_->owner = current_stream(device);
  }
  return Ref<Storage>::adopt(s);
}

Ref<Storage> Storage::wrap(Device device, void* data, std::uint64_t bytes, std::function<void()> deleter) {
  Storage* s = new (FreeList<Storage>::allocate()) Storage;
  s->device_ = device;
  s->block_ = {data, 0};
  s->bytes_ = bytes;
  if (deleter) {
    s->extra_ = new Extra;
    s->extra_->deleter = std::move(deleter);
  }
  return Ref<Storage>::adopt(s);
}

void Storage::record_use(const Stream& stream) {
  if (stream.handle() == stream_ || allocator_ == nullptr) return;
  static std::mutex make_mutex;
  {
    std::lock_guard lock(make_mutex);
    if (extra_ == nullptr) extra_ = new Extra;
  }
  std::lock_guard lock(extra_->mutex);
  for (const Stream& s : extra_->streams) {
    if (s == stream) return;
  }
  extra_->streams.push_back(stream);
}

void Storage::destroy(Storage* s) {
  if (s->extra_ != nullptr) {
    if (s->extra_->deleter) s->extra_->deleter();
    // The owner's queue waits for every other one that used the block, so that reuse stays in stream order.
    Stream owner = s->stream_ != 0 ? s->extra_->owner : Stream(s->device_);
    for (const Stream& used : s->extra_->streams) {
      try {
        Event event;
        event.record(used);
        event.wait(owner);
      } catch (const Error&) {  // a lost device orders nothing any more
      }
    }
  }
  if (s->allocator_ != nullptr) s->allocator_->free(s->block_, s->stream_);
  delete s->extra_;
  s->~Storage();
  FreeList<Storage>::deallocate(s);
}

}  // namespace sy
