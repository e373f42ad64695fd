// Schema names and types in C++.
#pragma once

#include <string>
#include <vector>

#include "codegen/schema.h"

namespace sy::codegen {

/// A trailing underscore where the name is a C++ keyword or one that generated code uses itself.
std::string cpp_name(const std::string& name);
/// "index_put_" -> "index_put_inplace": an identifier to build others from.
std::string identifier(const std::string& op);
/// "index_put" -> "IndexPut".
std::string pascal(const std::string& op);
/// name, or name with underscores behind it, so that it is no parameter of op.
std::string unique_local(const Operator& op, const std::string& name);

/// Type of a parameter in the C++ API; q is "sy::" outside that namespace, else "".
std::string api_type(const Parameter& param, const std::string& q);
/// Default in the C++ API, "" where there is none.
std::string api_default(const Parameter& param);
/// What the functions return.
std::string api_return_type(const Operator& op, const std::string& q);
/// The same for the composite: an operator that returns its first parameter gives a Tensor.
std::string composite_return_type(const Operator& op, const std::string& q);
/// The suffix of Frame and Backward accessors: "optional_scalar", "ints"; tensors: "tensor", "tensors".
std::string accessor(const Parameter& param);

/// One function of the API.
struct ApiFunction {
  std::string returns;
  std::string name;
  struct Param {
    std::string type;
    std::string name;
    std::string default_value;  // "" for none
  };
  std::vector<Param> params;

  /// "Tensor add(const Tensor& self, ...)" with tail behind; skip_first leaves the first parameter out.
  std::string text(const std::string& head, bool defaults, bool skip_first, const std::string& tail) const;
};

/// The plain function, under the operator's name.
ApiFunction api_function(const Operator& op, const std::string& q);
/// name_ and name_out.
ApiFunction inplace_function(const Operator& op, const std::string& q);
ApiFunction out_function(const Operator& op, const std::string& q);
/// Which tensor parameters the scalar variant replaces, one overload for each.
std::vector<std::size_t> scalar_overloads(const Operator& op);
/// The overload of a function in which parameter i is a number.
ApiFunction with_scalar(ApiFunction function, std::size_t i, const std::string& q);

}  // namespace sy::codegen
