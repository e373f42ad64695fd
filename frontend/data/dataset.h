#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "switchyard/ops/tensor.h"

namespace sy::data {

/// Examples by number. get() is called by several threads at once; one that draws random numbers should seed them from
/// the number, so that an epoch is the same whatever the number of workers.
template <typename Example>
class Dataset {
 public:
  using ExampleType = Example;
  virtual ~Dataset() = default;
  virtual std::int64_t size() const = 0;
  /// Example i, 0 <= i < size(). What it throws reaches the caller of the loader.
  virtual Example get(std::int64_t i) const = 0;
};

/// Rows of tensors: example i is {t[i] for each tensor}, views without copies.
class TensorDataset : public Dataset<std::vector<Tensor>> {
 public:
  /// Throws sy::Error unless there is a tensor and all have the same first size.
  explicit TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
    require(!tensors_.empty(), "TensorDataset: expected at least one tensor");
    for (std::size_t k = 0; k < tensors_.size(); ++k) {
      require(tensors_[k].defined() && tensors_[k].dim() > 0, "TensorDataset: tensor ", k, " has no rows");
      require(tensors_[k].size(0) == tensors_[0].size(0), "TensorDataset: tensor ", k, " has ", tensors_[k].size(0),
              " rows, expected ", tensors_[0].size(0));
    }
  }
  std::int64_t size() const override { return tensors_[0].size(0); }
  std::vector<Tensor> get(std::int64_t i) const override {
    std::vector<Tensor> example;
    example.reserve(tensors_.size());
    for (const Tensor& t : tensors_) example.push_back(t.select(0, i));
    return example;
  }

 private:
  std::vector<Tensor> tensors_;
};

}  // namespace sy::data
