// result[i][j] = self[index[i][j]][j] for dim 0, and likewise.
#include "switchyard/sdk/ops/gather.h"

#include <atomic>
#include <optional>

#include "loops/compute_copy.h"
#include "loops/grid.h"
#include "loops/index_lines.h"
#include "loops/move_dispatch.h"
#include "loops/pointwise.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// False where an index is out of range.
template <class U, class I>
bool gather_lines(const IndexLines& lines, std::int64_t size, const U* from, const I* index, U* to) {
  std::atomic<bool> inside{true};
  lines.visit([&inside, step = lines.first_step(), size, from, index, to](std::int64_t at, std::int64_t n, auto line,
                                                                          const auto&, std::int64_t, std::int64_t) {
    const U* const source = from;
    const I* const run = index + at;
    U* const out = to + at;
    const std::int64_t count = size;
    const std::int64_t distance = step;
    bool outside = false;
    for (std::int64_t t = 0; t < n; ++t) {
      std::int64_t i = run[t];
      if (static_cast<std::uint64_t>(i) >= static_cast<std::uint64_t>(count)) [[unlikely]] {
        if (i >= 0 || i < -count) {
          outside = true;
          continue;
        }
        i += count;
      }
      out[t] = source[line(t) + i * distance];
    }
    if (outside) inside.store(false, std::memory_order_relaxed);
  });
  return inside;
}

// self is read where it lies: a copy of all of it would cost more than the elements that are wanted.
void run_gather(const Call& call, const sdk::GatherArgs& args) {
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  const std::int64_t size = args.self.size(dim);
  const std::uint32_t dtype = args.self.dtype();
  const InputArray index(call, args.index);
  const IndexLines lines(call, args.index, args.dim, args.self, args.self);
  void* to = operand(args.result).data;
  std::optional<Scratch<char>> copy;
  if (!args.result.is_contiguous()) {
    copy.emplace(call, static_cast<std::size_t>(args.result.numel()) * item_size(dtype));
    to = copy->data();
  }
  bool inside = false;
  visit_item(item_size(dtype), [&](auto tag) {
    using U = typename decltype(tag)::type;
    const U* from = args.self.template data<U>();
    inside = args.index.dtype() == SY_I32
                 ? gather_lines(lines, size, from, index.as<std::int32_t>(), static_cast<U*>(to))
                 : gather_lines(lines, size, from, index.as<std::int64_t>(), static_cast<U*>(to));
  });
  if (!inside) Indices(call, args.index, size, dim, "index");  // throws
  std::int64_t strides[kMaxDims];
  if (copy) copy_elements(array_operand(args.result, to, dtype, strides), operand(args.result));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(gather,
           sy::sdk::make_kernel<sy::sdk::GatherArgs, sy::cpu::run_gather>(sy::sdk::kStrided | sy::sdk::kDeterministic));
