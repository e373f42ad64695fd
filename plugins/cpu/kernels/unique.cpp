// The distinct elements in ascending order, NaNs last and each distinct.
#include "switchyard/sdk/ops/unique.h"

#include "loops/compute_copy.h"
#include "loops/order.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T, class Entry>
void distinct(const Call& call, const sdk::UniqueArgs& args, const T* x) {
  const std::int64_t n = args.self.numel();
  Scratch<Entry> memory(call, static_cast<std::size_t>(n));
  Entry* entries = memory.data();
  fill_entries(x, 1, n, false, entries);
  std::sort(entries, entries + n);
  const auto starts = [&](std::int64_t i) {
    return i == 0 || !(x[entries[i].position()] == x[entries[i - 1].position()]);
  };
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += starts(i);

  OutputArray values(call, call.alloc_output(0, args.self.dtype(), {count}));
  const Tensor inverse =
      args.return_inverse ? call.alloc_output(1, SY_I64, args.self.shape()) : call.alloc_output(1, SY_I64, {0});
  const Tensor counts = call.alloc_output(2, SY_I64, {args.return_counts ? count : 0});
  std::int64_t group = -1;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t position = entries[i].position();
    if (starts(i)) {
      values.as<T>()[++group] = x[position];
      if (args.return_counts) counts.template data<std::int64_t>()[group] = 0;
    }
    if (args.return_inverse) inverse.template data<std::int64_t>()[position] = group;
    if (args.return_counts) ++counts.template data<std::int64_t>()[group];
  }
  values.store();
}

void run_unique(const Call& call, const sdk::UniqueArgs& args) {
  const InputArray self(call, args.self);
  visit_compute(args.self.dtype(), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_entry<T>(args.self.numel(), [&](auto entry) { distinct<T, decltype(entry)>(call, args, self.as<T>()); });
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(unique,
           sy::sdk::make_kernel<sy::sdk::UniqueArgs, sy::cpu::run_unique>(sy::sdk::kStrided | sy::sdk::kDeterministic));
