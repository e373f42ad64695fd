// What a thread carries from call to call.
#pragma once

#include <atomic>

#include "switchyard/core/tensor_impl.h"

namespace sy {

class Recorder;  // dispatch/explain.h
class Plugin;

/// Plain data, so that reading it costs one instruction.
struct ThreadState {
  LayerBits include = 0;  // layers that see every call of this thread
  LayerBits exclude = 0;  // layers that see none
  bool grad_mode = true;
  bool inference_mode = false;
  Recorder* recorder = nullptr;
  /// The plugin whose code this thread is inside; logical unload waits for it.
  std::atomic<Plugin*> inside{nullptr};
  bool registered = false;  // known to those who look at `inside`
  Device device;            // where a call runs that neither a tensor nor an argument places
};

extern constinit thread_local ThreadState t_state [[gnu::tls_model("initial-exec")]];

}  // namespace sy
