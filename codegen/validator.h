// What is wrong across entries: names, kinds, derivatives, samples.
#pragma once

#include "codegen/schema.h"

namespace sy::codegen {

/// Checks every operator to be generated, and types its formulas.
void validate(Schema& schema, Diagnostics& diagnostics);

}  // namespace sy::codegen
