// f64 matrix products.
#pragma once

#include <cstdint>

#include "loops/matrices.h"

namespace sy::cpu::openblas {

/// c = alpha * a b + beta * c; beta = 0 ignores c. Plain matrices of f64 that it takes, c by rows, sizes
/// positive.
void matmul(std::int64_t batch, const Matrices& a, const Matrices& b, const Matrices& c, double alpha, double beta);

/// The library is there, and can count these sizes and strides.
bool takes(const Matrices& a, const Matrices& b, const Matrices& c);

}  // namespace sy::cpu::openblas
