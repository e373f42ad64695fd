// Which threads are inside a plugin's code.
#pragma once

#include "switchyard/loader/plugin.h"

namespace sy {

/// True while some other thread of the process runs plugin's code.
bool any_thread_inside(const Plugin* plugin);

/// Orders the stores of every thread before this point, so that each either sees what the caller wrote or is seen by
/// any_thread_inside. False where the system refuses, although it did not when the threads began.
bool order_threads();

}  // namespace sy
