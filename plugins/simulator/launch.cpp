#include "launch.h"

#include <cstddef>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "call_copy.h"
#include "simulator.h"
#include "switchyard/sdk/status.h"

namespace sy::simulator {

namespace {

/// The error of the kernel that runs on this thread. Plain memory, so that nothing happens when the thread ends.
thread_local char last_message[640];

sy_status keep_message(sy_status code, const char* message) {
  std::snprintf(last_message, sizeof last_message, "%s", message);
  return code;
}

/// What a copied call's host_call points to.
struct Launch {
  const sy_kernel* kernel = nullptr;
  std::unique_ptr<CallCopy> copy;
  const sy_call* original = nullptr;  // while run() waits for the kernel
  std::vector<std::unique_ptr<std::max_align_t[]>> workspaces;
};

Launch& launch_of(const sy_call* call) { return *static_cast<Launch*>(call->host_call); }

sy_status queued_workspace(const sy_call* call, std::uint64_t bytes, void** memory) {
  auto& workspaces = launch_of(call).workspaces;
  workspaces.push_back(
      std::make_unique<std::max_align_t[]>(static_cast<std::size_t>(bytes / sizeof(std::max_align_t) + 1)));
  *memory = workspaces.back().get();
  return SY_OK;
}

sy_status queued_output(const sy_call*, std::uint32_t, std::uint32_t, std::uint32_t, const std::int64_t*, sy_tensor**) {
  return keep_message(SY_INTERNAL, "simulator: a queued kernel may not allocate outputs");
}

/// While the caller waits, outputs come from the host and are handed on with the twin's address.
sy_status waiting_output(const sy_call* call, std::uint32_t output, std::uint32_t dtype, std::uint32_t ndim,
                         const std::int64_t* shape, sy_tensor** tensor) {
  Launch& launch = launch_of(call);
  return sdk::guard(host().services, call->op, [&]() -> sy_status {
    sy_tensor* made = nullptr;
    const sy_status status = host().services->alloc_output(launch.original, output, dtype, ndim, shape, &made);
    if (status == SY_OK) *tensor = launch.copy->copy_tensor(*made);
    return status;
  });
}

/// The host's services as a kernel on a stream's thread gets them.
const sy_host* queued_services() {
  static const sy_host services = [] {
    sy_host s = *host().services;
    s.size = sizeof s;
    s.error = &keep_message;
    s.workspace = &queued_workspace;
    s.alloc_output = &queued_output;
    return s;
  }();
  return &services;
}

const sy_host* waiting_services() {
  static const sy_host services = [] {
    sy_host s = *host().services;
    s.size = sizeof s;
    s.workspace = &queued_workspace;
    s.alloc_output = &waiting_output;
    return s;
  }();
  return &services;
}

/// What a broken device would do to the first element: a high bit turns over, whatever its dtype.
void spoil(const sy_call& call) {
  if (call.num_outputs == 0 || call.outputs[0].tag != SY_ARG_TENSOR) return;
  const auto& t = *static_cast<const sy_tensor*>(call.outputs[0].ptr);
  for (int d = 0; d < t.view.ndim; ++d) {
    if (t.view.shape[d] == 0) return;
  }
  const int last = t.view.dtype.bits / 8 - 1;
  auto* bytes = static_cast<unsigned char*>(t.view.data) + t.view.byte_offset;
  bytes[last] ^= t.dtype == SY_BOOL ? 1 : 0x40;
}

/// A plan that the host made may be gone by the time that the work runs: the work has its own.
class OwnPlan {
 public:
  OwnPlan(const sy_kernel& kernel, sy_call& call) : kernel_(kernel), strides_(call.num_outputs, nullptr) {
    if (kernel.prepare == nullptr) return;
    sy_plan plan{sizeof(sy_plan), call.num_outputs, nullptr, strides_.data()};
    status_ = kernel.prepare(&call, &plan);
    call.plan = plan.state;
    state_ = plan.state;
  }
  ~OwnPlan() {
    if (state_ != nullptr && kernel_.drop != nullptr) kernel_.drop(&kernel_, state_);
  }
  OwnPlan(const OwnPlan&) = delete;
  OwnPlan& operator=(const OwnPlan&) = delete;
  sy_status status() const { return status_; }

 private:
  const sy_kernel& kernel_;
  std::vector<std::int64_t*> strides_;  // all outputs have memory
  void* state_ = nullptr;
  sy_status status_ = SY_OK;
};

sy_status run_inner(Launch& launch, Simulator& simulator) {
  const OwnPlan plan(*launch.kernel, launch.copy->call());
  if (plan.status() != SY_OK) return plan.status();
  const sy_status status = launch.kernel->run(&launch.copy->call());
  launch.workspaces.clear();
  if (status == SY_OK && simulator.faults().spoils(launch.copy->op())) spoil(launch.copy->call());
  return status;
}

bool run_queued(Launch& launch, Simulator& simulator) {
  last_message[0] = '\0';
  const sy_status status = run_inner(launch, simulator);
  if (status == SY_OK) return true;
  host().services->report(host().backends[static_cast<int>(simulator.mode())], launch.copy->call().device, status,
                          launch.copy->op().c_str(), last_message);
  return false;
}

void fill_in(Launch& launch, const sy_kernel& kernel, const sy_host* services) {
  sy_call& call = launch.copy->call();
  launch.kernel = &kernel;
  call.host_call = &launch;
  call.kernel = &kernel;
  call.host = services;
}

sy_status run(const sy_call* call) {
  return sdk::guard(host().services, call->op, [&]() -> sy_status {
    const auto* launched = static_cast<const Launched*>(call->kernel->self);
    Simulator& simulator = Simulator::get(launched->mode);
    simulator.require_alive(call->device);
    Stream& stream = simulator.stream(call->device, call->stream);
    const auto launch = std::make_shared<Launch>();
    launch->copy = std::make_unique<CallCopy>(*call, simulator);
    if (is_data_dependent(*call)) {
      stream.drain();
      launch->original = call;
      fill_in(*launch, *launched->inner, waiting_services());
      return run_inner(*launch, simulator);
    }
    fill_in(*launch, *launched->inner, queued_services());
    simulator.push(call->device, stream, [launch, &simulator] { run_queued(*launch, simulator); });
    return SY_OK;
  });
}

}  // namespace

bool is_data_dependent(const sy_call& call) {
  for (std::uint32_t k = 0; k < call.num_outputs; ++k) {
    if (call.outputs[k].tag == SY_ARG_NONE) return true;
  }
  return false;
}

bool run_now(const sy_kernel& kernel, std::unique_ptr<CallCopy> copy, Simulator& simulator) {
  Launch launch;
  launch.copy = std::move(copy);
  fill_in(launch, kernel, queued_services());
  return run_queued(launch, simulator);
}

sy_kernel kernel_of(const Launched& launched) {
  sy_kernel kernel = *launched.inner;
  kernel.self = const_cast<Launched*>(&launched);
  kernel.run = &run;
  kernel.flags |= SY_KERNEL_CAPTURE_SAFE;  // what cannot be captured waits for the stream, and is refused there
  return kernel;
}

}  // namespace sy::simulator
