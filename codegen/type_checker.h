// Types of derivative formulas, and what they read.
#pragma once

#include "codegen/schema.h"

namespace sy::codegen {

/// Annotates the tree of a parsed formula of op, fills what it saves, and reports what does not fit.
void check_formula(const Schema& schema, const Operator& op, Formula& formula, Diagnostics& diagnostics);

}  // namespace sy::codegen
