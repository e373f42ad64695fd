// Kernels as a newer host would call them, and what they say in `supports`.
#include <cstring>
#include <list>
#include <memory>
#include <set>

#include "switchyard/core/abi_error.h"
#include "switchyard/testing/interposer.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

constexpr std::uint32_t kUnknownTag = 0x7fffu;

/// A call of a newer host: longer by fields that this plugin does not know.
struct LongerCall {
  sy_call call;
  unsigned char tail[64];

  explicit LongerCall(const sy_call& c) : call(c) {
    call.size = sizeof(LongerCall);
    std::memset(tail, 0xa5, sizeof tail);
  }
};

/// The same call with slot i of a kind that nobody knows. A kernel must decline it, and must not follow its pointer.
std::string declines_unknown_tag(const sy_call& call, std::uint32_t i) {
  std::vector<sy_slot> args(call.args, call.args + call.num_args);
  args[i] = {kUnknownTag, 1, reinterpret_cast<const void*>(std::uintptr_t{0x40})};
  sy_call changed = call;
  changed.args = args.data();
  sy_status status = call.kernel->run(&changed);
  std::string message = take_abi_error();
  if (status == SY_UNSUPPORTED) return "";
  return str_cat("argument ", i, " of a kind that no host has yet: expected status ", SY_UNSUPPORTED,
                 " (unsupported), got ", status, message.empty() ? "" : str_cat(" (", message, ")"));
}

/// Copies of tensors without their data: all that `supports` may look at.
class WithoutData {
 public:
  explicit WithoutData(const sy_call& call)
      : args_(call.args, call.args + call.num_args), outputs_(call.outputs, call.outputs + call.num_outputs) {
    for (sy_slot& s : args_) strip(s);
    for (sy_slot& s : outputs_) strip(s);
    call_ = call;
    call_.args = args_.data();
    call_.outputs = outputs_.data();
  }
  const sy_call* call() const { return &call_; }

 private:
  static sy_tensor without_data(const sy_tensor& t) {
    sy_tensor copy = t;
    if (!(t.flags & SY_TENSOR_HOST_SCALAR)) copy.view.data = nullptr;
    return copy;
  }
  void strip(sy_slot& s) {
    if (s.tag == SY_ARG_TENSOR) {
      tensors_.push_back(std::make_unique<sy_tensor>(without_data(*static_cast<const sy_tensor*>(s.ptr))));
      s.ptr = tensors_.back().get();
    } else if (s.tag == SY_ARG_TENSOR_LIST) {
      lists_.emplace_back();
      for (std::uint32_t k = 0; k < s.count; ++k) {
        const auto* t = static_cast<const sy_tensor* const*>(s.ptr)[k];
        if (t != nullptr) tensors_.push_back(std::make_unique<sy_tensor>(without_data(*t)));
        lists_.back().push_back(t != nullptr ? tensors_.back().get() : nullptr);
      }
      s.ptr = lists_.back().data();
    }
  }

  sy_call call_;
  std::vector<sy_slot> args_, outputs_;
  std::vector<std::unique_ptr<sy_tensor>> tensors_;
  std::list<std::vector<sy_tensor*>> lists_;
};

/// One call per sample and dtype, contiguous, and one strided.
std::vector<Case> cases_of(const OperatorSamples& op) {
  std::vector<Case> cases;
  std::vector<Dtype> set = dtype_set(op, 0);
  std::vector<std::optional<Dtype>> dtypes(set.begin(), set.end());
  if (dtypes.empty()) dtypes.emplace_back();
  for (std::optional<Dtype> dtype : dtypes) {
    for (Case& c : plain_cases(op, dtype)) {
      cases.push_back(c);
      if (op.name == "as_strided" || op.name == "as_strided_backward") continue;
      c.layouts = {Layout::kTransposed};
      cases.push_back(c);
    }
  }
  return cases;
}

}  // namespace

void run_calls(const OperatorSamples& op, const Options& options, Report& report) {
  std::set<const sy_kernel*> tried;  // each kernel's slots need be tried once
  std::vector<Case> cases = cases_of(op);
  for (Case& c : cases) {
    Case longer = c;
    longer.variation += ", a newer host's call";
    report.run(longer, [&] {
      std::string wrong;
      bool ran = false;
      PlacedInputs inputs = place(make_inputs(c), options.device);
      Interposer interposer(options.device, [&](const sy_call* call) {
        ran = true;
        LongerCall longer_call(*call);
        sy_status status = call->kernel->run(&longer_call.call);
        if (status != SY_OK || !wrong.empty() || !tried.insert(call->kernel).second) return status;
        for (std::uint32_t i = 0; i < call->num_args && wrong.empty(); ++i) {
          if (call->args[i].tag != SY_ARG_NONE) wrong = declines_unknown_tag(*call, i);
        }
        return status;
      });
      Outcome outcome = run_function(op, inputs, options.device);
      if (!ran) throw NoCase();
      if (!wrong.empty()) return wrong;
      return outcome.threw ? outcome.message : "";
    });
  }
}

void run_supports(const OperatorSamples& op, const Options& options, Report& report) {
  for (const Case& plain : cases_of(op)) {
    Case c = plain;
    c.variation += ", supports";
    report.run(c, [&] {
      std::string wrong;
      bool asked = false;
      PlacedInputs inputs = place(make_inputs(plain), options.device);
      Interposer interposer(options.device, [&](const sy_call* call) {
        const sy_kernel& kernel = *call->kernel;
        bool has_supports = kernel.size > offsetof(sy_kernel, supports) && kernel.supports != nullptr;
        if (has_supports) {
          asked = true;
          sy_status said = kernel.supports(call);
          std::string reason = take_abi_error();
          if (said != SY_OK) wrong = str_cat("kernel ", call->op, " said yes, and asked again: ", reason);
          sy_status blind = kernel.supports(WithoutData(*call).call());
          reason = take_abi_error();
          if (blind != said) wrong = str_cat("kernel ", call->op, ": supports depends on data: ", reason);
        }
        sy_status status = kernel.run(call);
        if (has_supports && status == SY_UNSUPPORTED && wrong.empty()) {
          std::string reason = take_abi_error();
          wrong = str_cat("kernel ", call->op, ": supports says yes, run declines: ", reason);
          leave_abi_error(status, reason.c_str());
        }
        return status;
      });
      run_function(op, inputs, options.device);
      if (!asked) throw NoCase();
      return wrong;
    });
  }
}

}  // namespace sy::testing
