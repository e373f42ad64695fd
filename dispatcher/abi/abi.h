/* The whole plugin ABI. Version 0.9: may still change; see docs/abi.md. */
#pragma once

#include "backend.h"
#include "call.h"
#include "plugin.h"
#include "types.h"
