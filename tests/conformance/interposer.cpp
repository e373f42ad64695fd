#include "switchyard/testing/interposer.h"

#include "switchyard/core/abi_error.h"
#include "switchyard/dispatch/operator.h"

namespace sy::testing {
namespace {

Interposer::Run& installed() {
  static auto* run = new Interposer::Run;
  return *run;
}

sy_status interposed(const sy_call* call) {
  try {
    return installed()(call);
  } catch (const std::exception& e) {
    return leave_abi_error(SY_INTERNAL, e.what());
  }
}

/// Calls fn(entry) for every kernel of the backend. The entries are the registry's own copies of the plugin's tables, and
/// what a kernel finds in call->kernel is the plugin's, which stays as it is.
template <typename Fn>
void for_each_entry(std::uint16_t backend, Fn&& fn) {
  for (Operator* op : all_operators()) {
    for (const KernelEntry* e : op->all_kernels()) {
      if (e->backend == backend && e->original != nullptr) fn(*const_cast<KernelEntry*>(e));
    }
  }
}

}  // namespace

Interposer::Interposer(Device device, Run run) : backend_(device.backend()) {
  installed() = std::move(run);
  for_each_entry(backend_, [](KernelEntry& e) { e.kernel.run = interposed; });
}

Interposer::~Interposer() {
  for_each_entry(backend_, [](KernelEntry& e) { e.kernel.run = e.original->run; });
}

}  // namespace sy::testing
