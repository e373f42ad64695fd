// f32 and bf16 matrix products.
#pragma once

#include <cstdint>

#include "loops/matrices.h"
#include "switchyard/sdk/call.h"

namespace sy::cpu::onednn {

/// c = alpha * a b + beta * c + bias; bias is one contiguous row of c's dtype or null; beta = 0 ignores c. All of dtype
/// SY_F32 or SY_BF16, plain, sizes positive. False, with nothing written, where oneDNN has no fast implementation.
bool matmul(const sdk::Call& call, std::uint32_t dtype, std::int64_t batch, const Matrices& a, const Matrices& b,
            const Matrices& c, const void* bias, float alpha, float beta);

}  // namespace sy::cpu::onednn
