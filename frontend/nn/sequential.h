#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// Layers one after the other, named "0", "1", ...
class Sequential : public Layer {
 public:
  Sequential() = default;
  template <typename... Layers>
  explicit Sequential(std::shared_ptr<Layers>... layers) {
    (append(layers), ...);
  }
  /// Adds a layer at the end; returns *this for chaining.
  Sequential& append(std::shared_ptr<Layer> layer) {
    add_child(std::to_string(layers_.size()), layer);
    layers_.push_back(std::move(layer));
    return *this;
  }
  Tensor forward(const Tensor& x) override {
    Tensor y = x;
    for (auto& layer : layers_) y = layer->forward(y);
    return y;
  }
  std::string describe() const override { return "Sequential"; }

 private:
  std::vector<std::shared_ptr<Layer>> layers_;
};

}  // namespace sy::nn
