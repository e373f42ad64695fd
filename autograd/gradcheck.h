// Checks analytic gradients against numeric ones.
#pragma once

#include <functional>
#include <vector>

#include "switchyard/ops/tensor.h"

namespace sy {

struct GradcheckOptions {
  double eps = 1e-6;  // half the step of the central difference
  double rtol = 1e-5;
  double atol = 1e-6;
  /// Instead of every element, one random direction per input and one random weighting of the outputs: two evaluations
  /// per input, whatever its size, and inputs may have any strides.
  bool fast = false;
};

using GradcheckFn = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// Compares the gradient of every floating output of fn for every input that needs one with central differences,
/// element by element. Inputs must be f64, contiguous leaves; fn must be deterministic. Throws sy::Error that names
/// input, output, element, analytic and numeric value at the first mismatch. Gradients must have their input's shape
/// and dtype.
void gradcheck(const GradcheckFn& fn, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});
/// As gradcheck for the gradients themselves: second order. The fast form also checks them for the incoming gradients.
void gradgradcheck(const GradcheckFn& fn, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});

}  // namespace sy
