#include "openblas/matmul.h"

#include <cblas.h>
#include <dlfcn.h>

#include <limits>
#include <mutex>

#include "loops/parallel.h"
#include "loops/thread_scope.h"

namespace sy::cpu::openblas {
namespace {

// Opened at the first product, not linked: it takes longer to load than all the rest of this plugin, and may start
// threads.
struct Library {
  decltype(&cblas_dgemm) dgemm = nullptr;
  decltype(&openblas_get_parallel) parallel = nullptr;
  decltype(&openblas_get_num_threads) num_threads = nullptr;
  decltype(&openblas_set_num_threads) set_num_threads = nullptr;
  bool found = false;

  static const Library& get() {
    static const Library library;
    return library;
  }

 private:
  Library() {
    void* handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return;
    found = load(handle, "cblas_dgemm", dgemm) && load(handle, "openblas_get_parallel", parallel) &&
            load(handle, "openblas_get_num_threads", num_threads) &&
            load(handle, "openblas_set_num_threads", set_num_threads);
  }
  template <class Fn>
  static bool load(void* handle, const char* name, Fn& fn) {
    fn = reinterpret_cast<Fn>(dlsym(handle, name));
    return fn != nullptr;
  }
};

struct Operand {
  CBLAS_TRANSPOSE transpose;
  blasint stride;
  const double* data;

  explicit Operand(const Matrices& m)
      : transpose(m.col_stride == 1 ? CblasNoTrans : CblasTrans),
        stride(static_cast<blasint>(m.col_stride == 1 ? m.row_stride : m.col_stride)),
        data(reinterpret_cast<const double*>(m.data)) {}
};

bool fits(const Matrices& m) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  return m.rows <= kMax && m.cols <= kMax && m.row_stride <= kMax && m.col_stride <= kMax;
}

// OpenBLAS on OpenMP follows ThreadScope; on threads of its own it must be told.
void use_threads(const Library& library, int threads) {
  if (library.parallel() != OPENBLAS_THREAD) return;
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (library.num_threads() != threads) library.set_num_threads(threads);
}

}  // namespace

bool takes(const Matrices& a, const Matrices& b, const Matrices& c) {
  return Library::get().found && fits(a) && fits(b) && fits(c);
}

void matmul(std::int64_t batch, const Matrices& a, const Matrices& b, const Matrices& c, double alpha, double beta) {
  const int threads = num_threads();
  const ThreadScope scope(threads);
  const Library& library = Library::get();
  use_threads(library, threads);
  const Operand left(a), right(b);
  double* to = reinterpret_cast<double*>(c.data);
  for (std::int64_t k = 0; k < batch; ++k) {
    library.dgemm(CblasRowMajor, left.transpose, right.transpose, static_cast<blasint>(c.rows),
                  static_cast<blasint>(c.cols), static_cast<blasint>(a.cols), alpha, left.data + k * a.batch_stride,
                  left.stride, right.data + k * b.batch_stride, right.stride, beta, to + k * c.batch_stride,
                  static_cast<blasint>(c.row_stride));
  }
}

}  // namespace sy::cpu::openblas
