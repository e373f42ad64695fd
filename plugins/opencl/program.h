// Kernels built at run time, each from a generated source, once per device and process.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "binary_cache.h"
#include "opencl.h"

namespace sy::opencl {

/// The function `run` of one program. Arguments are set and the launch is enqueued under the mutex, since OpenCL keeps
/// arguments in the kernel.
struct Kernel {
  std::mutex mutex;
  cl_kernel handle = nullptr;
  std::size_t max_group = 1;
  EntryLock building;  // held from its build to the store of its binary
  std::string identity;
};

/// The programs of one device. Thread-safe. Kernels live as long as the process.
class Programs {
 public:
  Programs(cl_context context, cl_device_id device, BinaryCache cache);

  /// The kernel of that key; source() is asked for its text the first time. Throws sdk::Error, with the compiler's log
  /// where a source does not build.
  Kernel& get(const std::string& key, const std::function<std::string()>& source);
  /// After the first launch, so that what the driver compiled for it goes along. Under the lock that the build took:
  /// PoCL gives out unfinished binaries of a program that somebody else compiles, too.
  void store(Kernel& kernel);

 private:
  struct Entry {
    std::once_flag built;
    Kernel kernel;
  };

  void build(const std::string& key, const std::string& source, Kernel& kernel);
  cl_program from_cache(const std::string& identity);
  cl_program from_source(const std::string& key, const std::string& source);

  cl_context context_;
  cl_device_id device_;
  BinaryCache cache_;
  std::string options_;
  std::string machine_;  // device, driver and platform
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace sy::opencl
