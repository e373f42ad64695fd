// Prologue and kernel: what a call does below the layers.
#include <cstring>

#include "absl/strings/str_join.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/core/copy.h"
#include "switchyard/dispatch/current_device.h"
#include "switchyard/dispatch/explain.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/dispatch/fast_path.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/dispatch/prologue.h"
#include "switchyard/dispatch/type_promotion.h"
#include "switchyard/loader/loader.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

/// For `explain`: the text is made only when somebody listens.
template <typename... Parts>
void note_chosen(const Parts&... parts) {
  if (t_state.recorder == nullptr) [[likely]]
    return;
  if (CallRecord* r = t_state.recorder->current()) r->chosen = str_cat(parts...);
}

void note_rejected(const std::string& what) {
  if (t_state.recorder == nullptr) return;
  if (CallRecord* r = t_state.recorder->current()) r->rejected.push_back(what);
}

void note_device(Device device) {
  if (t_state.recorder == nullptr) return;
  if (CallRecord* r = t_state.recorder->current()) r->device = device.str();
}

/// Runs a function that sets a frame's results, whatever the variant.
template <typename Fn>
void run_function(Frame& frame, Fn&& fn) {
  if (frame.variant() == Variant::kFunction) return fn(frame);
  std::vector<TensorBase> fresh(frame.num_results());
  Frame inner(frame.op(), frame.args(), fresh.data(), frame.num_results());
  fn(inner);
  for (std::uint32_t k = 0; k < frame.num_results(); ++k) {
    const TensorBase& target = frame.result(k);
    require(target.shape() == fresh[k].shape(), frame.op().name(), ": a result of shape ", shape_str(fresh[k].shape()),
            " cannot be written into an output of shape ", shape_str(target.shape()));
    require(can_write(fresh[k].dtype(), target.dtype()), frame.op().name(), ": a result of dtype ",
            fresh[k].dtype().name(), " cannot be written into an output of dtype ", target.dtype().name());
    require(!target.impl()->overlapping(), frame.op().name(), ": several elements of the output share memory");
    assign(target, fresh[k]);
    if (target.storage()) target.storage()->bump_version(frame.op().name().c_str());
  }
}

/// An error of a part is told as one of the whole: the caller knows no other name.
[[noreturn]] void rethrow_as(const std::string& op, const Error& e) {
  std::string_view what = e.what();
  if (what.starts_with(op) && what.substr(op.size()).starts_with(":")) throw e;
  throw Error(e.code(), str_cat(op, ": ", what));
}

void run_composite(Frame& frame) { run_function(frame, call_parts); }

/// The function kernel of a backend, if the program registered one.
KernelEntry* function_kernel(const Operator& op, Device device) {
  const KernelNode* node = op.kernels(device.backend(), SY_DTYPE_NONE);
  return node != nullptr && node->entry->function ? node->entry : nullptr;
}

/// A delivered result in the shape that kernels write, in which a reduction's dimensions are still there.
TensorBase with_reduced_dims(const TensorBase& t, const IntArray& shape) {
  if (t.shape() == shape) return t;
  return alias(t, shape, contiguous_strides(shape), t.storage_offset());
}

/// A dtype that stands in for one a device lacks, or the same when there is none.
Dtype wider(Dtype d) {
  switch (d.id()) {
    case SY_F16:
    case SY_BF16:
      return kF32;
    case SY_BOOL:
    case SY_U8:
    case SY_I8:
      return kI16;
    case SY_I16:
      return kI32;
    case SY_I32:
      return kI64;
    default:
      return d;
  }
}

/// A view of one tensor, of whatever dtype: its meta rule and a new handle, with no need of the prologue. False for
/// any other call.
bool direct_view(Frame& frame) {
  const Operator& op = frame.op();
  const OperatorInfo& info = op.info();
  if (!info.direct_view || t_state.recorder != nullptr) return false;
  std::size_t first = static_cast<std::size_t>(info.first_tensor);
  if (!frame.has(first)) undefined_argument(frame, first);
  ResultMeta geometry;
  geometry.dtype = frame.tensor(first).dtype();
  MetaCall call(frame, absl::MakeSpan(&geometry, 1));
  throw_if_error(op.def().meta(call));
  check_size(op, geometry.shape);
  frame.set_result(0, make_view(frame, geometry));
  return true;
}

/// A call of an operator defined at run time on one tensor that the program brought a kernel for. False for any other.
bool direct_function(Frame& frame) {
  const Operator& op = frame.op();
  const OperatorInfo& info = op.info();
  if (!info.direct_function || t_state.recorder != nullptr) return false;
  std::size_t first = info.tensor_params[0];
  if (!frame.has(first)) return false;
  KernelEntry* kernel = function_kernel(op, frame.tensor(first).device());
  if (kernel == nullptr) return false;
  run_function(frame, kernel->function);
  return true;
}

class Execution {
 public:
  explicit Execution(Frame& frame) : frame_(frame), op_(frame.op()), def_(op_.def()), prologue_(frame) {}

  void run() {
    prologue_.find_device();
    Device device = prologue_.device();
    note_device(device);
    if (KernelEntry* fn = function_kernel(op_, device)) {
      note_chosen("function kernel for ", device.backend_name(), ", registered by the program");
      return run_function(frame_, fn->function);
    }
    if (def_.kind == Kind::kComposite) {
      prologue_.check_declared();
      return run_composite(frame_);
    }
    // Defined at run time: only its functions know the results' shapes.
    if (def_.kind == Kind::kGeneric && def_.meta == nullptr) return run_on_cpu();
    prologue_.resolve_dtypes();
    prologue_.infer();
    if (def_.kind == Kind::kView) return frame_.set_result(0, make_view(frame_, prologue_.results()[0]));
    prologue_.prepare_outputs();
    if (device.is_meta()) {
      require(!(def_.flags & kOpDataDependent), op_.name(),
              ": the result's shape depends on data, which meta tensors lack");
      return prologue_.deliver();
    }
    if ((def_.flags & kOpHost) || prologue_.all_outputs_empty()) {
      note_chosen("no kernel needed");
      prologue_.allocate_outputs();
      return prologue_.deliver();
    }
    Backend& backend = backend_of(device);
    if (backend.known_device(device.index()).lost) throw_if_error(backend.known_device(device.index()).take_pending());
    if (run_kernels(backend, prologue_.slot())) return prologue_.deliver();
    if (def_.composite != nullptr) {
      count_fallback(Fallback::kComposite);
      return run_composite(frame_);
    }
    if (run_promoted(backend)) return;
    run_on_cpu();
  }

 private:
  bool run_kernels(Backend& backend, std::uint32_t slot) {
    const KernelNode* chain = op_.kernels(prologue_.device().backend(), slot);
    if (chain == nullptr) {
      rejected_.push_back(str_cat(prologue_.device().backend_name(), " has no kernel ", op_.name(),
                                  slot < SY_MAX_DTYPES ? str_cat(" for ", Dtype(slot).name()) : ""));
      note_rejected(rejected_.back());
      return false;
    }
    Dtype t[4] = {prologue_.t(0), prologue_.t(1), prologue_.t(2), prologue_.t(3)};
    KernelCall call(op_, prologue_.device(), backend, prologue_.args(), t, prologue_.num_t(), prologue_.outputs(),
                    prologue_.shape(), rng_);
    for (bool contiguous : {false, true}) {
      for (const KernelNode* n = chain; n != nullptr; n = n->next) {
        if (contiguous && (n->entry->kernel.flags & SY_KERNEL_STRIDED)) continue;
        std::string reason;
        if (call.run(*n->entry, contiguous, &reason)) {
          if (contiguous) count_fallback(Fallback::kContiguous);
          note_chosen("kernel of plugin ", n->entry->plugin->name(), contiguous ? ", on contiguous copies" : "");
          return true;
        }
        rejected_.push_back(str_cat("kernel of plugin ", n->entry->plugin->name(), ": ", reason));
        note_rejected(rejected_.back());
      }
    }
    return false;
  }

  /// The same operator on operands of a wider dtype, its results converted back.
  bool run_promoted(Backend&) {
    if (prologue_.num_t() == 0 || (def_.flags & kOpDataDependent) || def_.init_param >= 0) return false;
    Dtype from = prologue_.t(0);
    for (Dtype to = wider(from); !(to == from); from = to, to = wider(from)) {
      if (!(def_.type_vars[0] >> to.id() & 1) || op_.kernels(prologue_.device().backend(), to.id()) == nullptr)
        continue;
      if (op_.info().tensor_params.empty()) return false;
      prologue_.promote_to(to);
      std::vector<TensorBase> wide(op_.info().num_results);
      Frame inner(op_, prologue_.args(), wide.data(), op_.info().num_results);
      count_fallback(Fallback::kPromoted);
      prologue_.allocate_outputs();
      execute(inner);
      for (std::size_t k = 0; k < wide.size(); ++k) {
        if (prologue_.outputs()[k].numel() != 0) {
          assign(prologue_.outputs()[k], with_reduced_dims(wide[k], prologue_.outputs()[k].shape()));
        }
      }
      note_chosen("promoted copy in ", to.name());
      prologue_.deliver();
      return true;
    }
    return false;
  }

  void run_on_cpu() {
    load_plugins_once();  // the device may have come by load_plugin alone
    Device device = prologue_.device();
    if (rejected_.empty()) rejected_.push_back(str_cat(device.backend_name(), " has no kernel ", op_.name()));
    std::string reasons = absl::StrJoin(rejected_, "; ");
    Operator& op = op_;
    const KernelNode* on_cpu = op.kernels(kCpuBackend, prologue_.slot());
    if (device.is_cpu() || find_backend(kCpuBackend) == nullptr || on_cpu == nullptr) {
      std::string elsewhere = nearest_kernel();
      fail(ErrorCode::kUnsupported, op_.name(), ": no kernel for ", device.str(),
           prologue_.num_t() != 0 ? str_cat(" and dtype ", prologue_.t(0).name()) : "", " (", reasons, ")", elsewhere);
    }
    count_cpu_fallback(op_.name(), device.str(), reasons);
    note_chosen("CPU fallback, with copies");
    Device cpu;
    std::vector<Arg> args(prologue_.args().begin(), prologue_.args().end());
    std::vector<TensorBase> moved;
    moved.reserve(args.size());
    std::vector<std::vector<TensorBase>> lists;
    lists.reserve(args.size());
    for (Arg& a : args) {
      if (a.tag == SY_ARG_TENSOR) {
        moved.push_back(mirror(*static_cast<const TensorBase*>(a.ptr), cpu));
        a.ptr = &moved.back();
      } else if (a.tag == SY_ARG_TENSOR_LIST) {
        const auto* list = static_cast<const TensorBase*>(a.ptr);
        std::vector<TensorBase> copies(list, list + a.count);
        for (TensorBase& t : copies) {
          if (t.defined()) t = mirror(t, cpu);
        }
        lists.push_back(std::move(copies));
        a.ptr = lists.back().data();
      } else if (a.tag == SY_ARG_DEVICE) {
        a.ptr = &cpu;
      }
    }
    static const Device cpu_device;
    int device_param = op_.info().device_param;
    if (device_param >= 0) args[static_cast<std::size_t>(device_param)] = arg(cpu_device);
    Generator drawn;  // by a kernel that declined
    if (rng_) {
      drawn.set_state({rng_->seed, rng_->offset});
      args[static_cast<std::size_t>(op_.info().generator_param)] = arg(drawn);
    }
    std::vector<TensorBase> results(op_.info().num_results);
    Frame inner(op_, args, results.data(), op_.info().num_results);
    {
      DeviceGuard here(cpu);  // where an operator without tensors runs
      execute(inner);
    }
    for (std::size_t k = 0; k < results.size(); ++k) {
      TensorBase& out = prologue_.outputs()[k];
      if (!out.defined() || !out.storage()) {
        out = copy_to_device(results[k], device);
      } else if (out.numel() != 0) {
        // By way of the whole storage: the device may have no kernel that writes strided memory.
        TensorBase host = mirror(out, cpu);
        assign(host, with_reduced_dims(results[k], out.shape()));
        copy_storage(out, host);
      }
    }
    prologue_.deliver();
  }

  std::string nearest_kernel() const {
    std::string text;
    for (const KernelEntry* e : op_.all_kernels()) {
      std::string dtypes;
      for (std::uint32_t d = 0; d < SY_NUM_STANDARD_DTYPES; ++d) {
        if (e->dtypes >> d & 1) str_append(&dtypes, dtypes.empty() ? "" : " ", Dtype(d).name());
      }
      str_append(&text, text.empty() ? "; there are kernels for " : ", ", backend_name(e->backend), " (", dtypes, ")");
    }
    return text.empty() ? "; no plugin brings one" : text;
  }

  Frame& frame_;
  Operator& op_;
  const OperatorDef& def_;
  Prologue prologue_;
  std::vector<std::string> rejected_;
  std::optional<sy_rng> rng_;  // drawn once, whoever runs
};

}  // namespace

void call_parts(Frame& frame) {
  note_chosen("composite ", frame.op().def().composite_name);
  try {
    frame.op().def().composite(frame);
  } catch (const Error& e) {
    rethrow_as(frame.op().name(), e);
  }
}

void execute(Frame& frame) {
  if (fast_pointwise(frame) || direct_view(frame) || fast_function(frame) || direct_function(frame)) return;
  Execution(frame).run();
}

}  // namespace sy
