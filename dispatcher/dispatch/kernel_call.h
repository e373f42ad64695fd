// A prepared call on its way into a kernel.
#pragma once

#include <forward_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/capture.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/dispatch/plan_cache.h"

namespace sy {

/// What the host's services reach of a call under way.
class HostCall {
 public:
  explicit HostCall(Device device) : device_(device) {}
  virtual ~HostCall() = default;
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  /// Device memory until the call is over.
  absl::Status workspace(std::uint64_t bytes, void** memory);
  /// Makes a data-dependent output; an error where there is none.
  virtual absl::Status alloc_output(std::uint32_t output, Dtype dtype, const IntArray& shape, sy_tensor** tensor);

 protected:
  Device device_;

 private:
  absl::InlinedVector<Ref<Storage>, 2> workspaces_;
};

/// The error of a kernel that failed: its message, with operator, device and plugin.
[[noreturn]] void kernel_failed(const Operator& op, Device device, const KernelEntry& entry, sy_status code);

/// Holds everything that a sy_call points to. One object serves every candidate of a slot's chain in turn.
class KernelCall : public HostCall {
 public:
  KernelCall(Operator& op, Device device, Backend& backend, absl::Span<const Arg> args, const Dtype* dtypes,
             std::uint32_t num_dtypes, absl::Span<TensorBase> outputs, IntArray broadcast_shape,
             std::optional<sy_rng>& rng);
  ~KernelCall() override;

  /// Tries a kernel. True: it ran, outputs are written. False: it declined, and *reason says why. Throws sy::Error when
  /// the kernel failed. With contiguous, operands are copied where their strides are not row-major.
  bool run(KernelEntry& entry, bool contiguous, std::string* reason);

  absl::Status alloc_output(std::uint32_t output, Dtype dtype, const IntArray& shape, sy_tensor** tensor) override;

 private:
  void build(const KernelEntry& entry, bool contiguous);
  /// Asks the kernel for a plan and the reserve's size, then gives memory to the outputs that have none.
  void prepare(KernelEntry& entry);
  void allocate_output(std::size_t k, const IntArray& shape, const IntArray& strides);
  sy_slot tensor_slot(const TensorBase& t, const KernelEntry& entry, bool contiguous);
  /// Keeps a tensor that was made for this call.
  const TensorBase& own(TensorBase t);
  sy_tensor* place(const TensorBase& t, bool output);
  void build_pointwise(bool contiguous);
  std::string plan_key() const;
  void record_stream_use();
  /// Waits for the device and throws what its work found, under this operator's name.
  void finish(const KernelEntry& entry);

  Operator& op_;
  Backend& backend_;
  absl::Span<const Arg> args_;
  absl::Span<TensorBase> outputs_;
  IntArray shape_;  // of a pointwise call
  bool pointwise_;
  sy_call call_{};
  // The call points into these, so each is reserved before it is filled.
  absl::InlinedVector<sy_slot, 8> slots_;
  absl::InlinedVector<sy_slot, 2> output_slots_;
  absl::InlinedVector<sy_tensor, 5> tensors_;
  std::vector<std::vector<const sy_tensor*>> lists_;
  absl::InlinedVector<Shape, 6> dims_;
  absl::InlinedVector<const TensorBase*, 8> operands_;  // what the slots show: arguments in order, then outputs
  std::forward_list<TensorBase> temporaries_;
  std::vector<std::pair<TensorBase, TensorBase>> write_back_;  // temporary, target
  std::vector<std::uint32_t> dtype_values_;
  std::vector<sy_device> device_values_;
  PlanCache::Plan plan_;
  Capture* capture_;            // that the call goes into, or nullptr
  std::optional<sy_rng>& rng_;  // what a random operator draws, once for all candidates
};

/// Writes src, broadcast and converted, into dst on the same device; below the layers.
void assign(const TensorBase& dst, const TensorBase& src);
/// A new tensor with src's values as dtype; below the layers.
TensorBase cast_copy(const TensorBase& src, Dtype dtype);
/// t, or a contiguous copy of it.
TensorBase contiguous_copy(const TensorBase& t);
/// A contiguous copy on another device; below the layers.
TensorBase copy_to_device(const TensorBase& t, Device device);

/// The same geometry over a copy of the whole storage on another device; needs no kernel on t's device.
TensorBase mirror(const TensorBase& t, Device device);
/// Copies the whole storage of src, a mirror of dst or the reverse.
void copy_storage(const TensorBase& dst, const TensorBase& src);

/// The host's service table that plugins get.
const sy_host& host_services();

}  // namespace sy
