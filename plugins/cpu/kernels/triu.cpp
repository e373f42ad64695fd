// Elements on and above the given diagonal of each matrix; zeros elsewhere.
#include "switchyard/sdk/ops/triu.h"

#include <algorithm>
#include <cstring>

#include "loops/grid.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_triu(const Call&, const sdk::TriuArgs& args) {
  const std::int64_t rows = args.self.size(-2);
  const std::int64_t cols = args.self.size(-1);
  const std::int64_t item = item_size(args.self.dtype());
  const char* from = operand(args.self).data;
  char* to = operand(args.result).data;
  parallel_for(args.self.numel() / cols, grain_for(cols), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      // The first column on the diagonal.
      const std::int64_t edge = std::clamp<std::int64_t>(i % rows + args.diagonal, 0, cols) * item;
      const char* source = from + i * cols * item;
      char* target = to + i * cols * item;
      std::memset(target, 0, static_cast<std::size_t>(edge));
      std::memmove(target + edge, source + edge, static_cast<std::size_t>(cols * item - edge));
    }
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(triu, sy::sdk::make_kernel<sy::sdk::TriuArgs, sy::cpu::run_triu>(sy::sdk::kDeterministic));
