// Helpers: a schema from text.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codegen/emit.h"
#include "codegen/generator.h"

namespace sy::codegen {

/// The messages that a file "t.yaml" gives.
inline std::vector<std::string> errors_of(const std::string& yaml, const std::string& ns = "sy",
                                          const std::vector<SchemaFile>& imports = {}) {
  Diagnostics diagnostics;
  read_schema({{"t.yaml", yaml}}, imports, ns, diagnostics);
  return diagnostics.messages();
}

/// The output files of a file "t.yaml" without mistakes.
inline OutputSet outputs_of(const std::string& yaml, const std::string& ns = "sy",
                            const std::vector<SchemaFile>& imports = {}) {
  Diagnostics diagnostics;
  Schema schema = read_schema({{"t.yaml", yaml}}, imports, ns, diagnostics);
  EXPECT_EQ(diagnostics.messages(), std::vector<std::string>{});
  return emit_all(schema);
}

}  // namespace sy::codegen
