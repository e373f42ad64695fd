// Layers between the caller and the kernel: profile, trace, autocast, autograd, custom ones. A layer sees a call when
// a tensor or the thread has its bit; it calls on to the next.
#pragma once

#include <string_view>

#include "switchyard/dispatch/frame.h"
#include "switchyard/dispatch/thread_state.h"

namespace sy {

/// Bit numbers; the highest set bit goes first. Custom layers get theirs from register_layer.
enum Layer : int { kLayerAutograd = 0, kLayerAutocast = 1, kLayerTrace = 2, kLayerProfile = 3, kLayerFirstCustom = 4 };
inline constexpr LayerBits bit(int layer) { return LayerBits{1} << layer; }
inline constexpr int kMaxLayers = 32;

using LayerFn = void (*)(Frame& frame, void* self);

/// Puts a function behind one of the named layers. Thread-safe; replaces an earlier one.
void set_layer(int layer, std::string_view name, LayerFn fn, void* self = nullptr);
/// A custom layer's bit number; throws sy::Error when all are taken.
int register_layer(std::string_view name, LayerFn fn, void* self = nullptr);
std::string_view layer_name(int layer);

/// From inside a layer: the next layer below, or the kernel.
void call_next(Frame& frame, int layer);
/// The call from the top: layers, prologue, kernel. Throws sy::Error.
void dispatch(Frame& frame);
/// Prologue and kernel, without layers.
void execute(Frame& frame);
/// Runs the function form of an operator's composite, for a layer that wants to see its parts.
void call_parts(Frame& frame);

/// Turns layers on for every call of this thread within a scope.
class IncludeLayer {
 public:
  explicit IncludeLayer(int layer) : before_(t_state.include) { t_state.include |= bit(layer); }
  ~IncludeLayer() { t_state.include = before_; }
  IncludeLayer(const IncludeLayer&) = delete;
  IncludeLayer& operator=(const IncludeLayer&) = delete;

 private:
  LayerBits before_;
};

/// Hides layers from every call of this thread within a scope.
class ExcludeLayers {
 public:
  explicit ExcludeLayers(LayerBits bits) : before_(t_state.exclude) { t_state.exclude |= bits; }
  ~ExcludeLayers() { t_state.exclude = before_; }
  ExcludeLayers(const ExcludeLayers&) = delete;
  ExcludeLayers& operator=(const ExcludeLayers&) = delete;

 private:
  LayerBits before_;
};

}  // namespace sy
