// Which threads are inside a plugin's code.
#pragma once

#include "switchyard/loader/plugin.h"

namespace sy {

/// True while some thread of the process runs plugin's code.
bool any_thread_inside(const Plugin* plugin);

}  // namespace sy
