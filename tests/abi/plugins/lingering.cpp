// Stays mapped whatever dlclose is told: a variable that is one for the whole process, and a destructor that runs when a
// thread ends.
#include <atomic>
#include <vector>

#include "switchyard/sdk/elementwise.h"
#include "switchyard/sdk/host_device.h"
#include "switchyard/sdk/ops/neg.h"
#include "switchyard/sdk/plugin.h"

struct Lingering {
  inline static std::atomic<int> threads_ended{0};
};
extern "C" SY_EXPORT int lingering_threads_ended() { return Lingering::threads_ended; }

namespace {

using namespace sy::sdk;  // NOLINT

struct Scratch {
  std::vector<float> values = std::vector<float>(1000, -1.0f);
  ~Scratch() { ++Lingering::threads_ended; }
};
thread_local Scratch scratch;

sy_status neg(const Call&, const NegArgs& args) {
  unary<float, float>(args.result, args.self, [](float x) { return x * scratch.values.back(); });
  return SY_OK;
}

constexpr sy_backend kBackend = host_backend("lingering", "a device whose library cannot be unmapped");
constexpr sy_kernel kNeg = make_kernel<NegArgs, neg>(kPointwise);
constexpr const sy_kernel* kTable[] = {&kNeg};

void init(const Registrar& registrar) {
  registrar.backend(kBackend);
  registrar.kernels(kBackend.name, KernelTable{kTable, 1});
}

}  // namespace

SY_PLUGIN_DEFINE("lingering", "1", "tests", "a library that cannot be unmapped", init);
