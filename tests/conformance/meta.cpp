// Shapes without data: the meta device says what a call would give.
#include <algorithm>

#include "switchyard/core/backend.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

/// The same tensor without data.
TensorBase on_meta(const TensorBase& t, Device meta) {
  if (!t.defined()) return t;
  return TensorBase(TensorImpl::make({}, meta, t.dtype(), t.shape(), t.strides(), t.storage_offset()));
}

std::vector<NamedValue> on_meta(std::vector<NamedValue> arguments, Device device) {
  Device meta("meta");
  for (NamedValue& a : arguments) {
    if (auto* t = std::get_if<TensorBase>(&a.value)) *t = on_meta(*t, meta);
    if (auto* list = std::get_if<std::vector<TensorBase>>(&a.value)) {
      for (TensorBase& t : *list) t = on_meta(t, meta);
    }
    if (auto* d = std::get_if<Device>(&a.value); d != nullptr && *d == device) *d = meta;
  }
  return arguments;
}

std::string run_case(const Case& c, Device device) {
  PlacedInputs placed = place(make_inputs(c), device);
  std::vector<NamedValue> without_data = on_meta(placed.arguments, device);
  std::vector<TensorBase> wanted;
  try {
    wanted = call(c.op->name, placed.arguments);
    synchronize(device);
  } catch (const Error&) {
    return "";  // the forward suite's business
  }
  try {
    std::vector<TensorBase> got = call(c.op->name, without_data);
    if (got.size() != wanted.size()) return str_cat("gave ", got.size(), " results, expected ", wanted.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      if (!got[k].device().is_meta()) return str_cat("result ", k, " is ", describe(got[k]), ", expected it on meta");
      if (got[k].shape() != wanted[k].shape() || got[k].dtype() != wanted[k].dtype() ||
          got[k].strides() != wanted[k].strides()) {
        return str_cat("result ", k, " is ", describe(got[k]), " with strides ", shape_str(got[k].strides()),
                       ", expected ", describe(wanted[k]), " with strides ", shape_str(wanted[k].strides()));
      }
    }
  } catch (const Error& e) {
    return str_cat("threw: ", e.what());
  }
  return "";
}

/// Operators whose shapes depend on the data of a mask.
bool reads_data(const Case& c) {
  if (c.op->data_dependent || c.op->name == "masked_select") return true;
  for (const Inputs::Argument& a : make_inputs(c).arguments) {
    auto* list = std::get_if<std::vector<Inputs::Tensor>>(&a.value);
    if (list == nullptr || a.name != "indices") continue;
    for (const Inputs::Tensor& t : *list) {
      if (t.values && t.values->dtype.is_bool()) return true;
    }
  }
  return false;
}

}  // namespace

void run_meta(const OperatorSamples& op, const Options& options, Report& report) {
  if (options.device != options.oracle) return;  // the host's work alone: once is enough
  std::vector<Dtype> set = dtype_set(op, 0);
  std::vector<std::optional<Dtype>> dtypes(set.begin(), set.end());
  if (dtypes.empty()) dtypes.emplace_back();
  for (std::optional<Dtype> dtype : dtypes) {
    for (Layout layout : {Layout::kContiguous, Layout::kTransposed}) {
      if (op.name == "as_strided" && layout != Layout::kContiguous)
        continue;  // its arguments say where the storage ends
      for (Case& c : plain_cases(op, dtype)) {
        c.layouts = {layout};
        report.run(c, [&] {
          if (reads_data(c)) throw NoCase();
          return run_case(c, options.device);
        });
      }
    }
  }
}

}  // namespace sy::testing
