// Sums the rows of grad that belong to each row of the weight.
#include "switchyard/sdk/ops/embedding_backward.h"

#include <algorithm>

#include "loops/compute_copy.h"
#include "loops/indices.h"
#include "loops/parallel.h"
#include "loops/scratch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// Each range of weight rows looks at all indices and takes its own: additions keep their order, whatever the threads. The
// first row of grad is copied, so that nothing is cleared only to be added to.
template <class T>
void add_rows(const Call& call, const Indices& indices, std::int64_t padding, std::int64_t rows, std::int64_t width,
              const T* grad, T* out) {
  const std::int64_t work = std::max<std::int64_t>(1, indices.count() * width / std::max<std::int64_t>(1, rows));
  Scratch<char> marks(call, static_cast<std::size_t>(rows));
  parallel_for(rows, grain_for(work + width), [&](std::int64_t begin, std::int64_t end) {
    char* const written = marks.data();
    std::fill(written + begin, written + end, char{0});
    for (std::int64_t i = 0; i < indices.count(); ++i) {
      const std::int64_t row = indices[i];
      if (row < begin || row >= end || row == padding) continue;
      const T* from = grad + i * width;
      T* to = out + row * width;
      if (written[row] == 0) {
        written[row] = 1;
        std::copy_n(from, width, to);
        continue;
      }
      SY_IVDEP
      for (std::int64_t j = 0; j < width; ++j) to[j] += from[j];
    }
    for (std::int64_t row = begin; row < end; ++row) {
      if (written[row] == 0) std::fill_n(out + row * width, width, T{0});
    }
  });
}

void run_embedding_backward(const Call& call, const sdk::EmbeddingBackwardArgs& args) {
  const Indices indices(call, args.indices, args.num_weights, 0, "indices", false);
  const InputArray grad(call, args.grad);
  OutputArray result(call, args.result);
  visit_compute(call.t(0), FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    add_rows(call, indices, args.padding_idx, args.result.size(0), args.result.size(1), grad.as<T>(), result.as<T>());
  });
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(embedding_backward, sy::sdk::make_kernel<sy::sdk::EmbeddingBackwardArgs, sy::cpu::run_embedding_backward>(
                                   sy::sdk::kDeterministic));
