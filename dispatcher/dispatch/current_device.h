// Where this thread makes tensors that are not told a device.
#pragma once

#include "switchyard/dispatch/thread_state.h"

namespace sy {

/// cpu:0 until this thread says otherwise. Counts for factories without a device argument; tensors stay where they are,
/// and operators run where theirs are.
inline Device current_device() { return t_state.device; }
/// As with any Device, naming one does not need its plugin; making a tensor on it does.
inline void set_current_device(Device device) { t_state.device = device; }

/// Makes a device current for a scope of this thread.
class DeviceGuard {
 public:
  explicit DeviceGuard(Device device) : before_(t_state.device) { t_state.device = device; }
  ~DeviceGuard() { t_state.device = before_; }
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  Device before_;
};

}  // namespace sy
