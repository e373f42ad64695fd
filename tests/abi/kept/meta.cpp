#include "switchyard/ops/gen/kept_meta.h"

namespace kept::meta {

absl::Status tanh(sy::MetaCall& call) {
  call.set(0, call.tensor(0).shape());  // the reserve's size is the kernel's
  return absl::OkStatus();
}

absl::Status as_grad(sy::MetaCall& call) {
  call.set(0, call.tensor(0).shape());
  return absl::OkStatus();
}

absl::Status channels_last(sy::MetaCall& call) {
  if (call.tensor(0).dim() != 4) return call.error("argument self: expected 4 dimensions");
  call.set(0, call.tensor(0).shape());
  return absl::OkStatus();
}

absl::Status recurrent(sy::MetaCall& call) {
  if (call.tensor(0).dim() != 3 || call.tensor(1).dim() != 2) return call.error("expected 3 and 2 dimensions");
  const auto input = call.tensor(0).shape(), state = call.tensor(1).shape();
  if (!(call.tensor(2).shape() == sy::IntArray({input[2], state[1]})) ||
      !(call.tensor(3).shape() == sy::IntArray({state[1], state[1]})) || input[1] != state[0]) {
    return call.error("the sizes of input, state and weights do not go together");
  }
  call.set(0, {input[0], input[1], state[1]});
  return absl::OkStatus();
}

absl::Status recurrent_backward(sy::MetaCall& call) {
  for (int k = 0; k < 4; ++k) call.set(k, call.tensor(k + 2).shape());
  return absl::OkStatus();
}

}  // namespace kept::meta
