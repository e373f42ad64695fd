// What every use of oneDNN shares: the engine, threads, and memory around a tensor's bytes.
#pragma once

#include "loops/parallel.h"
#include "loops/thread_scope.h"
#include "onednn/onednn_compat.h"

namespace sy::cpu::onednn {

/// The process's CPU engine; made at first use and never destroyed.
const dnnl::engine& engine();

inline dnnl::memory memory(const Desc& desc, const void* data) {
  return dnnl::memory(desc, engine(), const_cast<void*>(data));
}

/// Attributes of every primitive here: scratch memory comes from the caller, so that primitives are reentrant.
inline dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

}  // namespace sy::cpu::onednn
