// The k largest or smallest elements along dim, in order; among equals the first.
#include "switchyard/sdk/ops/topk.h"

#include "loops/axis.h"
#include "loops/compute_copy.h"
#include "loops/order.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// Up to here the best are kept in order while a line is looked through.
constexpr std::int64_t kFew = 32;
// Elements that are compared at once with the worst of the best.
constexpr std::int64_t kGroup = 32;

// Whether some of kGroup elements may come before the bound. NaN is told apart later.
template <class T>
bool any_before(const T* x, T bound, bool largest) {
  int found = 0;
  if (largest) {
    for (std::int64_t i = 0; i < kGroup; ++i) found |= !(x[i] <= bound);
  } else {
    for (std::int64_t i = 0; i < kGroup; ++i) found |= !(x[i] >= bound);
  }
  return found != 0;
}

template <class Entry>
void insert(Entry entry, std::int64_t count, Entry* best) {
  std::int64_t i = count;
  for (; i > 0 && entry < best[i - 1]; --i) best[i] = best[i - 1];
  best[i] = entry;
}

// The first k of a contiguous line, in order, into best[0, k).
template <class T, class Entry>
void select_few(const T* x, std::int64_t n, std::int64_t k, bool largest, Entry* best) {
  for (std::int64_t i = 0; i < k; ++i) insert(make_entry<Entry>(x[i], i, largest), i, best);
  const auto consider = [&](std::int64_t i) {
    const Entry entry = make_entry<Entry>(x[i], i, largest);
    if (entry < best[k - 1]) insert(entry, k - 1, best);
  };
  std::int64_t i = k;
  for (; i + kGroup <= n; i += kGroup) {
    if (!any_before(x + i, x[best[k - 1].position()], largest)) continue;
    for (std::int64_t j = i; j < i + kGroup; ++j) consider(j);
  }
  for (; i < n; ++i) consider(i);
}

template <class T, class Entry>
void select_lines(const Call& call, const Axis& axis, std::int64_t k, bool largest, const T* x, T* values,
                  std::int64_t* indices) {
  const std::int64_t lines = axis.outer * axis.inner;
  const std::int64_t parts = axis.numel() > kGrain ? std::min<std::int64_t>(num_threads(), lines) : 1;
  const bool few = k > 0 && k <= kFew && axis.inner == 1;
  const std::int64_t room = few ? kFew : axis.size;
  Scratch<Entry> memory(call, static_cast<std::size_t>(parts * room));
  parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      Entry* entries = memory.data() + part * room;
      for (std::int64_t line = lines * part / parts; line < lines * (part + 1) / parts; ++line) {
        const std::int64_t base = line / axis.inner * axis.size * axis.inner + line % axis.inner;
        if (few) {
          select_few(x + base, axis.size, k, largest, entries);
        } else {
          fill_entries(x + base, axis.inner, axis.size, largest, entries);
          if (k < axis.size) std::nth_element(entries, entries + k, entries + axis.size);
          std::sort(entries, entries + k);
        }
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
