// The devices of all drivers, found when first asked for.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "opencl.h"
#include "program.h"
#include "stream.h"
#include "switchyard/abi/types.h"

namespace sy::opencl {

class Device {
 public:
  /// use_fp64: as the function of that name.
  Device(int index, cl_device_id id, cl_context context, bool use_fp64);

  int index() const { return index_; }
  cl_device_id id() const { return id_; }
  /// Shared with the other devices of the same platform.
  cl_context context() const { return context_; }
  const std::string& name() const { return name_; }
  bool has_fp64() const { return uses_fp64_; }
  /// Off: as if the device had none, which is how a device without is tested on one with. On where it has none: no
  /// change.
  void use_fp64(bool on) { uses_fp64_ = on && has_fp64_; }
  std::size_t max_group() const { return max_group_; }
  unsigned compute_units() const { return compute_units_; }
  Programs& programs() { return programs_; }

  /// The queue of a handle; 0 is the default one. Throws sdk::Error where there is none.
  Queue& queue(sy_stream handle);
  sy_stream create_queue();
  void destroy_queue(sy_stream handle);
  /// Waits for all queues.
  void finish();

 private:
  const int index_;
  const cl_device_id id_;
  const cl_context context_;
  const std::string name_;
  const bool has_fp64_;
  std::atomic<bool> uses_fp64_;
  const std::size_t max_group_;
  const unsigned compute_units_;
  Programs programs_;
  Queue default_queue_;
  std::mutex mutex_;
  std::set<std::shared_ptr<Queue>> queues_;
};

/// Whether a device with that CL_DEVICE_VERSION, "OpenCL <major>.<minor> <the driver's own>", has OpenCL 1.2 or later.
bool has_opencl_1_2(const std::string& version);

/// What the setting "fp64" says; throws sdk::Error unless it is "on" or "off".
bool is_on(const char* fp64);

class Devices {
 public:
  /// Starts the drivers; SWITCHYARD_OPENCL_FP64=off as the setting. Made once, never destroyed: drivers do not like to be called at exit.
  static Devices& get();

  int count() const { return static_cast<int>(devices_.size()); }
  /// Throws sdk::Error.
  Device& at(int index);

 private:
  Devices();
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace sy::opencl
