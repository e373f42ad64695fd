// NumPy-style printing.
#pragma once

#include <ostream>

#include "switchyard/ops/tensor.h"

namespace sy {

std::ostream& operator<<(std::ostream& out, const Tensor& t);

}  // namespace sy
