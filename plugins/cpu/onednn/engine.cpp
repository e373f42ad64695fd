#include "onednn/engine.h"

namespace sy::cpu::onednn {

const dnnl::engine& engine() {
  static const dnnl::engine* const kEngine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *kEngine;
}

}  // namespace sy::cpu::onednn
