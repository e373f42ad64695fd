// Tensors to and from other libraries without copies, in DLPack's C layout (dmlc/dlpack, dlpack.h, the unversioned
// DLManagedTensor that all of them take).
#pragma once

#include "switchyard/abi/types.h"
#include "switchyard/ops/tensor.h"

namespace sy {

/// Same layout as DLPack's struct of this name; cast the pointer to theirs.
struct DLManagedTensor {
  sy_dl_tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(DLManagedTensor* self);
};

/// Shares t's memory and keeps it alive until the consumer calls deleter, once, on any thread. Throws sy::Error for
/// undefined tensors, other devices than cpu, and tensors that need a gradient (detach first).
DLManagedTensor* to_dlpack(const Tensor& t);

/// A tensor over the producer's memory; takes ownership, and calls the producer's deleter when the last tensor that
/// shares the memory dies. Throws sy::Error, leaving ownership with the caller, for other devices than cpu, unknown
/// dtypes, misaligned memory and shapes or strides that make no sense. That the memory is as large as they say is
/// trusted.
Tensor from_dlpack(DLManagedTensor* managed);

}  // namespace sy
