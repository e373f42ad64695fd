// Short ways to make and read small tensors in tests.
#pragma once

#include <vector>

#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"

namespace sy {

inline Tensor make(const std::vector<double>& values, IntArray shape, Dtype dtype = kF64) {
  Tensor t = empty(shape, kF64);
  copy_from_host(t, values.data());
  return t.to(dtype);
}
inline Tensor vec(const std::vector<double>& values) { return make(values, static_cast<std::int64_t>(values.size())); }
inline Tensor leaf(const std::vector<double>& values) { return vec(values).requires_grad_(); }
inline std::vector<double> values(const Tensor& t) {
  Tensor host = t.detach().to(kF64).cpu().contiguous();
  std::vector<double> out(static_cast<std::size_t>(host.numel()));
  copy_to_host(host, out.data());
  return out;
}

}  // namespace sy
