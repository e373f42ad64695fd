// The simulator behind a device called `planted_device`, with one mistake in its backend, which SWITCHYARD_PLANTED names:
// the suites that look at a device as a whole have to find it. Without a mistake the device passes.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "backend.h"
#include "launch.h"
#include "simulator.h"
#include "switchyard/sdk/plugin.h"

namespace {

using sy::simulator::Mode;

const sy_backend& plain() { return sy::simulator::kBackends[static_cast<int>(Mode::kPointers)]; }

std::atomic<bool> is_shut_down{false};

/// Blocks of one kind begin a little behind where they should.
template <std::uint32_t kKind>
struct Misaligned {
  static constexpr std::uint64_t kShift = 8;

  static sy_status alloc(void* self, std::int32_t device, std::uint32_t kind, std::uint64_t bytes, void** memory) {
    if (kind != kKind || bytes + kShift < bytes) return plain().alloc(self, device, kind, bytes, memory);
    const sy_status status = plain().alloc(self, device, kind, bytes + kShift, memory);
    if (status == SY_OK) *memory = static_cast<char*>(*memory) + kShift;
    return status;
  }
  static sy_status free(void* self, std::int32_t device, std::uint32_t kind, void* memory) {
    const bool shifted = kind == kKind && memory != nullptr;
    return plain().free(self, device, kind, shifted ? static_cast<char*>(memory) - kShift : memory);
  }
  static void plant(sy_backend& b) {
    b.alloc = &alloc;
    b.free = &free;
  }
};

sy_status copy_one_byte_more(void* self, const sy_copy* c) {
  sy_copy longer = *c;
  ++longer.bytes;
  const bool between = c->kind == SY_COPY_DEVICE_TO_DEVICE && c->bytes != 0;
  if (between && plain().copy(self, &longer) == SY_OK) return SY_OK;
  return plain().copy(self, c);  // there is no byte behind
}

sy_status copy_one_byte_less_across(void* self, const sy_copy* c) {
  sy_copy shorter = *c;
  const bool across = c->kind == SY_COPY_DEVICE_TO_DEVICE && c->src_device != c->dst_device;
  if (across && c->bytes != 0) --shorter.bytes;
  return plain().copy(self, &shorter);
}

/// One description of a copy for all threads.
sy_status copy_from_one_place(void* self, const sy_copy* c) {
  if (c->kind != SY_COPY_HOST_TO_DEVICE) return plain().copy(self, c);
  static sy_copy shared;
  std::memcpy(&shared, c, sizeof shared);
  std::this_thread::sleep_for(std::chrono::microseconds(100));
  return plain().copy(self, &shared);
}

sy_status wait_for_nothing(void*, std::int32_t, sy_event, sy_stream) { return SY_OK; }

sy_status alloc_with_wrong_code(void* self, std::int32_t device, std::uint32_t kind, std::uint64_t bytes,
                                void** memory) {
  const sy_status status = plain().alloc(self, device, kind, bytes, memory);
  if (status != SY_OUT_OF_MEMORY) return status;
  return sy::simulator::host().services->error(SY_INTERNAL, "something went wrong");
}

/// Says once that the device is lost.
sy_status synchronize_and_forget(void* self, std::int32_t device) {
  static std::atomic<bool> told{false};
  const sy_status status = plain().synchronize(self, device);
  return status == SY_DEVICE_LOST && told.exchange(true) ? SY_OK : status;
}

/// Takes every struct for as long as its own would be one day.
sy_status info_and_more(void* self, std::int32_t device, sy_device_info* info) {
  if (info->size > sizeof *info) std::memset(info + 1, 0, 8);
  return plain().device_info(self, device, info);
}

sy_status free_before_shutdown(void* self, std::int32_t device, std::uint32_t kind, void* memory) {
  if (is_shut_down) std::abort();
  return plain().free(self, device, kind, memory);
}

/// No mistake: nothing but what a backend must have.
void make_bare(sy_backend& b) {
  b.device_info = nullptr;
  b.event_query = nullptr;
  b.configure = nullptr;
  b.extension = nullptr;
}

struct Mistake {
  const char* name;
  void (*plant)(sy_backend&);
};
constexpr Mistake kMistakes[] = {
    {"misaligned", &Misaligned<SY_MEMORY_DEVICE>::plant},
    {"misaligned_pinned", &Misaligned<SY_MEMORY_PINNED>::plant},
    {"long_copy", [](sy_backend& b) { b.copy = &copy_one_byte_more; }},
    {"short_copy", [](sy_backend& b) { b.copy = &copy_one_byte_less_across; }},
    {"shared_copy", [](sy_backend& b) { b.copy = &copy_from_one_place; }},
    {"no_wait", [](sy_backend& b) { b.event_wait = &wait_for_nothing; }},
    {"wrong_code", [](sy_backend& b) { b.alloc = &alloc_with_wrong_code; }},
    {"forgets_loss", [](sy_backend& b) { b.synchronize = &synchronize_and_forget; }},
    {"long_info", [](sy_backend& b) { b.device_info = &info_and_more; }},
    {"late_free", [](sy_backend& b) { b.free = &free_before_shutdown; }},
    {"bare", &make_bare},
};

/// Held as long as the process: init comes again when the plugin is loaded again.
struct Registration {
  sy_backend backend = plain();
  std::vector<sy::simulator::Launched> launched;
  std::vector<sy_kernel> kernels;
  std::vector<const sy_kernel*> pointers;

  Registration() {
    const char* planted = std::getenv("SWITCHYARD_PLANTED");
    for (const Mistake& m : kMistakes) {
      if (planted != nullptr && std::strcmp(planted, m.name) == 0) m.plant(backend);
    }
    for (const auto* const* table = sy_kernel_list; *table != nullptr; ++table) {
      for (std::uint32_t i = 0; i < (*table)->count; ++i) launched.push_back({(*table)->kernels[i], Mode::kPointers});
    }
    for (const sy::simulator::Launched& l : launched) kernels.push_back(sy::simulator::kernel_of(l));
    for (const sy_kernel& kernel : kernels) pointers.push_back(&kernel);
  }
};

void init(const sy::sdk::Registrar& registrar) {
  static const Registration* const r = new Registration;
  is_shut_down = false;
  sy::simulator::host().services = registrar.host();
  sy::simulator::host().backends[static_cast<int>(Mode::kPointers)] = registrar.backend(r->backend);
  registrar.kernels(r->backend.name, {r->pointers.data(), static_cast<std::uint32_t>(r->pointers.size())});
}

void shut_down() { is_shut_down = true; }

}  // namespace

SY_PLUGIN_NOTE(SIMULATOR_NAME);
extern "C" SY_EXPORT const sy_plugin* sy_plugin_query(void) {
  static constexpr sy_plugin kPlugin = {sizeof(sy_plugin),
                                        SY_ABI_MAGIC,
                                        SY_ABI_MAJOR,
                                        SY_ABI_MINOR,
                                        0,
                                        SIMULATOR_NAME,
                                        "0.9.0",
                                        "Switchyard",
                                        "The simulator with a planted mistake",
                                        &sy::sdk::detail::plugin_init<init>,
                                        &shut_down,
                                        nullptr};
  return &kPlugin;
}
