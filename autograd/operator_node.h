// The node of an operator call, whichever operator: formulas plus what they read.
#pragma once

#include "switchyard/autograd/derivative.h"
#include "switchyard/core/free_list.h"

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

  static void* operator new(std::size_t) { return FreeList<OperatorNode>::allocate(); }
  static void operator delete(void* p) { FreeList<OperatorNode>::deallocate(p); }

 private:
  friend class Backward;

  /// The edge of a Tensor parameter, or nullptr where it leads nowhere.
  const Edge* edge_of(std::size_t param) const;
  void save_argument(const Frame& frame, std::size_t i, bool elements, bool shape);
  /// Of a Tensor parameter, or of one tensor of a list; nullptr for one that is absent.
  void add_edge(std::uint8_t param, const TensorBase* t);
  void clear();

  const Operator& op_;
  const OperatorDerivative& derivative_;
  Saved saved_;
  std::uint64_t wanted_ = 0;  // parameters that need a gradient
  std::uint64_t saved_results_ = 0;
  // How many threads are inside apply, and whether the saved tensors are to go: the last one out drops them.
  static constexpr std::uint32_t kReleased = 1u << 31;
  std::atomic<std::uint32_t> users_{0};
};

}  // namespace sy
