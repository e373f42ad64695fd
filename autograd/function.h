// Custom differentiable functions.
#pragma once

#include <any>
#include <map>
#include <string>
#include <typeinfo>

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/autograd/saved_tensor.h"

namespace sy {

/// What forward leaves for backward.
class FunctionContext {
 public:
  /// Arguments or results of this call, checked for in-place changes when read back.
  void save_for_backward(std::vector<Tensor> tensors) { to_save_ = std::move(tensors); }
  std::vector<Tensor> saved() const;
  /// Results through which no gradient flows, such as indices.
  void mark_non_differentiable(std::vector<Tensor> results) { constant_ = std::move(results); }
  /// Whether the gradient of the i-th tensor argument is asked for.
  bool needs_input_grad(std::size_t i) const { return needed_.at(i); }
  /// Anything else, by name.
  std::map<std::string, std::any> values;

 private:
  friend class FunctionNode;
  std::vector<Tensor> to_save_, constant_;
  std::vector<bool> needed_;
  std::vector<SavedTensor> saved_;
  std::string name_;
};

/// The node behind Function; not for direct use.
class FunctionNode : public Node {
 public:
  using BackwardFn = std::vector<Tensor> (*)(FunctionContext&, std::vector<Tensor>);
  FunctionNode(std::string name, BackwardFn backward) : name_(std::move(name)), backward_(backward) {
    context.name_ = name_;
  }
  std::string name() const override { return name_; }
  std::vector<Tensor> apply(std::vector<Tensor> grads) override;
  void release_saved() override;

  /// Edges of the arguments; true when one needs a gradient.
  bool connect(const std::vector<Tensor>& arguments);
  /// Turns what forward saved into SavedTensors and gives the results their history.
  void finish(std::vector<Tensor>& results, bool recorded);

  FunctionContext context;

 private:
  std::string name_;
  BackwardFn backward_;
  bool released_ = false;
};

/// A C++ type's name, readable where the compiler helps.
std::string type_text(const std::type_info& type);

/// A function with a derivative of its own:
///
///   struct Cube : sy::Function<Cube> {
///     static constexpr const char* kName = "cube";  // for messages; may be left out
///     static sy::Tensor forward(sy::FunctionContext& c, const sy::Tensor& x) {
///       c.save_for_backward({x});
///       return x * x * x;
///     }
///     static std::vector<sy::Tensor> backward(sy::FunctionContext& c, std::vector<sy::Tensor> grads) {
///       sy::Tensor x = c.saved()[0];
///       return {grads[0] * 3 * x * x};
///     }
///   };
///   sy::Tensor y = Cube::apply(x);
///
/// forward runs unrecorded, on any arguments, and returns a Tensor or a vector of them. backward gets a gradient per
/// result (zeros where none came) and returns one per tensor argument in order, with the elements of
/// std::vector<Tensor> arguments one by one; undefined for none. Written in operators it can be differentiated again.
template <typename Derived>
struct Function {
  template <typename... Args>
  static auto apply(const Args&... args) {
    std::vector<Tensor> tensors;
    (collect(tensors, args), ...);
    auto* node = new FunctionNode(function_name(), &Derived::backward);
    Ref<Node> owner = Ref<Node>::adopt(node);
    bool recorded = grad_enabled() && node->connect(tensors);
    using Result = decltype(Derived::forward(node->context, args...));
    if constexpr (std::is_same_v<Result, Tensor>) {
      std::vector<Tensor> results(1);
      {
        NoGrad no_grad;
        results[0] = Derived::forward(node->context, args...);
      }
      node->finish(results, recorded);
      return results[0];
    } else {
      std::vector<Tensor> results;
      {
        NoGrad no_grad;
        results = Derived::forward(node->context, args...);
      }
      node->finish(results, recorded);
      return results;
    }
  }

 private:
  template <typename T>
  static void collect(std::vector<Tensor>& tensors, const T& arg) {
    if constexpr (std::is_same_v<T, Tensor>) tensors.push_back(arg);
    if constexpr (std::is_same_v<T, std::vector<Tensor>>) tensors.insert(tensors.end(), arg.begin(), arg.end());
  }
  static std::string function_name() {
    if constexpr (requires { Derived::kName; }) return Derived::kName;
    return type_text(typeid(Derived));
  }
};

}  // namespace sy
