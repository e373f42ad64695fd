// A number in the representation of a dtype.
#pragma once

#include <cstdint>
#include <cstring>

#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// The bytes of `value` converted to dtype as by `cast`. Throws Error for a dtype that is not standard.
struct ScalarBits {
  alignas(8) unsigned char bytes[8] = {};

  ScalarBits(const sdk::Scalar& value, std::uint32_t dtype) {
    const bool known = sdk::visit_dtype(dtype, sdk::All{}, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T converted = value.to<T>();
      std::memcpy(bytes, &converted, sizeof(T));
    });
    if (!known) throw sdk::Error(SY_UNSUPPORTED, "dtype id %u is not supported", dtype);
  }
};

}  // namespace sy::cpu
