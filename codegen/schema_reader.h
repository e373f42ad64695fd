// From YAML to the model, entry by entry. What needs other entries is the validator's.
#pragma once

#include <string>

#include "codegen/schema.h"
#include "codegen/yaml_source.h"

namespace sy::codegen {

/// Reads all entries of a file; mistakes are reported and the entry kept as far as it is known, except where its
/// signature is wrong. ns is the namespace that operator names must have ("sy": none).
Group read_group(YamlSource& source, const std::string& ns);

/// Names, signatures and variants alone, of whatever namespace: for --import.
Group read_imported_group(YamlSource& source);

}  // namespace sy::codegen
