// Dispatch over element sizes, for code that moves elements whatever they mean.
#pragma once

#include "switchyard/sdk/dtype.h"

namespace sy::cpu {

/// Calls fn(sdk::Type<U>) for the unsigned type U of `item` bytes.
template <class Fn>
void visit_item(std::uint32_t item, const Fn& fn) {
  switch (item) {
    case 1:
      return fn(sdk::Type<std::uint8_t>());
    case 2:
      return fn(sdk::Type<std::uint16_t>());
    case 4:
      return fn(sdk::Type<std::uint32_t>());
    default:
      return fn(sdk::Type<std::uint64_t>());
  }
}

}  // namespace sy::cpu
