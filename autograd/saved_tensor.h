// A tensor kept for the backward pass.
#pragma once

#include <string>

#include "switchyard/autograd/node.h"

namespace sy {

/// Keeps the data and how it was made, but not the handle, so that no cycle of references arises. Notices when the data
/// was written to since.
class SavedTensor {
 public:
  SavedTensor() = default;
  /// An argument of a call.
  static SavedTensor argument(const TensorBase& t);
  /// An argument that the call is about to overwrite: keeps a copy of the data.
  static SavedTensor overwritten_argument(const TensorBase& t);
  /// A result of the call that `node` records; not yet given its history.
  static SavedTensor result(const TensorBase& t, Node* node, std::uint32_t output);

  /// The tensor with its history. Throws sy::Error naming who saved it and who wrote to it meanwhile, or that it was
  /// released.
  Tensor unpack(const std::string& saved_by) const;
  bool defined() const { return static_cast<bool>(impl_); }

 private:
  Ref<TensorImpl> impl_;  // an alias without history, or the leaf itself
  Edge edge_;             // of an argument
  Node* maker_ = nullptr; // of a result: the node that owns this object
  std::uint32_t output_ = 0;
  std::uint32_t version_ = 0;
  bool leaf_ = false;
};

}  // namespace sy
