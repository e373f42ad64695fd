// Bytes between host and device.
#pragma once

#include "switchyard/core/scalar.h"
#include "switchyard/core/tensor_base.h"

namespace sy {

/// Copies a contiguous tensor's elements into host memory and waits; throws the device's pending errors.
void copy_to_host(const TensorBase& src, void* dst);
/// Fills a contiguous tensor from host memory; the source may be reused on return.
void copy_from_host(const TensorBase& dst, const void* src);
/// dst and src contiguous, of one dtype and size, on any two devices. Through host memory between two backends.
void copy_bytes(const TensorBase& dst, const TensorBase& src);
/// A 0-d or one-element tensor's value; waits for the device.
Scalar read_scalar(const TensorBase& t);
/// A 0-d CPU tensor that counts as a plain number in promotion.
TensorBase number_tensor(const Scalar& value);

}  // namespace sy
