// An operator at run time: its schema, and its kernels by backend and dtype.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "switchyard/abi/call.h"
#include "switchyard/dispatch/frame.h"
#include "switchyard/dispatch/operator_def.h"
#include "switchyard/dispatch/signature.h"

namespace sy {

class Plugin;
class PlanCache;

/// One kernel in a slot's chain. Lives as long as the process.
struct KernelEntry {
  sy_kernel kernel{};                    // padded copy; run is NULL for a host function
  const sy_kernel* original = nullptr;   // what the plugin registered
  std::function<void(Frame&)> function;  // a kernel in the host: reads the frame, sets its results
  Plugin* plugin = nullptr;              // nullptr: registered by the program
  std::uint16_t backend = 0;
  std::uint32_t num_args = 0;            // fewer than the operator's for a kernel of an earlier layout
  std::atomic<std::uint64_t> dtypes{0};  // bit per T0; none once its plugin is unloaded
  std::unique_ptr<PlanCache> plans;

  KernelEntry();
  ~KernelEntry();
};

/// A link of a slot's chain; highest priority first.
struct KernelNode {
  KernelEntry* entry;
  const KernelNode* next;
};

/// Facts about an operator that are worked out once from its signature.
struct OperatorInfo {
  Signature signature;
  std::uint64_t layout_hash = 0;
  std::vector<std::uint8_t> tensor_params;  // indices of Tensor and Tensor[] parameters
  int first_tensor = -1;                    // first Tensor parameter
  int dim_param = -1;                       // a reduction's dims
  int dtype_param = -1;
  int device_param = -1;
  int generator_param = -1;
  bool list_result = false;
  int keepdim_param = -1;
  bool mutates = false;     // a parameter is Tensor(a!)
  bool checked = false;     // arguments need more than a glance: int[2] lists, lists of tensors
  std::uint64_t pairs = 0;  // bit per int[2] parameter
  // One T0 result from T0 tensors and numbers: calls on equal tensors may go straight to a kernel.
  bool direct_pointwise = false;
  // Tensors in, a few fresh results out: dtypes that agree with the schema go straight to a kernel.
  bool direct_kernel = false;
  bool direct_view = false;      // a view of one T0 tensor, and of whatever dtype
  bool direct_function = false;  // defined at run time, with one tensor that tells the device
  std::uint64_t required = 0;    // bit per Tensor parameter that must be given
  std::uint32_t num_results = 0;
};

class Operator {
 public:
  /// def and all it points to must outlive the operator.
  constexpr explicit Operator(const OperatorDef& def) : def_(&def) {}
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  const OperatorDef& def() const { return *def_; }
  /// Parses the signature on first use. Thread-safe.
  const OperatorInfo& info() const {
    const OperatorInfo* info = info_.load(std::memory_order_acquire);
    return info != nullptr ? *info : resolve();
  }
  const std::string& name() const { return info().signature.name; }

  /// The first kernel for a backend and a dtype (SY_DTYPE_NONE for an operator without T0), or nullptr. Lock-free.
  const KernelNode* kernels(std::uint16_t backend, std::uint32_t dtype) const {
    const Table* table = table_.load(std::memory_order_acquire);
    if (table == nullptr || backend >= table->rows.size()) return nullptr;
    const Row* row = table->rows[backend];
    return row != nullptr ? row->by_dtype[dtype < SY_MAX_DTYPES ? dtype : SY_MAX_DTYPES] : nullptr;
  }
  /// All kernels, for tools.
  std::vector<const KernelEntry*> all_kernels() const;
  /// Adds a kernel to its slots. Takes the registry's lock.
  void add_kernel(std::unique_ptr<KernelEntry> entry);
  /// Takes a plugin's kernels out of the slots; the entries stay alive.
  void remove_kernels(const Plugin* plugin);
  void drop_plans(const Plugin* plugin);

  /// The autograd's; see autograd/derivative.h.
  std::atomic<const void*> derivative{nullptr};

 private:
  struct Row {
    const KernelNode* by_dtype[SY_MAX_DTYPES + 1] = {};
  };
  struct Table {
    std::vector<Row*> rows;
    const Table* superseded = nullptr;
  };
  const OperatorInfo& resolve() const;
  void rebuild();

  const OperatorDef* def_;
  mutable std::atomic<const OperatorInfo*> info_{nullptr};
  std::atomic<const Table*> table_{nullptr};
  std::vector<std::unique_ptr<KernelEntry>>* entries_ = nullptr;
};

/// The operators of one schema file, chained into the registry by a static object of the same translation unit as the
/// functions, so that whoever can call them has them registered.
struct OperatorGroup {
  const char* name;
  Operator* operators;
  std::size_t count;
  OperatorGroup* next = nullptr;

  constexpr OperatorGroup(const char* n, Operator* ops, std::size_t c) : name(n), operators(ops), count(c) {}
  struct Registrar {
    explicit Registrar(OperatorGroup& group);
  };
};

/// Calls an operator. results[0..num_results) are set on return. Throws sy::Error and leaves everything as it was.
inline void invoke(Operator& op, absl::Span<const Arg> args, TensorBase* results, std::uint32_t num_results,
                   Variant variant = Variant::kFunction);
/// As invoke for an operator that returns Tensor[].
void invoke_list(Operator& op, absl::Span<const Arg> args, std::vector<TensorBase>* list);

/// By name, such as "add"; nullptr when there is none. Thread-safe.
Operator* find_operator(std::string_view name);
/// As find_operator; the error names the nearest operator there is.
Operator& require_operator(std::string_view name);
/// All operators, by name.
std::vector<Operator*> all_operators();
/// Declares an operator at run time. The def's storage is the caller's, for the life of the process. Throws sy::Error
/// on a bad signature or a name that is taken.
Operator& define_operator(const OperatorDef& def);

/// A plugin's kernel. Rejected kernels are explained in the returned status; one for an operator that is not declared
/// yet waits for it.
absl::Status register_kernel(Plugin* plugin, std::uint16_t backend, const sy_kernel* kernel);
/// A kernel in the host, for every dtype; goes before the plugins' kernels of that backend.
void register_function_kernel(Operator& op, std::uint16_t backend, std::function<void(Frame&)> function);
/// Takes all kernels of a plugin out of every operator.
void remove_plugin_kernels(const Plugin* plugin);
/// Gives back the plans of a removed plugin's kernels; no call of them may be under way.
void drop_plugin_plans(const Plugin* plugin);

}  // namespace sy

#include "switchyard/dispatch/layers.h"

namespace sy {
inline void invoke(Operator& op, absl::Span<const Arg> args, TensorBase* results, std::uint32_t num_results,
                   Variant variant) {
  Frame frame(op, args, results, num_results, variant);
  dispatch(frame);
}
}  // namespace sy
