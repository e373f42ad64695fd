// The simulator's device table.
#pragma once

#include "switchyard/abi/backend.h"

namespace sy::simulator {

extern const sy_backend kBackend;

}  // namespace sy::simulator
