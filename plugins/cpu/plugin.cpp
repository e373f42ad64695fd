// The CPU plugin: one device in host memory, vectorised and threaded kernels.
#include "switchyard/sdk/plugin.h"

#include <hwy/targets.h>

#include <cstdlib>
#include <cstring>

#include "loops/parallel.h"
#include "switchyard/sdk/host_device.h"

namespace sy::cpu {
namespace {

/// "baseline": what every processor of the architecture runs; "best": what this one has. A kernel that ran before stays
/// with its choice.
sy_status use_instruction_set(const char* value) {
  const bool baseline = std::strcmp(value, "baseline") == 0;
  if (!baseline && std::strcmp(value, "best") != 0) return SY_INVALID_ARGUMENT;
  hwy::DisableTargets(baseline ? HWY_STATIC_TARGET - 1 : 0);  // better targets are lower bits
  hwy::GetChosenTarget().DeInit();
  return SY_OK;
}

// "num_threads": a positive number; "instruction_set".
sy_status configure(void*, const char* key, const char* value) {
  if (std::strcmp(key, "instruction_set") == 0) return use_instruction_set(value);
  if (std::strcmp(key, "num_threads") != 0) return SY_NOT_FOUND;
  char* end = nullptr;
  const long n = std::strtol(value, &end, 10);
  if (end == value || *end != '\0' || n < 1 || n > 4096) return SY_INVALID_ARGUMENT;
  set_num_threads(static_cast<int>(n));
  return SY_OK;
}

// On as many threads as a kernel would take. Overlapping memory is moved on one.
sy_status copy(void*, const sy_copy* c) {
  const char* from = static_cast<const char*>(c->src) + c->src_offset;
  char* to = static_cast<char*>(c->dst) + c->dst_offset;
  const auto distance =
      static_cast<std::uint64_t>(std::abs(reinterpret_cast<std::intptr_t>(to) - reinterpret_cast<std::intptr_t>(from)));
  if (distance < c->bytes) return sdk::HostDevice::copy(nullptr, c);
  parallel_for(
      static_cast<std::int64_t>(c->bytes), kGrain * static_cast<std::int64_t>(sizeof(float)),
      [=](std::int64_t begin, std::int64_t end) {
        std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin));
      },
      64);
  return SY_OK;
}

constexpr sy_backend make_backend() {
  sy_backend backend = sdk::host_backend("cpu", "vectorised kernels in host memory");
  backend.configure = &configure;
  backend.copy = &copy;
  return backend;
}
constexpr sy_backend kBackend = make_backend();

void init(const sdk::Registrar& registrar) {
  registrar.backend(kBackend);
  registrar.kernels("cpu", sy_kernel_list);
}

}  // namespace
}  // namespace sy::cpu

SY_PLUGIN_DEFINE("cpu", "0.9.0", "Switchyard", "Vectorised CPU kernels on Highway and oneDNN", sy::cpu::init);
