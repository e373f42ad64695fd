// DLPack in and out: tensors shared with other libraries in one process. Layout: the DLPack header, version 0.x,
// dmlc/dlpack.
#pragma once

#include "switchyard/abi/types.h"
#include "switchyard/ops/tensor.h"

namespace sy {

/// Same layout as DLPack's DLManagedTensor.
struct DLManagedTensor {
  sy_dl_tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(DLManagedTensor* self);
};

/// Shares t, which must lie in host memory and need no gradient. The receiver calls deleter once. Throws sy::Error.
DLManagedTensor* to_dlpack(const Tensor& t);
/// Takes over a tensor in host memory; its deleter runs when the last tensor that shares it dies. On an error, which is
/// thrown as sy::Error, the caller still owns it.
Tensor from_dlpack(DLManagedTensor* managed);

}  // namespace sy
