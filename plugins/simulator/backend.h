// The simulator's device tables.
#pragma once

#include "switchyard/abi/backend.h"

namespace sy::simulator {

/// By Mode.
extern const sy_backend kBackends[];

}  // namespace sy::simulator
