// The k largest or smallest elements along dim, in order; among equals the first.
#include "switchyard/sdk/ops/topk.h"

#include "loops/axis.h"
#include "loops/compute_copy.h"
#include "loops/order.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T, class Entry>
void select_lines(const Call& call, const Axis& axis, std::int64_t k, bool largest, const T* x, T* values,
                  std::int64_t* indices) {
  const std::int64_t lines = axis.outer * axis.inner;
  const std::int64_t parts = axis.numel() > kGrain ? std::min<std::int64_t>(num_threads(), lines) : 1;
  Scratch<Entry> memory(call, static_cast<std::size_t>(parts * axis.size));
  parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      Entry* entries = memory.data() + part * axis.size;
      for (std::int64_t line = lines * part / parts; line < lines * (part + 1) / parts; ++line) {
        const std::int64_t base = line / axis.inner * axis.size * axis.inner + line % axis.inner;
        fill_entries(x + base, axis.inner, axis.size, largest, entries);
        if (k < axis.size) std::nth_element(entries, entries + k, entries + axis.size);
        std::sort(entries, entries + k);
        const std::int64_t out = line / axis.inner * k * axis.inner + line % axis.inner;
        for (std::int64_t i = 0; i < k; ++i) {
          const std::int64_t from = entries[i].position();
          values[out + i * axis.inner] = x[base + from * axis.inner];
          indices[out + i * axis.inner] = from;
        }
      }
    }
  });
}

void run_topk(const Call& call, const sdk::TopkArgs& args) {
  const Axis axis(args.self, args.dim);
  const InputArray self(call, args.self);
  OutputArray values(call, args.values);
  OutputArray indices(call, args.indices);
  visit_compute(call.t(0), NumericTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_entry<T>(axis.size, [&](auto entry) {
      select_lines<T, decltype(entry)>(call, axis, args.k, args.largest, self.as<T>(), values.as<T>(),
                                       indices.as<std::int64_t>());
    });
  });
  values.store();
  indices.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(topk,
           sy::sdk::make_kernel<sy::sdk::TopkArgs, sy::cpu::run_topk>(sy::sdk::kStrided | sy::sdk::kDeterministic));
