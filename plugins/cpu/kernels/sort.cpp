// Stable sort along dim, and where each element came from; NaN sorts as the largest.
#include "switchyard/sdk/ops/sort.h"

#include "loops/axis.h"
#include "loops/compute_copy.h"
#include "loops/order.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T, class Entry>
void sort_lines(const Call& call, const Axis& axis, bool descending, const T* x, T* values, std::int64_t* indices) {
  const std::int64_t lines = axis.outer * axis.inner;
  const std::int64_t parts = axis.numel() > kGrain ? std::min<std::int64_t>(num_threads(), lines) : 1;
  Scratch<Entry> memory(call, static_cast<std::size_t>(parts * axis.size));
  parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      Entry* entries = memory.data() + part * axis.size;
      for (std::int64_t line = lines * part / parts; line < lines * (part + 1) / parts; ++line) {
        const std::int64_t base = line / axis.inner * axis.size * axis.inner + line % axis.inner;
        fill_entries(x + base, axis.inner, axis.size, descending, entries);
        std::sort(entries, entries + axis.size);
        for (std::int64_t i = 0; i < axis.size; ++i) {
          const std::int64_t from = entries[i].position();
          values[base + i * axis.inner] = x[base + from * axis.inner];
          indices[base + i * axis.inner] = from;
        }
      }
    }
  });
}

void run_sort(const Call& call, const sdk::SortArgs& args) {
  const Axis axis(args.self, args.dim);
  const InputArray self(call, args.self);
  OutputArray values(call, args.values);
  OutputArray indices(call, args.indices);
  visit_compute(call.t(0), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_entry<T>(axis.size, [&](auto entry) {
      sort_lines<T, decltype(entry)>(call, axis, args.descending, self.as<T>(), values.as<T>(),
                                     indices.as<std::int64_t>());
    });
  });
  values.store();
  indices.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sort,
           sy::sdk::make_kernel<sy::sdk::SortArgs, sy::cpu::run_sort>(sy::sdk::kStrided | sy::sdk::kDeterministic));
