/* The whole plugin ABI, version 1.0-rc: see docs/abi.md. */
#pragma once

#include "backend.h"
#include "call.h"
#include "capture.h"
#include "plugin.h"
#include "subgraph.h"
#include "types.h"
