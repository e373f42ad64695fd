// The CPU plugin: one device in host memory, vectorised and threaded kernels.
#include "switchyard/sdk/plugin.h"

#include <hwy/targets.h>
#include <strings.h>

#include <cstdlib>
#include <cstring>

#include "loops/parallel.h"
#include "switchyard/sdk/host_device.h"

namespace sy::cpu {
namespace {

/// The best instructions that kernels may use: "best": what the processor has; "baseline": what every processor of the
/// architecture has; or a name of Highway's, such as "AVX2". A kernel that ran before stays with its choice.
sy_status use_instruction_set(const char* value) {
  // Better targets are lower bits.
  std::int64_t best = 0;
  if (strcasecmp(value, "baseline") == 0) {
    best = HWY_STATIC_TARGET;
  } else if (strcasecmp(value, "best") != 0) {
    for (std::int64_t left = HWY_TARGETS; left != 0 && best == 0; left &= left - 1) {
      if (strcasecmp(value, hwy::TargetName(left & -left)) == 0) best = left & -left;
    }
    if (best == 0) return SY_INVALID_ARGUMENT;
  }
  hwy::DisableTargets(best == 0 ? 0 : best - 1);
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
  const char* const instructions = ::secure_getenv("SWITCHYARD_CPU_INSTRUCTIONS");
  if (instructions != nullptr && *instructions != '\0' && use_instruction_set(instructions) != SY_OK) {
    throw sdk::Error(
        SY_INVALID_ARGUMENT,
        "SWITCHYARD_CPU_INSTRUCTIONS: expected best, baseline or a name of Highway's such as AVX2, got \"%s\"",
        instructions);
  }
  registrar.backend(kBackend);
  registrar.kernels("cpu", sy_kernel_list);
}

}  // namespace
}  // namespace sy::cpu

SY_PLUGIN_DEFINE("cpu", "0.9.0", "Switchyard", "Vectorised CPU kernels on Highway and oneDNN", sy::cpu::init);
