// The rows of a loss over classes: the class that each names, and that class's weight.
#pragma once

#include <cstdint>
#include <optional>

#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// A target of type I and weights of type T, with any strides. The weight of a class is 1 where there are none.
template <class T, class I>
class ClassTargets {
 public:
  ClassTargets(const sdk::Tensor& target, const std::optional<sdk::Tensor>& weight, std::int64_t classes,
               std::int64_t ignore_index)
      : target_(target.data<I>()),
        step_(target.stride(0)),
        rows_(target.size(0)),
        classes_(classes),
        ignore_index_(ignore_index) {
    if (!weight) return;
    weight_ = weight->data<T>();
    weight_step_ = weight->stride(0);
  }

  /// fn(row, class, weight) for each row of [begin, end) that is not ignored. False where a target is out of range,
  /// whose row is left out.
  template <class Fn>
  bool visit(std::int64_t begin, std::int64_t end, const Fn& fn) const {
    bool inside = true;
    for (std::int64_t row = begin; row < end; ++row) {
      std::int64_t c = target_[row * step_];
      if (c == ignore_index_) continue;
      if (c < 0) c += classes_;
      if (c < 0 || c >= classes_) [[unlikely]] {
        inside = false;
        continue;
      }
      fn(row, c, weight_ == nullptr ? 1.0 : static_cast<double>(weight_[c * weight_step_]));
    }
    return inside;
  }

  /// Throws the Error of the first target out of range.
  [[noreturn]] void throw_outside() const {
    std::int64_t row = 0;
    while (visit(row, row + 1, [](auto...) {})) ++row;
    throw sdk::Error(SY_OUT_OF_RANGE, "index %lld is out of range for %lld classes (argument target)",
                     static_cast<long long>(target_[row * step_]), static_cast<long long>(classes_));
  }

  std::int64_t rows() const { return rows_; }

 private:
  const I* target_;
  std::int64_t step_;
  std::int64_t rows_;
  std::int64_t classes_;
  std::int64_t ignore_index_;
  const T* weight_ = nullptr;
  std::int64_t weight_step_ = 0;
};

}  // namespace sy::cpu
