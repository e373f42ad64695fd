// Datasets: examples by index.
#pragma once

#include <vector>

#include "switchyard/ops/operators.h"

namespace sy::data {

/// Random access to examples. get() is called from several worker threads at once.
template <typename Example>
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::size_t size() const = 0;
  /// The example with index in [0, size()).
  virtual Example get(std::size_t index) const = 0;
};

/// Rows of tensors that share their first size: example i is the i-th row of each.
class TensorDataset : public Dataset<std::vector<Tensor>> {
 public:
  /// Throws sy::Error unless there is a tensor and all first sizes agree.
  explicit TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
    require(!tensors_.empty(), "TensorDataset: no tensors");
    for (const Tensor& t : tensors_) {
      require(t.dim() > 0 && t.size(0) == tensors_[0].size(0), "TensorDataset: first sizes differ: ", shape_str(t.shape()), " and ",
              shape_str(tensors_[0].shape()));
    }
  }
  std::size_t size() const override { return static_cast<std::size_t>(tensors_[0].size(0)); }
  std::vector<Tensor> get(std::size_t index) const override {
    std::vector<Tensor> row;
    for (const Tensor& t : tensors_) row.push_back(t.select(0, static_cast<std::int64_t>(index)));
    return row;
  }

 private:
  std::vector<Tensor> tensors_;
};

/// The usual way to make a batch of rows: each column stacked.
inline std::vector<Tensor> stack_columns(const std::vector<std::vector<Tensor>>& examples) {
  std::vector<Tensor> batch;
  for (std::size_t c = 0; c < examples.at(0).size(); ++c) {
    std::vector<Tensor> column;
    for (const auto& e : examples) column.push_back(e.at(c));
    batch.push_back(stack(column));
  }
  return batch;
}

}  // namespace sy::data
