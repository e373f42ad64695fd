// Calls by name with a list of values: for tools, custom operators, tracing and other languages.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "switchyard/dispatch/operator.h"

namespace sy {

/// Any argument. An int list serves a float list, an int serves a float or a Scalar, one value serves a list; None is
/// std::monostate.
using Value = std::variant<std::monostate, TensorBase, std::vector<TensorBase>, Scalar, std::int64_t, double, bool,
                           std::string, Dtype, Device, Generator, std::vector<std::int64_t>, std::vector<double>,
                           std::vector<bool>>;

struct NamedValue {
  std::string name;
  Value value;
};

/// Calls an operator with arguments by name; those left out take their defaults. One tensor per result, or all of a
/// Tensor[]. Throws sy::Error: unknown operator or argument, a value of the wrong type, a required one missing.
std::vector<TensorBase> call(std::string_view op, const std::vector<NamedValue>& args);
/// With positional arguments; trailing ones may be left out.
std::vector<TensorBase> call(Operator& op, absl::Span<const Value> args);
/// The in-place form: the first argument is overwritten and returned.
TensorBase call_inplace(std::string_view op, const std::vector<NamedValue>& args);
/// The out form: writes into the given tensors.
void call_out(std::string_view op, const std::vector<NamedValue>& args, std::vector<TensorBase> outs);

/// "a Tensor", "an int": what a value is, for messages.
std::string kind_of(const Value& value);

}  // namespace sy
