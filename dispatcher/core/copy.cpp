#include "switchyard/core/copy.h"

#include <cstring>
#include <vector>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/capture.h"
#include "switchyard/core/host_scalar.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

/// What is called within comes to its end together: an unload that begins meanwhile waits.
struct Together {
  explicit Together(Backend& backend) : inside(backend.plugin()) {
    if (!inside.allowed()) throw_if_error(backend.refusal());
  }
  InsidePlugin inside;
};

void run_copy(Backend& backend, Device device, std::uint32_t kind, void* dst, std::uint64_t dst_offset,
              std::int32_t dst_device, const void* src, std::uint64_t src_offset, std::int32_t src_device,
              std::uint64_t bytes) {
  sy_copy copy{sizeof(sy_copy), kind,  dst,        dst_offset, src,
               src_offset,      bytes, dst_device, src_device, current_stream_handle(device)};
  throw_if_error(status_from_abi(backend.table().copy(backend.table().self, &copy),
                                 str_cat("copying ", bytes, " bytes, device ", device.str())));
}

void* base(const TensorBase& t) { return t.impl()->abi().view.data; }
std::uint64_t offset(const TensorBase& t) { return t.impl()->abi().view.byte_offset; }
std::uint64_t bytes(const TensorBase& t) { return static_cast<std::uint64_t>(t.numel()) * t.itemsize(); }

void wait(Backend& backend, Device device) {
  if (!backend.synchronous()) Stream(current_stream(device)).synchronize();
}

/// Memory belongs to the stream it was allocated on, and must not be reused before the current one is through with it.
void note_use(const TensorBase& t) {
  if (t.storage()->stream() != current_stream_handle(t.device())) t.storage()->record_use(current_stream(t.device()));
}

}  // namespace

void copy_to_host(const TensorBase& src, void* dst) {
  if (src.numel() == 0) return;
  require(src.is_contiguous() && !src.device().is_meta(), "copy_to_host: expected a contiguous tensor with data, got ",
          describe(src));
  Backend& backend = backend_of(src.device());
  Together together(backend);
  run_copy(backend, src.device(), SY_COPY_DEVICE_TO_HOST, dst, 0, 0, base(src), offset(src), src.device().index(),
           bytes(src));
  wait(backend, src.device());
}

void copy_from_host(const TensorBase& dst, const void* src) {
  if (dst.numel() == 0) return;
  require(dst.is_contiguous() && !dst.device().is_meta(),
          "copy_from_host: expected a contiguous tensor with data, got ", describe(dst));
  Backend& backend = backend_of(dst.device());
  Together together(backend);
  run_copy(backend, dst.device(), SY_COPY_HOST_TO_DEVICE, base(dst), offset(dst), dst.device().index(), src, 0, 0,
           bytes(dst));
  wait(backend, dst.device());
}

void copy_bytes(const TensorBase& dst, const TensorBase& src) {
  if (dst.numel() == 0 || dst.device().is_meta()) return;
  require(!src.device().is_meta(), "a meta tensor has no data to copy to ", dst.device().str());
  Backend& to = backend_of(dst.device());
  Backend& from = backend_of(src.device());
  if (&to == &from) {
    Together together(to);
    if (dst.device() != src.device() && !to.synchronous()) {
      // The copy runs on the destination's stream, which must not overtake the source's producer.
      Event ready;
      ready.record(current_stream(src.device()));
      ready.wait(current_stream(dst.device()));
    }
    run_copy(to, dst.device(), SY_COPY_DEVICE_TO_DEVICE, base(dst), offset(dst), dst.device().index(), base(src),
             offset(src), src.device().index(), bytes(dst));
    if (dst.device() != src.device() && !to.synchronous()) {
      Event done;  // and the source's memory must not be reused before
      done.record(current_stream(dst.device()));
      done.wait(current_stream(src.device()));
    }
    if (to.synchronous()) return;
    if (Capture* capture = Capture::find(dst.device(), current_stream_handle(dst.device()))) {
      capture->keep(dst.storage());
      capture->keep(src.storage());
    } else {
      note_use(dst);
      note_use(src);
    }
    return;
  }
  if (from.host_memory()) {
    wait(from, src.device());
    return copy_from_host(dst, src.raw_data());
  }
  if (to.host_memory()) {
    wait(to, dst.device());
    return copy_to_host(src, dst.raw_data());
  }
  std::vector<char> staging(bytes(dst));
  copy_to_host(src, staging.data());
  copy_from_host(dst, staging.data());
}

Scalar read_scalar(const TensorBase& t) {
  require(t.defined() && t.numel() == 1, "item: expected a tensor of one element, got ", describe(t));
  alignas(8) char buffer[16];
  if (t.device().is_meta()) fail(ErrorCode::kFailedPrecondition, "item: a meta tensor has no data");
  Backend& backend = backend_of(t.device());
  if (backend.host_memory() && backend.synchronous()) return read_element(t.raw_data(), t.dtype());
  TensorBase flat = alias(t, IntArray{}, IntArray{}, t.storage_offset());
  copy_to_host(flat, buffer);
  return read_element(buffer, t.dtype());
}

TensorBase number_tensor(const Scalar& value) {
  TensorBase t = allocate_tensor(IntArray(nullptr, 0), value.is_floating() ? kF64 : value.dtype(), Device());
  write_element(t.raw_data(), t.dtype(), value);
  t.impl()->wrapped_number = true;
  return t;
}

}  // namespace sy
