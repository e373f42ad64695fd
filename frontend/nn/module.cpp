#include "switchyard/nn/module.h"

#include <algorithm>

namespace sy::nn {

template <typename Fn>
void Module::visit(const std::string& prefix, Fn&& fn) const {
  fn(*this, prefix);
  for (const auto& [name, child] : children_) child->visit(prefix + name + ".", fn);
}

Module::Named Module::named_parameters() const {
  Named all;
  visit("", [&](const Module& m, const std::string& prefix) {
    for (const auto& [name, t] : m.parameters_) all.emplace_back(prefix + name, t);
  });
  return all;
}

Module::Named Module::named_buffers() const {
  Named all;
  visit("", [&](const Module& m, const std::string& prefix) {
    for (const auto& [name, t] : m.buffers_) all.emplace_back(prefix + name, t);
  });
  return all;
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> all;
  for (auto& [name, t] : named_parameters()) {
    bool shared = std::any_of(all.begin(), all.end(), [&](const Tensor& other) { return other.same_as(t); });
    if (!shared) all.push_back(t);
  }
  return all;
}

void Module::train(bool on) {
  training_ = on;
  for (auto& [name, child] : children_) child->train(on);
}

template <typename Fn>
void Module::convert(Fn&& fn) {
  NoGrad no_grad;
  for (Named* list : {&parameters_, &buffers_}) {
    for (auto& [name, t] : *list) {
      Tensor moved = fn(t.detach());
      if (moved.device() == t.device() && moved.dtype() == t.dtype()) continue;
      t.impl()->set_contents(*moved.impl());
      bool trained = t.requires_grad();
      t.impl()->autograd.reset();  // the gradient and its node belong to the old device
      t.impl()->bits &= ~bit(kLayerAutograd);
      if (trained) t.requires_grad_();
    }
  }
  for (auto& [name, child] : children_) child->convert(fn);
}

void Module::to(Device device) {
  convert([&](const Tensor& t) { return t.to(device); });
}

void Module::to(Dtype dtype) {
  require(dtype.is_floating(), "Module::to: expected a floating dtype, got ", dtype.name());
  convert([&](const Tensor& t) { return t.dtype().is_floating() ? t.to(dtype) : t; });
}

void Module::zero_grad() {
  for (const Tensor& p : parameters()) p.set_grad({});
}

void Module::requires_grad_(bool on) {
  for (const Tensor& p : parameters()) p.requires_grad_(on);
}

void Module::apply(const std::function<void(Module&)>& fn) {
  for (auto& [name, child] : children_) child->apply(fn);
  fn(*this);
}

std::map<std::string, Tensor> Module::state_dict() const {
  std::map<std::string, Tensor> state;
  for (auto& [name, t] : named_parameters()) state[name] = t.detach();
  for (auto& [name, t] : named_buffers()) state[name] = t.detach();
  return state;
}

void Module::load_state_dict(const std::map<std::string, Tensor>& state, bool strict) {
  std::map<std::string, Tensor> own = state_dict();
  std::string problems;
  for (auto& [name, t] : own) {
    auto it = state.find(name);
    if (it == state.end() || !it->second.defined()) {
      if (strict) str_append(&problems, "\n  missing: ", name, " ", shape_str(t.shape()));
    } else if (!(it->second.shape() == t.shape())) {
      str_append(&problems, "\n  wrong shape: ", name, " is ", shape_str(it->second.shape()), ", expected ",
                 shape_str(t.shape()));
    }
  }
  if (strict) {
    for (auto& [name, t] : state) {
      if (!own.contains(name)) str_append(&problems, "\n  unexpected: ", name);
    }
  }
  require(problems.empty(), "load_state_dict:", problems);
  NoGrad no_grad;
  for (auto& [name, t] : own) {
    if (auto it = state.find(name); it != state.end() && it->second.defined()) t.copy_(it->second);
  }
}

std::string Module::str() const {
  if (children_.empty()) return describe();
  std::string text = describe() + "(";
  for (const auto& [name, child] : children_) {
    std::string inner = child->str();
    for (std::size_t at = inner.find('\n'); at != std::string::npos; at = inner.find('\n', at + 3))
      inner.insert(at + 1, "  ");
    str_append(&text, "\n  (", name, "): ", inner);
  }
  return text + "\n)";
}

void Module::check_free(const std::string& name) const {
  require(!name.empty() && name.find('.') == std::string::npos, "register: \"", name,
          "\" is no name (empty or with a dot)");
  bool taken = false;
  for (const Named* list : {&parameters_, &buffers_}) {
    for (const auto& [other, t] : *list) taken |= other == name;
  }
  for (const auto& [other, m] : children_) taken |= other == name;
  require(!taken, "register: the name \"", name, "\" is taken");
}

Tensor Module::register_parameter(std::string name, const Tensor& value) {
  if (!value.defined()) return value;
  check_free(name);
  Tensor leaf = value.requires_grad() && value.is_leaf() ? value : value.detach().requires_grad_();
  parameters_.emplace_back(std::move(name), leaf);
  return leaf;
}

Tensor Module::register_buffer(std::string name, const Tensor& value) {
  if (!value.defined()) return value;
  check_free(name);
  buffers_.emplace_back(std::move(name), value.detach());
  return buffers_.back().second;
}

void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_free(name);
  require(module != nullptr, "register: module \"", name, "\" is null");
  module->train(training_);
  children_.emplace_back(std::move(name), std::move(module));
}

}  // namespace sy::nn
