// The host's part of a call, before any kernel: check, infer, promote, allocate.
#pragma once

#include <forward_list>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "switchyard/dispatch/meta_call.h"
#include "switchyard/dispatch/operator.h"

namespace sy {

/// The error of a Tensor argument that was not given.
[[noreturn]] void undefined_argument(const Frame& frame, std::size_t i);

/// Throws unless a result of that shape can exist.
std::int64_t check_size(const Operator& op, const IntArray& shape);
/// A reduction's dims argument as ascending dimensions of a tensor with ndim of them: all where none are given.
void reduced_dims(const Operator& op, const Arg& dims, std::int64_t ndim, SmallVector<std::int64_t, 6>* out);
/// The dtype that the rules give result k where the call asks for none.
Dtype ruled_dtype(const OperatorDef& def, std::size_t k, const Dtype* t);
/// A view of the first tensor argument with that geometry, joined to its base.
TensorBase make_view(const Frame& frame, const ResultMeta& geometry);

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
  /// Lists of tensors have no holes, and lists of fixed length have it.
  void check_lists();
  /// "self", or "tensors[1]".
  std::string argument_name(std::size_t i, const TensorBase& t) const;
  /// One value of an int[2] parameter stands for both.
  void expand_fixed(std::size_t i, const Parameter& param);
  /// Sets T0..T3 where no operand needs a conversion: the usual case.
  bool operands_agree();
  void promote_operands();
  bool keeps_dims() const;
  void convert(std::size_t param, Dtype dtype);
  TensorBase converted(const TensorBase& t, Dtype dtype) const;
  Dtype result_dtype(std::size_t k) const;
  void check_set(std::uint32_t variable, Dtype dtype) const;
  void check_sets() const;
  void infer_pointwise();
  void infer_reduction();
  /// A result yet without memory. A pointwise one is laid out as the first operand of its shape, so that both are
  /// walked in the order of memory.
  TensorBase fresh_output(const ResultMeta& r) const;
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
