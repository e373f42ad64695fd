// Learning rates as functions of the step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sy::optim {

/// Rises linearly from peak / warmup to peak over the first `warmup` steps, then falls along half a cosine to `last` at
/// step `steps` (Loshchilov and Hutter 2017). step counts from 0.
inline double warmup_cosine(std::int64_t step, std::int64_t warmup, std::int64_t steps, double peak, double last = 0) {
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
  double progress = static_cast<double>(step - warmup) / static_cast<double>(std::max<std::int64_t>(steps - warmup, 1));
  return last + (peak - last) * 0.5 * (1 + std::cos(3.14159265358979323846 * std::min(progress, 1.0)));
}

/// start * factor^(step / every), with the division rounded down.
inline double step_decay(std::int64_t step, std::int64_t every, double factor, double start) {
  return start * std::pow(factor, static_cast<double>(step / std::max<std::int64_t>(every, 1)));
}

}  // namespace sy::optim
