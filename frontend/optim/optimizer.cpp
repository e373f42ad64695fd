#include "switchyard/optim/optimizer.h"

#include <algorithm>
#include <charconv>

#include "switchyard/ops/operators.h"

namespace sy::optim {

std::size_t Optimizer::add_parameters(const std::vector<Tensor>& parameters) {
  for (const Tensor& p : parameters) {
    require(p.defined() && p.requires_grad() && p.is_leaf(), "optimizer: parameter ", parameters_.size(),
            " is no leaf that needs a gradient");
    for (const Tensor& other : parameters_) require(!other.same_as(p), "optimizer: a parameter is given twice");
    parameters_.push_back(p);
    state_.emplace_back();
  }
  return parameters_.size() - parameters.size();
}

void Optimizer::zero_grad(bool set_to_none) {
  NoGrad no_grad;
  for (const Tensor& p : parameters_) {
    if (set_to_none) {
      p.set_grad({});
    } else if (p.grad().defined()) {
      p.grad().fill_(0);
    }
  }
}

void Optimizer::set_lr(double lr) {
  for (std::size_t g = 0; g < num_groups(); ++g) set_lr(g, lr);
}

std::map<std::string, Tensor> Optimizer::state_dict() const {
  std::map<std::string, Tensor> all;
  for (std::size_t g = 0; g < num_groups(); ++g) all[str_cat("lr.", g)] = full({}, lr(g), kF64, Device());
  for (std::size_t i = 0; i < state_.size(); ++i) {
    for (const auto& [name, t] : state_[i]) all[str_cat(i, ".", name)] = t;
  }
  return all;
}

void Optimizer::load_state_dict(const std::map<std::string, Tensor>& state) {
  const std::vector<std::string> known = state_names();
  std::vector<std::map<std::string, Tensor>> loaded(parameters_.size());
  std::vector<std::pair<std::size_t, double>> rates;
  for (const auto& [name, t] : state) {
    std::size_t index = 0;
    if (name.rfind("lr.", 0) == 0) {
      auto [end, ec] = std::from_chars(name.data() + 3, name.data() + name.size(), index);
      require(ec == std::errc() && end == name.data() + name.size() && index < num_groups(), "optimizer state: \"",
              name, "\" belongs to no group of this optimizer");
      require(t.defined() && t.dim() == 0, "optimizer state: \"", name, "\" is ", describe(t), ", expected a number");
      rates.emplace_back(index, t.item<double>());
      continue;
    }
    auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), index);
    require(ec == std::errc() && end != name.data() + name.size() && *end == '.' && index < parameters_.size(),
            "optimizer state: \"", name, "\" belongs to no parameter of this optimizer");
    const Tensor& p = parameters_[index];
    std::string key(end + 1, name.data() + name.size());
    require(std::find(known.begin(), known.end(), key) != known.end(), "optimizer state: \"", name,
            "\" is unknown to this optimizer");
    require(t.defined(), "optimizer state: \"", name, "\" is undefined");
    bool counter = key == "step";
    require(counter ? t.dim() == 0 && t.dtype() == kI64 : t.shape() == p.shape(), "optimizer state: \"", name, "\" is ",
            describe(t), ", expected ", counter ? std::string("a 0-d i64") : describe(p));
    loaded[index][key] = t.detach().to(std::nullopt, counter ? Device() : p.device(), true);
  }
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    for (const std::string& key : known) {
      require(loaded[i].empty() || loaded[i].contains(key), "optimizer state: parameter ", i, " lacks \"", key, "\"");
    }
  }
  state_ = std::move(loaded);
  for (auto [group, rate] : rates) set_lr(group, rate);
}

}  // namespace sy::optim
