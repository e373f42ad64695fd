// The host's part of a call, before any kernel: check, infer, promote, allocate.
#pragma once

#include <forward_list>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "switchyard/dispatch/meta_call.h"
#include "switchyard/dispatch/operator.h"

namespace sy {

/// Everything worked out for one call. Throws sy::Error on the user's mistakes.
class Prologue {
 public:
  explicit Prologue(Frame& frame);

  /// Where the call runs; mixed devices are an error that names both arguments.
  void find_device();
  /// Resolves T0..T3, converts operands that must be, checks the declared sets.
  void resolve_dtypes();
  /// For composites: that every tensor's dtype is declared; its parts do the rest.
  void check_declared() const;
  /// Runs the kind's shape rule.
  void infer();
  /// A view of the first tensor argument, from what infer found.
  TensorBase make_view() const;
  /// The caller's outputs where they fit, or fresh ones, mostly still without memory: a kernel may have a say in
  /// their layout.
  void prepare_outputs();
  /// Gives memory to the outputs that have none.
  void allocate_outputs();
  /// Moves what was computed into the caller's tensors and into the frame.
  void deliver();

  Device device() const { return device_; }
  Dtype t(std::size_t v) const { return t_[v]; }
  std::uint32_t num_t() const { return num_t_; }
  /// The dtype that picks the kernel; SY_DTYPE_NONE for an operator without T0.
  std::uint32_t slot() const { return num_t_ != 0 ? t_[0].id() : SY_DTYPE_NONE; }
  absl::Span<const Arg> args() const { return {args_.data(), args_.size()}; }
  absl::Span<TensorBase> outputs() { return absl::MakeSpan(outputs_); }
  IntArray shape() const { return results_[0].shape; }
  absl::Span<const ResultMeta> results() const { return results_; }
  /// Replaces T0 operands by copies of another dtype, for a promoted run.
  void promote_to(Dtype dtype);
  bool all_outputs_empty() const;

 private:
  template <typename Fn>
  void for_each_tensor(Fn&& fn) const;
  /// One value of an int[2] parameter stands for both.
  void expand_fixed(std::size_t i, const Parameter& param);
  void convert(std::size_t param, Dtype dtype);
  TensorBase converted(const TensorBase& t, Dtype dtype) const;
  Dtype result_dtype(std::size_t k) const;
  void check_set(std::uint32_t variable, Dtype dtype) const;
  void check_sets() const;
  void infer_pointwise();
  void infer_reduction();
  void check_target(std::size_t k, const TensorBase& target) const;
  bool must_use_temporary(std::size_t k, const TensorBase& target) const;

  Frame& frame_;
  Operator& op_;
  const OperatorInfo& info_;
  const OperatorDef& def_;
  Device device_;
  Dtype t_[4];
  bool known_[4] = {false, false, false, false};
  std::uint32_t num_t_ = 0;
  // Most calls allocate nothing here.
  absl::InlinedVector<Arg, 8> args_;
  std::forward_list<TensorBase> owned_;  // args_ points into it
  std::vector<std::vector<TensorBase>> owned_lists_;
  absl::InlinedVector<ResultMeta, 2> results_;
  absl::InlinedVector<TensorBase, 2> outputs_;
  SmallVector<std::int64_t, 6> dims_;
  std::vector<std::vector<std::int64_t>> fixed_;
  std::optional<Dtype> final_dtype_;  // of a reduction that was asked for another dtype than it computes
};

}  // namespace sy
