// Schema files in, output files out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "codegen/diagnostics.h"
#include "codegen/output.h"
#include "codegen/schema.h"

namespace sy::codegen {

/// A YAML file: what messages call it, and its text.
struct SchemaFile {
  std::string path;
  std::string text;
};

/// Reads and validates. The schema is good only where diagnostics.ok() holds afterwards.
Schema read_schema(const std::vector<SchemaFile>& files, const std::vector<SchemaFile>& imports, const std::string& ns,
                   Diagnostics& diagnostics);

}  // namespace sy::codegen
