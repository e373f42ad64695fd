// One call of an operator under test: which sample, dtypes, layouts and values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "switchyard/dispatch/boxed.h"
#include "switchyard/testing/fill.h"
#include "switchyard/testing/layout.h"

namespace sy::testing {

enum class Tier { kQuick, kFull };

struct Case {
  const OperatorSamples* op = nullptr;
  Sample sample;
  std::string variation;                // "sample 0", "sample 1, size 3 as 37", ...
  std::optional<Dtype> t[4];            // T0 to T3; absent: unused, or as in the sample
  std::map<std::string, Dtype> mixed;   // T0 parameters of another dtype, to be promoted; in a list every second tensor
  std::vector<Layout> layouts{Layout::kContiguous};  // of the tensors in turn, repeated as needed
  Values values = Values::kExact;
  bool special = false;      // NaN, extremes
  /// The last T0 tensor is a single value: a 0-d tensor on the CPU, whatever the device, or a plain number.
  enum class Lone { kNo, kCpuTensor, kNumber } lone = Lone::kNo;
  bool may_refuse = false;   // not known to be legal: the device must refuse what the reference refuses
  std::uint64_t seed = 1;

  std::string str() const;
  /// T0's name, for known gaps; "" without.
  std::string dtype() const { return t[0] ? std::string(t[0]->name()) : ""; }
};

/// The arguments of a case in host memory.
struct Inputs {
  struct Tensor {
    std::optional<Array> values;  // nullopt: absent
    Layout layout = Layout::kContiguous;
  };
  struct Argument {
    std::string name;
    bool mutated = false;
    std::variant<Value, Tensor, std::vector<Tensor>, DeviceName, Seed> value;
    bool on_cpu = false;  // stays there
  };
  std::vector<Argument> arguments;
};

/// The arguments of a case on a device.
struct PlacedInputs {
  struct Tensor {
    std::string name;  // "other", "tensors[1]"
    bool mutated = false;
    Placed placed;
  };
  std::vector<NamedValue> arguments;
  std::vector<Tensor> tensors;

  /// What was written to that should not have been, or "".
  std::string changes() const;
};

/// Throws std::invalid_argument for a variation that makes no sense of the sample.
Inputs make_inputs(const Case& c);
/// Arguments on a device, in the case's layouts, or all contiguous.
PlacedInputs place(const Inputs& inputs, Device device, bool contiguous = false);

/// The forward cases of an operator.
std::vector<Case> make_cases(const OperatorSamples& op, Tier tier);
/// One case per sample in one dtype for T0; the other variables take the first of their sets.
std::vector<Case> plain_cases(const OperatorSamples& op, std::optional<Dtype> t0);

/// The sample with one size replaced wherever it stands, in shapes and in attributes that are shapes.
Sample with_size(Sample sample, std::int64_t from, std::int64_t to);
/// Elements of all tensors.
std::int64_t num_elements(const Sample& sample);

bool has_variant(const OperatorSamples& op, const std::string& variant);
bool has_tag(const OperatorSamples& op, const std::string& tag);
/// The set of a type variable.
std::vector<Dtype> dtype_set(const OperatorSamples& op, int variable);

}  // namespace sy::testing
