// The node of an operator call, whichever operator: formulas plus what they read.
#pragma once

#include "switchyard/autograd/derivative.h"

namespace sy {

class OperatorNode : public Node {
 public:
  OperatorNode(const Operator& op, const OperatorDerivative& derivative) : op_(op), derivative_(derivative) {}

  /// Before the call: edges, and what the formulas of the arguments that need a gradient read.
  void save_arguments(const Frame& frame);
  /// After it: results that formulas read.
  void save_results(const Frame& frame);

  std::string name() const override { return op_.name(); }
  std::vector<Tensor> apply(std::vector<Tensor> grads) override;
  void release_saved() override;

 private:
  const Operator& op_;
  const OperatorDerivative& derivative_;
  Backward::Saved saved_;
  std::vector<std::uint8_t> edge_params_;  // the parameter of each edge
  std::uint64_t wanted_ = 0;               // parameters that need a gradient
  std::uint64_t saved_results_ = 0;
  bool released_ = false;
  std::mutex mutex_;
};

}  // namespace sy
