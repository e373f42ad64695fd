// Stands between the dispatcher and a device's kernels, to see and to change what passes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "switchyard/abi/call.h"
#include "switchyard/core/device.h"

namespace sy::testing {

/// While one exists, every run of a kernel of the device's backend goes through `run`, which gets the call as the kernel
/// would and must run call->kernel->run itself. One at a time, in a process of its own: the tables are the host's.
class Interposer {
 public:
  using Run = std::function<sy_status(const sy_call* call)>;

  Interposer(Device device, Run run);
  ~Interposer();
  Interposer(const Interposer&) = delete;
  Interposer& operator=(const Interposer&) = delete;

 private:
  std::uint16_t backend_;
};

}  // namespace sy::testing
