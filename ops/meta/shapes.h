// Pieces that shape rules share.
#pragma once

#include "switchyard/dispatch/meta_call.h"

namespace sy::meta {

inline IntArray shape_of(const MetaCall& call, std::size_t i) { return call.tensor(i).shape(); }

/// A pair argument such as stride: one value stands for both.
struct Pair {
  Dim h, w;
};
inline Pair pair(const MetaCall& call, std::size_t i) {
  IntArray v = call.frame().ints(i);
  return v.size() == 1 ? Pair{v[0], v[0]} : Pair{v[0], v[1]};
}
/// Fails unless argument i has one or two values, none below least.
absl::Status check_pair(const MetaCall& call, std::size_t i, Dim least);

}  // namespace sy::meta
