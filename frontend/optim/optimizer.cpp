#include "switchyard/optim/optimizer.h"

#include <charconv>

namespace sy::optim {
namespace {

/// The number that text begins with, and what follows; the largest number where there is none.
std::pair<std::size_t, std::string> parse_number(const std::string& text) {
  std::size_t number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc()) number = ~std::size_t{0};
  return {number, std::string(end, text.data() + text.size())};
}

}  // namespace

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
  for (std::size_t g = 0; g < num_groups(); ++g) all[str_cat("lr.", g)] = full({}, lr(g), kF64);
  for (std::size_t i = 0; i < state_.size(); ++i) {
    for (const auto& [name, t] : state_[i]) all[str_cat(i, ".", name)] = t;
  }
  return all;
}

void Optimizer::load_state_dict(const std::map<std::string, Tensor>& state) {
  std::vector<std::map<std::string, Tensor>> loaded(parameters_.size());
  std::map<std::size_t, double> rates;
  for (const auto& [name, t] : state) {
    require(t.defined(), "optimizer state: \"", name, "\" is undefined");
    if (name.rfind("lr.", 0) == 0) {
      auto [group, rest] = parse_number(name.substr(3));
      require(group < num_groups() && rest.empty() && t.numel() == 1, "optimizer state: \"", name, "\" belongs to no group of this optimizer");
      rates[group] = t.item<double>();
      continue;
    }
    auto [index, rest] = parse_number(name);
    require(index < parameters_.size() && rest.size() > 1 && rest[0] == '.', "optimizer state: \"", name,
            "\" belongs to no parameter of this optimizer");
    const Tensor& p = parameters_[index];
    require(t.dim() == 0 || t.shape() == p.shape(), "optimizer state: \"", name, "\" has shape ", shape_str(t.shape()), ", the parameter ",
            shape_str(p.shape()));
    loaded[index][rest.substr(1)] = t.dim() == 0 && p.dim() != 0 ? t.clone() : t.to(std::nullopt, p.device(), true);
  }
  state_ = std::move(loaded);
  for (auto [group, rate] : rates) set_lr(group, rate);
}

}  // namespace sy::optim
