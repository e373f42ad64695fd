// Recorded work of a stream.
#pragma once

#include "switchyard/abi/capture.h"

namespace sy::simulator {

extern const sy_capture kCapture;

}  // namespace sy::simulator
