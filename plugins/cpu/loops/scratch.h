// Working memory of a call.
#pragma once

#include <cstddef>

#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// `count` uninitialised T, aligned to 64 bytes: small ones inside the object, large ones from the host. Throws Error.
template <class T>
class Scratch {
 public:
  Scratch(const sdk::Call& call, std::size_t count) {
    if (count * sizeof(T) > sizeof(inline_)) data_ = static_cast<T*>(call.workspace(count * sizeof(T)));
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() { return data_; }
  T& operator[](std::size_t i) { return data_[i]; }

 private:
  alignas(64) unsigned char inline_[1024];
  T* data_ = reinterpret_cast<T*>(inline_);
};

}  // namespace sy::cpu
