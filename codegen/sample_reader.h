// The keys `samples` and `errors`: argument values, checked against the signature.
#pragma once

#include "codegen/schema.h"
#include "codegen/yaml_source.h"

namespace sy::codegen {

void read_samples(YamlSource& source, const YAML::Node& node, Operator& op);
void read_errors(YamlSource& source, const YAML::Node& node, Operator& op);

}  // namespace sy::codegen
