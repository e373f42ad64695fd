#include "driver.h"

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

/// Set and not empty. Loaders ignore their variables in privileged processes, too.
const char* setting(const char* name) {
  const char* value = ::secure_getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

std::string no_driver_reason() {
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
