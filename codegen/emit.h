// The emitters, one per kind of output. Each adds its files to the set; the schema must be valid.
#pragma once

#include "codegen/output.h"
#include "codegen/schema.h"

namespace sy::codegen {

/// ops/gen/<group>.h, functions.h and tensor_methods.h: the C++ API.
void emit_api(const Schema& schema, OutputSet& out);
/// ops/gen/<group>.cpp: operator tables and the bodies of the API.
void emit_operators(const Schema& schema, OutputSet& out);
/// ops/gen/<group>_composite.h and <group>_meta.h: what is written by hand.
void emit_hooks(const Schema& schema, OutputSet& out);
/// autograd/gen/<group>_derivatives.cpp.
void emit_derivatives(const Schema& schema, OutputSet& out);
/// sdk/ops/<op>.h and sdk/c/<op>.h: arguments of kernels.
void emit_sdk(const Schema& schema, OutputSet& out);
/// tests/gen: samples for the conformance suite.
void emit_samples(const Schema& schema, OutputSet& out);
/// docs/operators.md.
void emit_reference(const Schema& schema, OutputSet& out);

/// All of them.
OutputSet emit_all(const Schema& schema);

/// "// Generated from <path>..." and `#pragma once` for headers.
std::string file_head(const Group& group, const std::string& what, bool header);
/// "sy::" outside the core namespace, else "".
std::string qualifier(const Schema& schema);
bool has_formulas(const Group& group);
/// The composite of op as an API-like function.
std::string composite_declaration(const Operator& op, const std::string& q);

}  // namespace sy::codegen
