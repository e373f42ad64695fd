#include "device.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "host.h"
#include "switchyard/sdk/log.h"

namespace sy::opencl {

namespace {

std::atomic<bool> is_forked{false};

/// Empty, or why the device is left out.
std::string why_unusable(cl_device_id device) {
  if (device_value<cl_bool>(device, CL_DEVICE_AVAILABLE) == 0) return "it is not available";
  if (device_value<cl_bool>(device, CL_DEVICE_COMPILER_AVAILABLE) == 0) return "its driver has no compiler";
  const std::string version = device_text(device, CL_DEVICE_VERSION);
  return has_opencl_1_2(version) ? "" : "OpenCL 1.2 is needed, it has \"" + version + "\"";
}

bool is_usable(cl_device_id device) {
  const std::string reason = why_unusable(device);
  if (reason.empty()) return true;
  sdk::log(host().services, host().plugin, SY_LOG_INFO, "device %s is left out: %s",
           device_text(device, CL_DEVICE_NAME).c_str(), reason.c_str());
  return false;
}

std::vector<cl_device_id> devices_of(cl_platform_id platform) {
  cl_uint count = 0;
  if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) != CL_SUCCESS) return {};
  std::vector<cl_device_id> devices(count);
  if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, devices.data(), nullptr) != CL_SUCCESS) return {};
  devices.erase(std::remove_if(devices.begin(), devices.end(), [](cl_device_id d) { return !is_usable(d); }),
                devices.end());
  return devices;
}

}  // namespace

bool has_opencl_1_2(const std::string& version) {
  int major = 0;
  int minor = 0;
  if (std::sscanf(version.c_str(), "OpenCL %d.%d", &major, &minor) != 2) return false;
  return major > 1 || (major == 1 && minor >= 2);
}

Device::Device(int index, cl_device_id id, cl_context context, bool use_fp64)
    : index_(index),
      id_(id),
      context_(context),
      name_(device_text(id, CL_DEVICE_NAME)),
      has_fp64_(device_value<cl_device_fp_config>(id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0),
      uses_fp64_(has_fp64_ && use_fp64),
      max_group_(device_value<std::size_t>(id, CL_DEVICE_MAX_WORK_GROUP_SIZE)),
      compute_units_(device_value<cl_uint>(id, CL_DEVICE_MAX_COMPUTE_UNITS)),
      programs_(context, id, BinaryCache(BinaryCache::default_folder())),
      default_queue_(*this) {}

Queue& Device::queue(sy_stream handle) {
  if (handle == 0) return default_queue_;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& queue : queues_) {
    if (reinterpret_cast<sy_stream>(queue.get()) == handle) return *queue;
  }
  throw sdk::Error(SY_INVALID_ARGUMENT, "opencl:%d has no stream %llx", index_,
                   static_cast<unsigned long long>(handle));
}

sy_stream Device::create_queue() {
  auto queue = std::make_shared<Queue>(*this);
  const std::lock_guard<std::mutex> lock(mutex_);
  queues_.insert(queue);
  return reinterpret_cast<sy_stream>(queue.get());
}

void Device::destroy_queue(sy_stream handle) {
  std::shared_ptr<Queue> dropped;
  std::unique_lock<std::mutex> lock(mutex_);
  for (auto it = queues_.begin(); it != queues_.end(); ++it) {
    if (reinterpret_cast<sy_stream>(it->get()) != handle) continue;
    dropped = *it;
    queues_.erase(it);
    break;
  }
  lock.unlock();
  if (dropped != nullptr) dropped->finish();
}

void Device::finish() {
  std::vector<std::shared_ptr<Queue>> queues;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queues.assign(queues_.begin(), queues_.end());
  }
  default_queue_.finish();
  for (const auto& queue : queues) queue->finish();
}

bool is_on(const char* fp64) {
  const bool on = std::strcmp(fp64, "on") == 0;
  if (on || std::strcmp(fp64, "off") == 0) return on;
  throw sdk::Error(SY_INVALID_ARGUMENT, "opencl: fp64 (SWITCHYARD_OPENCL_FP64) is \"%s\", expected on or off", fp64);
}

Devices& Devices::get() {
  if (is_forked) {
    throw sdk::Error(SY_FAILED_PRECONDITION,
                     "opencl: this process was forked after its devices had started; start it anew instead");
  }
  static Devices* const instance = new Devices();
  return *instance;
}

Devices::Devices() {
  cl_uint num_platforms = 0;
  const char* const fp64 = std::getenv("SWITCHYARD_OPENCL_FP64");
  const bool use_fp64 = fp64 == nullptr || *fp64 == '\0' || is_on(fp64);
  ::pthread_atfork(nullptr, nullptr, [] { is_forked = true; });
  if (clGetPlatformIDs(0, nullptr, &num_platforms) != CL_SUCCESS || num_platforms == 0) return;
  std::vector<cl_platform_id> platforms(num_platforms);
  check(clGetPlatformIDs(num_platforms, platforms.data(), nullptr), "clGetPlatformIDs");
  for (cl_platform_id platform : platforms) {
    const std::vector<cl_device_id> found = devices_of(platform);
    if (found.empty()) continue;
    cl_int code = CL_SUCCESS;
    cl_context context =
        clCreateContext(nullptr, static_cast<cl_uint>(found.size()), found.data(), nullptr, nullptr, &code);
    if (code != CL_SUCCESS) {  // a driver that fails takes nobody else down
      sdk::log(host().services, host().plugin, SY_LOG_WARNING, "platform %s: clCreateContext: %s",
               platform_text(platform, CL_PLATFORM_NAME).c_str(), error_name(code).c_str());
      continue;
    }
    for (cl_device_id id : found) devices_.push_back(std::make_unique<Device>(count(), id, context, use_fp64));
  }
}

Device& Devices::at(int index) {
  if (index < 0 || index >= count()) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "no device opencl:%d; there are %d", index, count());
  }
  return *devices_[static_cast<std::size_t>(index)];
}

}  // namespace sy::opencl
