// The entries of self along dim that the 1-d index names.
#include "switchyard/sdk/ops/index_select.h"

#include <cstring>

#include "loops/axis.h"
#include "loops/indices.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_index_select(const Call& call, const sdk::IndexSelectArgs& args) {
  const Axis axis(args.self, args.dim);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  const Indices index(call, args.index, axis.size, dim, "index");
  const std::int64_t bytes = axis.inner * item_size(args.self.dtype());
  const char* from = operand(args.self).data;
  char* to = operand(args.result).data;
  parallel_for(axis.outer * index.count(), grain_for(bytes / 4), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = i / index.count() * axis.size + index[i % index.count()];
      std::memcpy(to + i * bytes, from + row * bytes, static_cast<std::size_t>(bytes));
    }
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(index_select,
           sy::sdk::make_kernel<sy::sdk::IndexSelectArgs, sy::cpu::run_index_select>(sy::sdk::kDeterministic));
