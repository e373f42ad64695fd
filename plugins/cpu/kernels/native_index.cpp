// Rows of self named by index tensors over its first dimensions.
#include "switchyard/sdk/ops/native_index.h"

#include <cstring>

#include "loops/grid.h"
#include "loops/indexed_rows.h"
#include "loops/move_dispatch.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_native_index(const Call& call, const sdk::NativeIndexArgs& args) {
  const IndexedRows rows(call, args.self, args.indices);
  const std::uint32_t item = item_size(args.self.dtype());
  const std::int64_t bytes = rows.width() * item;
  const char* from = operand(args.self).data;
  char* to = operand(args.result).data;
  parallel_for(rows.count(), grain_for(bytes / 4), [&](std::int64_t begin, std::int64_t end) {
    if (rows.width() == 1) {
      return visit_item(item, [&](auto tag) {
        using U = typename decltype(tag)::type;
        const U* in = reinterpret_cast<const U*>(from);
        U* out = reinterpret_cast<U*>(to);
        for (std::int64_t i = begin; i < end; ++i) out[i] = in[rows[i]];
      });
    }
    for (std::int64_t i = begin; i < end; ++i) {
      std::memcpy(to + i * bytes, from + rows[i] * bytes, static_cast<std::size_t>(bytes));
    }
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_index,
           sy::sdk::make_kernel<sy::sdk::NativeIndexArgs, sy::cpu::run_native_index>(sy::sdk::kDeterministic));
