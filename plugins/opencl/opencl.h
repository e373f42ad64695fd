// OpenCL's C API, 1.2, and its errors as this SDK's.
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include <string>

#include "switchyard/sdk/status.h"

namespace sy::opencl {

/// "CL_INVALID_VALUE"; the number where it has no name here.
std::string error_name(cl_int code);
/// Throws sdk::Error "what: CL_..." unless code is CL_SUCCESS: SY_OUT_OF_MEMORY where memory ran out, SY_DEVICE_LOST
/// where the device is gone, else SY_INTERNAL.
void check(cl_int code, const char* what);

/// A text property of a device or a platform; empty where the driver has none.
std::string device_text(cl_device_id device, cl_device_info what);
std::string platform_text(cl_platform_id platform, cl_platform_info what);
/// A number or handle property of a device; T{} where the driver has none.
template <typename T>
T device_value(cl_device_id device, cl_device_info what) {
  T value{};
  return clGetDeviceInfo(device, what, sizeof value, &value, nullptr) == CL_SUCCESS ? value : T{};
}

}  // namespace sy::opencl
