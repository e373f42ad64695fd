// Whether this thread records.
#pragma once

#include "switchyard/dispatch/thread_state.h"

namespace sy {

inline bool grad_enabled() { return t_state.grad_mode; }

/// Sets the mode for a scope: GradMode(false) is no_grad.
class GradMode {
 public:
  explicit GradMode(bool enabled) : before_(t_state.grad_mode) { t_state.grad_mode = enabled; }
  ~GradMode() { t_state.grad_mode = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Nothing is recorded within the scope.
class NoGrad : public GradMode {
 public:
  NoGrad() : GradMode(false) {}
};

/// As NoGrad, and tensors made within can never take part in recording later.
class InferenceMode {
 public:
  InferenceMode() : before_(t_state.inference_mode) { t_state.inference_mode = true; }
  ~InferenceMode() { t_state.inference_mode = before_; }
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;

 private:
  NoGrad no_grad_;
  bool before_;
};

}  // namespace sy
