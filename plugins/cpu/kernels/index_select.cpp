// The entries of self along dim that the 1-d index names. The result is new, and so contiguous.
#include "switchyard/sdk/ops/index_select.h"

#include <cstring>
#include <optional>

#include "loops/axis.h"
#include "loops/compute_copy.h"
#include "loops/parallel.h"
#include "loops/picked_rows.h"
#include "loops/pointwise.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_index_select(const Call& call, const sdk::IndexSelectArgs& args) {
  const Axis axis(args.self, args.dim);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  const Indices index(call, args.index, axis.size, dim, "index");
  char* to = operand(args.result).data;
  if (args.self.ndim() == 2 && dim == 0) return pick_rows(call, args.self, index, to);
  const std::uint32_t item = item_size(args.self.dtype());
  const std::int64_t bytes = axis.inner * item;
  const char* from = operand(args.self).data;
  std::optional<Scratch<char>> copy;
  if (!args.self.is_contiguous()) {
    copy.emplace(call, static_cast<std::size_t>(args.self.numel() * item));
    std::int64_t strides[kMaxDims];
    copy_elements(operand(args.self), array_operand(args.self, copy->data(), args.self.dtype(), strides));
    from = copy->data();
  }
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
           sy::sdk::make_kernel<sy::sdk::IndexSelectArgs, sy::cpu::run_index_select>(sy::sdk::kStrided |
                                                                                     sy::sdk::kDeterministic));
