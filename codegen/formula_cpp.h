// A typed formula as C++ over `Backward& b`.
#pragma once

#include <string>

#include "codegen/schema.h"

namespace sy::codegen {

/// The expression of a checked formula. Calls are unqualified in the core namespace, else fully qualified.
std::string formula_cpp(const Schema& schema, const Operator& op, const Expr& expr);

}  // namespace sy::codegen
