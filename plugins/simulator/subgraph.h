// Several of reference's kernels as one.
#pragma once

#include "switchyard/abi/subgraph.h"

namespace sy::simulator {

extern const sy_compiler kCompiler;

}  // namespace sy::simulator
