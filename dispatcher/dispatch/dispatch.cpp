// From the caller through the layers.
#include <array>
#include <atomic>
#include <mutex>

#include "switchyard/dispatch/explain.h"
#include "switchyard/dispatch/layers.h"
#include "switchyard/dispatch/operator.h"

namespace sy {

constinit thread_local ThreadState t_state [[gnu::tls_model("initial-exec")]];

namespace {

// Replaced, never changed: a call may be inside a superseded one.
struct LayerEntry {
  std::string name;
  LayerFn fn;
  void* self;
  const LayerEntry* superseded;
};
std::atomic<const LayerEntry*> g_layers[kMaxLayers];
std::mutex g_layers_mutex;
int g_next_custom = kLayerFirstCustom;

[[gnu::always_inline]] inline LayerBits state_of(const Frame& frame) {
  LayerBits bits = t_state.include;
  for (const Arg& a : frame.args()) {
    if (a.tag == SY_ARG_TENSOR) {
      bits |= static_cast<const TensorBase*>(a.ptr)->impl()->layer_bits();
    } else if (a.tag == SY_ARG_TENSOR_LIST) {
      const auto* list = static_cast<const TensorBase*>(a.ptr);
      for (std::uint32_t i = 0; i < a.count; ++i) {
        if (list[i].defined()) bits |= list[i].impl()->layer_bits();
      }
    }
  }
  if (frame.variant() != Variant::kFunction) {
    for (std::uint32_t k = 0; k < frame.num_results(); ++k) {
      if (frame.result(k).defined()) bits |= frame.result(k).impl()->layer_bits();
    }
  }
  return bits & ~t_state.exclude;
}

void run_layers(Frame& frame, LayerBits bits) {
  while (bits != 0) {
    int layer = 31 - __builtin_clz(bits);
    const LayerEntry* entry = g_layers[layer].load(std::memory_order_acquire);
    if (entry != nullptr && entry->fn != nullptr) {
      if (t_state.recorder != nullptr) {
        if (CallRecord* record = t_state.recorder->current()) record->layers.push_back(entry->name);
      }
      return entry->fn(frame, entry->self);
    }
    bits &= ~bit(layer);
  }
  execute(frame);
}

std::string state_text(const TensorBase& t) {
  std::string text = describe(t);
  if (!t.defined()) return text;
  if (t.impl()->wrapped_number) text += ", a plain number";
  if (t.impl()->layer_bits() & bit(kLayerAutograd)) text += ", needs a gradient";
  if (!t.is_contiguous()) str_append(&text, ", strides ", shape_str(t.strides()));
  return text;
}

void dispatch_recorded(Frame& frame, LayerBits bits) {
  CallRecord& record = t_state.recorder->begin(frame.op().name());
  const Signature& s = frame.op().info().signature;
  for (std::size_t i = 0; i < frame.args().size(); ++i) {
    const Arg& a = frame.args()[i];
    if (a.tag == SY_ARG_TENSOR) {
      record.arguments.push_back(str_cat(s.params[i].name, ": ", state_text(frame.tensor(i))));
    } else if (a.tag == SY_ARG_TENSOR_LIST) {
      for (std::uint32_t k = 0; k < a.count; ++k) {
        record.arguments.push_back(str_cat(s.params[i].name, "[", k, "]: ", state_text(frame.tensors(i)[k])));
      }
    }
  }
  struct Pop {
    ~Pop() { t_state.recorder->pop(); }
  } pop;
  run_layers(frame, bits);
}

}  // namespace

void set_layer(int layer, std::string_view name, LayerFn fn, void* self) {
  std::lock_guard lock(g_layers_mutex);
  const LayerEntry* before = g_layers[layer].load(std::memory_order_relaxed);
  g_layers[layer].store(new LayerEntry{std::string(name), fn, self, before}, std::memory_order_release);
}

int register_layer(std::string_view name, LayerFn fn, void* self) {
  int layer;
  {
    std::lock_guard lock(g_layers_mutex);
    if (g_next_custom == kMaxLayers) fail(ErrorCode::kFailedPrecondition, "all ", kMaxLayers, " layers are taken");
    layer = g_next_custom++;
  }
  set_layer(layer, name, fn, self);
  return layer;
}

std::string_view layer_name(int layer) {
  const LayerEntry* entry = g_layers[layer].load(std::memory_order_acquire);
  return entry != nullptr ? std::string_view(entry->name) : std::string_view();
}

void call_next(Frame& frame, int layer) {
  const LayerBits below = bit(layer) - 1;
  if (below == 0) return execute(frame);
  run_layers(frame, state_of(frame) & below);
}

void dispatch(Frame& frame) {
  LayerBits bits = state_of(frame);
  if (t_state.recorder != nullptr) [[unlikely]]
    return dispatch_recorded(frame, bits);
  if (bits != 0) [[unlikely]]
    return run_layers(frame, bits);
  execute(frame);
}

}  // namespace sy
