// A tensor kept for the backward pass.
#pragma once

#include <memory>
#include <string>

#include "switchyard/autograd/node.h"

namespace sy {

/// Decides what becomes of the tensors that a thread's calls save, for checkpointing. Numbers go up from 0 in the order
/// of saving.
class SaveObserver {
 public:
  virtual ~SaveObserver() = default;
  /// Called with the data. True: the object forgets the data, and asks `recall` for it when it is needed.
  virtual bool take(std::size_t number, const Ref<TensorImpl>& data) = 0;
  /// The data once more; its shape and dtype are as before. May throw sy::Error.
  virtual Ref<TensorImpl> recall(std::size_t number) = 0;
  std::size_t next_number = 0;
};

/// Has an observer see what this thread saves within a scope, in place of an outer one.
class ObserveSaves {
 public:
  explicit ObserveSaves(std::shared_ptr<SaveObserver> observer);
  ~ObserveSaves();
  ObserveSaves(const ObserveSaves&) = delete;
  ObserveSaves& operator=(const ObserveSaves&) = delete;

 private:
  std::shared_ptr<SaveObserver> observer_;
  std::shared_ptr<SaveObserver>* before_;
};

/// Keeps the data and how it was made, but not the handle, so that no cycle of references arises. Notices when the data
/// was written to since.
class SavedTensor {
 public:
  SavedTensor() = default;
  /// An argument of a call. Of one that the call is about to overwrite a copy of the data is kept.
  explicit SavedTensor(const TensorBase& argument, bool overwritten = false);
  /// A result of the call that `node` records; not yet given its history.
  SavedTensor(const TensorBase& result, Node* node, std::uint32_t output);

  /// The tensor with its history. Throws sy::Error naming who saved it and who wrote to it meanwhile, or that it was
  /// released.
  Tensor unpack(const std::string& saved_by) const;
  bool defined() const { return static_cast<bool>(impl_) || observed_ != nullptr; }

 private:
  /// History and leaf mark alone.
  void keep_origin(const TensorBase& t);
  void keep(Ref<TensorImpl> data);

  Ref<TensorImpl> impl_;   // an alias without history, or the leaf itself; empty where an observer took it
  Edge edge_;              // of an argument
  Node* maker_ = nullptr;  // of a result: the node that owns this object
  std::uint32_t output_ = 0;
  std::uint32_t version_ = 0;
  bool leaf_ = false;
  struct Observed {
    std::shared_ptr<SaveObserver> observer;
    std::size_t number;
  };
  std::unique_ptr<Observed> observed_;  // where an observer took the data
};

}  // namespace sy
