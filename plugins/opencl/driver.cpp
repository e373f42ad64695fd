#include "driver.h"

#include <sys/auxv.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace sy::opencl {

namespace {

namespace fs = std::filesystem;

constexpr const char* kVendors = "/etc/OpenCL/vendors";

bool has_icd(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".icd") return true;
  }
  return false;
}

/// Set and not empty.
const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

std::string no_driver_reason() {
  // The ICD loader reads its variables, which name libraries, in every process (ocl-icd 2.3 with plain getenv), and so do
  // drivers.
  if (::getauxval(AT_SECURE) != 0) {
    return "this process is privileged, and the environment would choose the libraries of OpenCL drivers";
  }
  // Names of libraries, which the Khronos loader takes as they are.
  if (setting("OCL_ICD_FILENAMES") != nullptr) return "";
  const char* place = setting("OCL_ICD_VENDORS");
  if (place == nullptr) place = setting("OPENCL_VENDOR_PATH");
  if (place == nullptr) place = kVendors;
  const fs::path path(place);
  std::error_code error;
  // ocl-icd also takes one .icd file or one library here.
  if (fs::is_directory(path, error) ? has_icd(path) : fs::exists(path, error) || path.extension() == ".so") return "";
  return "no OpenCL driver is registered: no .icd file in " + path.string();
}

}  // namespace sy::opencl
