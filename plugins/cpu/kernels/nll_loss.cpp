// -weight[target] * self[target] of each row, or their sum or mean. Sums are in f64.
#include "switchyard/sdk/ops/nll_loss.h"

#include <algorithm>
#include <atomic>

#include "loops/class_targets.h"
#include "loops/parallel.h"
#include "loops/scratch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

struct Sums {
  double loss;
  double weight;
};

template <class T, class I>
void run_rows(const Call& call, const sdk::NllLossArgs& args) {
  const ClassTargets<T, I> targets(args.target, args.weight, args.self.size(1), args.ignore_index);
  const T* const x = args.self.template data<T>();
  const std::int64_t row_step = args.self.stride(0);
  const std::int64_t class_step = args.self.stride(1);
  const auto loss = [=](std::int64_t row, std::int64_t c, double weight) {
    return -static_cast<double>(x[row * row_step + c * class_step]) * weight;
  };
  T* const out = args.result.template data<T>();
  std::atomic<bool> inside{true};
  // Rows per sum: the same for every number of threads, and so the result. A row costs about as much as eight elements.
  constexpr std::int64_t kRows = 512;
  constexpr std::int64_t kGrainRows = kGrain / 8;
  if (args.reduction == "none") {
    const std::int64_t step = args.result.stride(0);
    parallel_for(targets.rows(), kGrainRows, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) out[row * step] = T(0.0f);
      const auto write = [&](std::int64_t row, std::int64_t c, double w) {
        out[row * step] = static_cast<T>(loss(row, c, w));
      };
      if (!targets.visit(begin, end, write)) inside = false;
    });
  } else {
    const std::int64_t parts = (targets.rows() + kRows - 1) / kRows;
    Scratch<Sums> sums(call, static_cast<std::size_t>(parts));
    parallel_for(parts, kGrainRows / kRows, [&, sums = sums.data()](std::int64_t begin, std::int64_t end) {
      for (std::int64_t part = begin; part < end; ++part) {
        Sums s{0, 0};
        const auto add = [&](std::int64_t row, std::int64_t c, double w) {
          s.loss += loss(row, c, w);
          s.weight += w;
        };
        if (!targets.visit(part * kRows, std::min(targets.rows(), (part + 1) * kRows), add)) inside = false;
        sums[part] = s;
      }
    });
    Sums total{0, 0};
    for (std::int64_t part = 0; part < parts; ++part) {
      total.loss += sums[static_cast<std::size_t>(part)].loss;
      total.weight += sums[static_cast<std::size_t>(part)].weight;
    }
    *out = static_cast<T>(args.reduction == "mean" ? total.loss / total.weight : total.loss);
  }
  if (!inside) targets.throw_outside();
}

sy_status run_nll_loss(const Call& call, const sdk::NllLossArgs& args) {
  return call.dispatch(sdk::Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    args.target.dtype() == SY_I32 ? run_rows<T, std::int32_t>(call, args) : run_rows<T, std::int64_t>(call, args);
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(nll_loss, sy::sdk::make_kernel<sy::sdk::NllLossArgs, sy::cpu::run_nll_loss>(sy::sdk::kStrided |
                                                                                       sy::sdk::kDeterministic));
