#include "program.h"

#include "host.h"
#include "switchyard/sdk/log.h"

namespace sy::opencl {

namespace {

std::string options_of(cl_device_id device) {
  std::string options = "-cl-std=CL1.2";
  const auto single = device_value<cl_device_fp_config>(device, CL_DEVICE_SINGLE_FP_CONFIG);
  if ((single & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0) options += " -cl-fp32-correctly-rounded-divide-sqrt";
  return options;
}

std::string machine_of(cl_device_id device) {
  const auto platform = device_value<cl_platform_id>(device, CL_DEVICE_PLATFORM);
  return platform_text(platform, CL_PLATFORM_NAME) + "\n" + platform_text(platform, CL_PLATFORM_VERSION) + "\n" +
         device_text(device, CL_DEVICE_NAME) + "\n" + device_text(device, CL_DEVICE_VENDOR) + "\n" +
         device_text(device, CL_DEVICE_VERSION) + "\n" + device_text(device, CL_DRIVER_VERSION) + "\n";
}

std::string build_log(cl_program program, cl_device_id device) {
  std::size_t size = 0;
  if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size) != CL_SUCCESS) return "";
  std::string log(size, '\0');
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr);
  return log;
}

}  // namespace

Programs::Programs(cl_context context, cl_device_id device, BinaryCache cache)
    : context_(context),
      device_(device),
      cache_(std::move(cache)),
      options_(options_of(device)),
      machine_(machine_of(device)) {}

Kernel& Programs::get(const std::string& key, const std::function<std::string()>& source) {
  Entry* entry = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::unique_ptr<Entry>& slot = entries_[key];
    if (slot == nullptr) slot = std::make_unique<Entry>();
    entry = slot.get();
  }
  std::call_once(entry->built, [&] { build(key, source(), entry->kernel); });
  return entry->kernel;
}

void Programs::build(const std::string& key, const std::string& source, Kernel& kernel) {
  kernel.identity = machine_ + options_ + "\n" + source;
  cl_program program = from_cache(kernel.identity);
  EntryLock building;
  if (program == nullptr) {
    building = cache_.lock(kernel.identity);
    if (building) program = from_cache(kernel.identity);  // whoever held the lock may have stored it
    if (program != nullptr) building = {};
  }
  if (program == nullptr) program = from_source(key, source);
  cl_int code = CL_SUCCESS;
  kernel.handle = clCreateKernel(program, "run", &code);
  check(code, "clCreateKernel");
  check(clGetKernelWorkGroupInfo(kernel.handle, device_, CL_KERNEL_WORK_GROUP_SIZE, sizeof kernel.max_group,
                                 &kernel.max_group, nullptr),
        "clGetKernelWorkGroupInfo");
  clReleaseProgram(program);  // the kernel keeps it
  kernel.building = std::move(building);
}

cl_program Programs::from_cache(const std::string& identity) {
  bool rejected = false;
  const std::optional<Binary> binary = cache_.load(identity, &rejected);
  if (rejected) ++counters().cache_entries_rejected;
  if (!binary) return nullptr;
  const std::size_t size = binary->size();
  const unsigned char* data = binary->data();
  cl_int code = CL_SUCCESS;
  cl_int loaded = CL_SUCCESS;
  cl_program program = clCreateProgramWithBinary(context_, 1, &device_, &size, &data, &loaded, &code);
  if (code == CL_SUCCESS && loaded == CL_SUCCESS) {
    code = clBuildProgram(program, 1, &device_, options_.c_str(), nullptr, nullptr);
    if (code == CL_SUCCESS) {
      ++counters().programs_from_cache;
      return program;
    }
  }
  if (program != nullptr) clReleaseProgram(program);
  ++counters().cache_entries_rejected;
  cache_.remove(identity);
  return nullptr;
}

cl_program Programs::from_source(const std::string& key, const std::string& source) {
  const char* text = source.c_str();
  cl_int code = CL_SUCCESS;
  cl_program program = clCreateProgramWithSource(context_, 1, &text, nullptr, &code);
  check(code, "clCreateProgramWithSource");
  code = clBuildProgram(program, 1, &device_, options_.c_str(), nullptr, nullptr);
  if (code != CL_SUCCESS) {
    const std::string log = build_log(program, device_);
    clReleaseProgram(program);
    sdk::log(host().services, host().plugin, SY_LOG_DEBUG, "%s", source.c_str());
    throw sdk::Error(SY_INTERNAL, "the device's compiler refused kernel %s (%s): %s", key.c_str(),
                     error_name(code).c_str(), log.c_str());
  }
  ++counters().programs_built;
  return program;
}

void Programs::store(Kernel& kernel) {
  cl_program program = nullptr;
  check(clGetKernelInfo(kernel.handle, CL_KERNEL_PROGRAM, sizeof program, &program, nullptr), "clGetKernelInfo");
  // A program that was built for one device of a context may list all of them.
  cl_uint count = 0;
  check(clGetProgramInfo(program, CL_PROGRAM_NUM_DEVICES, sizeof count, &count, nullptr), "clGetProgramInfo");
  std::vector<cl_device_id> devices(count);
  std::vector<std::size_t> sizes(count);
  check(clGetProgramInfo(program, CL_PROGRAM_DEVICES, count * sizeof(cl_device_id), devices.data(), nullptr),
        "clGetProgramInfo");
  check(clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, count * sizeof(std::size_t), sizes.data(), nullptr),
        "clGetProgramInfo");
  std::vector<Binary> binaries(count);
  std::vector<unsigned char*> pointers(count);
  for (cl_uint i = 0; i < count; ++i) {
    binaries[i].resize(sizes[i]);
    pointers[i] = sizes[i] != 0 ? binaries[i].data() : nullptr;
  }
  check(clGetProgramInfo(program, CL_PROGRAM_BINARIES, count * sizeof(unsigned char*), pointers.data(), nullptr),
        "clGetProgramInfo");
  for (cl_uint i = 0; i < count; ++i) {
    if (devices[i] == device_) cache_.store(kernel.identity, binaries[i]);
  }
}

}  // namespace sy::opencl
