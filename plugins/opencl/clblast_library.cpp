#include "clblast_library.h"

#include <dlfcn.h>

namespace sy::opencl {

namespace {

// Not linked: it takes longer to load than all the rest of this plugin, and most processes never multiply on OpenCL.
constexpr const char* kName = "libclblast.so.1";

template <typename Fn>
void load(void* handle, const char* name, Fn& fn) {
  fn = reinterpret_cast<Fn>(::dlsym(handle, name));
  if (fn == nullptr)
    throw sdk::Error(SY_FAILED_PRECONDITION, "%s has no %s; install CLBlast 1.4 or later", kName, name);
}

ClblastLibrary open() {
  void* const handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    throw sdk::Error(
        SY_FAILED_PRECONDITION,
        "large matrix products on opencl need CLBlast, and %s cannot be opened (%s); install it, on Debian "
        "and Ubuntu: apt install libclblast1",
        kName, ::dlerror());
  }
  ClblastLibrary library;
  load(handle, "CLBlastSgemm", library.sgemm);
  load(handle, "CLBlastDgemm", library.dgemm);
  load(handle, "CLBlastSgemmStridedBatched", library.sgemm_batched);
  load(handle, "CLBlastDgemmStridedBatched", library.dgemm_batched);
  return library;
}

}  // namespace

const ClblastLibrary& ClblastLibrary::get() {
  static const ClblastLibrary library = open();
  return library;
}

}  // namespace sy::opencl
