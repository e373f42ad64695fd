// From a C++ function over a generated argument struct to a sy_kernel, and the table that a kernel file defines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "switchyard/sdk/call.h"

namespace sy::sdk {

/// Kernel flags that come together on most kernels for host memory.
inline constexpr std::uint32_t kStrided = SY_KERNEL_STRIDED;
inline constexpr std::uint32_t kDeterministic = SY_KERNEL_DETERMINISTIC;
inline constexpr std::uint32_t kPointwise = SY_KERNEL_STRIDED | SY_KERNEL_HOST_SCALARS | SY_KERNEL_DETERMINISTIC;

/// Stands for the dtypes that the operator declares.
struct Declared {
  static constexpr const std::uint32_t* kIds = nullptr;
  static constexpr std::uint32_t kCount = 0;
};

/// The layouts of outputs that the host is about to allocate, while a plan is made.
class Layouts {
 public:
  Layouts(const sy_call* call, const sy_plan* plan) : call_(call), plan_(plan) {}

  /// Whether output k's layout is still open; an in-place or given output has one.
  bool is_open(std::uint32_t k) const { return k < plan_->num_outputs && plan_->strides[k] != nullptr; }
  /// Has output k allocated with its dimensions in this order, outermost first: {0, 2, 3, 1} for channels last. Does
  /// nothing where the layout is not open.
  void propose(std::uint32_t k, std::initializer_list<std::uint32_t> order) const {
    if (!is_open(k)) return;
    const sy_dl_tensor& view = static_cast<const sy_tensor*>(call_->outputs[k].ptr)->view;
    if (order.size() != static_cast<std::size_t>(view.ndim))
      throw Error(SY_INTERNAL, "propose: not one entry per dimension");
    std::int64_t stride = 1;
    for (const std::uint32_t* d = order.end(); d-- != order.begin();) {
      plan_->strides[k][*d] = stride;
      stride *= view.shape[*d];
    }
  }

 private:
  const sy_call* call_;
  const sy_plan* plan_;
};

namespace detail {

template <typename Args, auto kFn>
sy_status run_kernel(const sy_call* abi) noexcept {
  return guard(abi->host, abi->op, [abi]() -> sy_status {
    const Call call(abi);
    if constexpr (std::is_void_v<decltype(kFn(call, Args(call)))>) {
      kFn(call, Args(call));
      return SY_OK;
    } else {
      return kFn(call, Args(call));
    }
  });
}

template <typename Args, auto kFn>
sy_status kernel_bytes(const sy_call* abi, std::uint64_t* bytes) noexcept {
  return guard(abi->host, abi->op, [&]() -> sy_status {
    const Call call(abi);
    *bytes = kFn(call, Args(call));
    return SY_OK;
  });
}

template <typename Plan, typename Args, auto kFn>
sy_status kernel_prepare(const sy_call* abi, sy_plan* plan) noexcept {
  return guard(abi->host, abi->op, [&]() -> sy_status {
    const Call call(abi);
    if constexpr (std::is_invocable_v<decltype(kFn), const Call&, const Args&, const Layouts&>) {
      plan->state = kFn(call, Args(call), Layouts(abi, plan)).release();
    } else {
      plan->state = kFn(call, Args(call)).release();
    }
    return SY_OK;
  });
}

template <typename Plan>
void kernel_drop(const sy_kernel*, void* plan) noexcept {
  try {
    delete static_cast<Plan*>(plan);
  } catch (...) {
    // The plan is gone, and drop has no status to say more with.
  }
}

}  // namespace detail

/// A kernel of operator Args::kOp that runs kFn, a function `sy_status (const Call&, const Args&)` (or void). Set names
/// the T0 it takes. Constant-initialises.
template <typename Args, auto kFn, typename Set = Declared>
constexpr sy_kernel make_kernel(std::uint32_t flags, Set = {}, std::int32_t priority = 0) {
  sy_kernel k{};
  k.size = sizeof(sy_kernel);
  k.flags = flags;
  k.op = Args::kOp;
  k.layout_hash = Args::kLayoutHash;
  k.dtypes = Set::kIds;
  k.num_dtypes = Set::kCount;
  k.priority = priority;
  k.run = &detail::run_kernel<Args, kFn>;
  return k;
}

/// kernel with `supports`: kFn is `sy_status (const Call&, const Args&)` and returns SY_OK, or
/// call.error(SY_UNSUPPORTED, why). It reads metadata alone.
template <typename Args, auto kFn>
constexpr sy_kernel with_supports(sy_kernel kernel) {
  kernel.supports = &detail::run_kernel<Args, kFn>;
  return kernel;
}

/// kernel with a workspace: kFn is `uint64_t (const Call&, const Args&)`, in bytes.
template <typename Args, auto kFn>
constexpr sy_kernel with_workspace(sy_kernel kernel) {
  kernel.workspace_size = &detail::kernel_bytes<Args, kFn>;
  return kernel;
}

/// kernel with a reserve: kFn is `uint64_t (const Call&, const Args&)`, the bytes that run leaves for the backward.
template <typename Args, auto kFn>
constexpr sy_kernel with_reserve(sy_kernel kernel) {
  kernel.reserve_size = &detail::kernel_bytes<Args, kFn>;
  return kernel;
}

/// kernel with a cached plan: kFn is `std::unique_ptr<Plan> (const Call&, const Args&)`, perhaps with a third
/// parameter, `const Layouts&`, through which it proposes layouts; run finds the plan in call.plan<Plan>().
template <typename Plan, typename Args, auto kFn>
constexpr sy_kernel with_plan(sy_kernel kernel) {
  kernel.prepare = &detail::kernel_prepare<Plan, Args, kFn>;
  kernel.drop = &detail::kernel_drop<Plan>;
  return kernel;
}

/// The kernels of one file.
struct KernelTable {
  const sy_kernel* const* kernels;
  std::uint32_t count;
};

namespace detail {

template <std::size_t kCount>
struct KernelPointers {
  const sy_kernel* pointers[kCount];
};
template <std::size_t kCount, std::size_t... kI>
constexpr KernelPointers<kCount> kernel_pointers(const sy_kernel (&kernels)[kCount], std::index_sequence<kI...>) {
  return {{&kernels[kI]...}};
}

}  // namespace detail
}  // namespace sy::sdk

/// Closes a kernel file, outside of any namespace: SY_KERNELS(file_stem, make_kernel<...>(...), ...).
#define SY_KERNELS(file, ...)                                                                  \
  namespace {                                                                                  \
  constexpr sy_kernel file##_kernels[] = {__VA_ARGS__};                                        \
  constexpr auto file##_pointers = ::sy::sdk::detail::kernel_pointers(                         \
      file##_kernels, std::make_index_sequence<sizeof(file##_kernels) / sizeof(sy_kernel)>()); \
  }                                                                                            \
  extern const ::sy::sdk::KernelTable sy_kernels_##file;                                       \
  const ::sy::sdk::KernelTable sy_kernels_##file = {file##_pointers.pointers,                  \
                                                    sizeof(file##_kernels) / sizeof(sy_kernel)}

/// All tables of the plugin, ended by NULL: generated from the names of its kernel files.
extern const ::sy::sdk::KernelTable* const sy_kernel_list[];
