// Operators that are defined at run time, with kernels and derivative as C++ functions.
#pragma once

#include <memory>
#include <string>

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/derivative.h"
#include "switchyard/dispatch/boxed.h"

namespace sy {

/// Defines an operator from its signature string:
///
///   sy::CustomOp scale("my::scale(Tensor x, float factor) -> Tensor");
///   scale.kernel("cpu", [](const sy::Tensor& x, double factor) { return x * factor; });
///   scale.derivative([](sy::Backward& b) { b.set(0, b.grad(0) * b.floating(1)); });
///   sy::Tensor y = scale(x, 2.0);
///
/// It is then called like any other one: boxed by name, from layers, by tools. The operator lives as long as the
/// process.
class CustomOp {
 public:
  /// Throws sy::Error on a bad signature or a name that is taken.
  explicit CustomOp(const std::string& signature);

  /// A kernel for a device kind. Its parameters must fit the signature: const Tensor&, double, std::int64_t, bool,
  /// std::string_view, Dtype, Device, Scalar, IntArray, TensorList; it returns a Tensor, or a std::tuple of them.
  /// Throws sy::Error naming the parameter that does not fit.
  template <typename Fn>
  CustomOp& kernel(std::string_view backend, Fn fn) {
    add_kernel(backend, wrap(std::function(std::move(fn))));
    return *this;
  }
  /// The gradient: reads b.grad(k), b.param(i), b.result(k) and attributes by position, delivers with b.set(i, ...) one
  /// gradient per floating tensor parameter.
  CustomOp& derivative(std::function<void(Backward&)> fn);

  /// Calls with positional arguments; trailing ones with defaults may be left out.
  template <typename... Args>
  Tensor operator()(const Args&... args) const {
    if constexpr ((requires { Reader<Args>::kType; } && ...)) {
      // Arguments that are just what the signature says need no boxes.
      static constexpr ArgType kTypes[] = {Reader<Args>::kType...};
      if (takes(kTypes)) {
        const Arg given[] = {arg(args)...};
        Tensor result;
        invoke(*op_, given, &result, 1);
        return result;
      }
    }
    return Tensor(call_values({to_value(args)...})[0]);
  }
  std::vector<TensorBase> call_values(const std::vector<Value>& args) const { return call(*op_, args); }
  Operator& op() const { return *op_; }

 private:
  static Value to_value(const Tensor& t) { return TensorBase(t); }
  static Value to_value(const std::vector<Tensor>& list) { return std::vector<TensorBase>(list.begin(), list.end()); }
  static Value to_value(const char* s) { return std::string(s); }
  static Value to_value(bool v) { return v; }
  static Value to_value(int v) { return std::int64_t{v}; }
  template <typename T>
  static Value to_value(const T& v) {
    return v;
  }

  /// What parameter i of a kernel reads, checked once against the signature.
  template <typename T>
  struct Reader;
  template <typename R, typename... Params>
  std::function<void(Frame&)> wrap(std::function<R(Params...)> fn) {
    check_count(sizeof...(Params));
    std::size_t i = 0;
    (check_type(i++, Reader<std::decay_t<Params>>::kType), ...);
    return [fn = std::move(fn)](Frame& f) { invoke_kernel(fn, f, std::index_sequence_for<Params...>()); };
  }
  template <typename R, typename... Params, std::size_t... I>
  static void invoke_kernel(const std::function<R(Params...)>& fn, Frame& f, std::index_sequence<I...>) {
    if constexpr (std::is_same_v<R, Tensor>) {
      f.set_result(0, fn(Reader<std::decay_t<Params>>::read(f, I)...));
    } else {
      set_tuple(f, fn(Reader<std::decay_t<Params>>::read(f, I)...), std::make_index_sequence<std::tuple_size_v<R>>());
    }
  }
  template <typename Tuple, std::size_t... K>
  static void set_tuple(Frame& f, Tuple results, std::index_sequence<K...>) {
    (f.set_result(K, std::get<K>(results)), ...);
  }
  void add_kernel(std::string_view backend, std::function<void(Frame&)> fn);
  /// Whether these types are the operator's, one for one, and it has one result.
  bool takes(absl::Span<const ArgType> types) const {
    const OperatorInfo& info = op_->info();
    const std::vector<Parameter>& params = info.signature.params;
    return info.num_results == 1 && std::equal(types.begin(), types.end(), params.begin(), params.end(),
                                               [](ArgType type, const Parameter& p) { return type == p.type; });
  }
  void check_count(std::size_t count) const;
  void check_type(std::size_t i, ArgType type) const;

  Operator* op_;
};

#define SY_CUSTOM_OP_READER(T, tag, expression)                      \
  template <>                                                        \
  struct CustomOp::Reader<T> {                                       \
    static constexpr ArgType kType = ArgType::tag;                   \
    static auto read(Frame& f, std::size_t i) { return expression; } \
  };
SY_CUSTOM_OP_READER(Tensor, kTensor, (f.has(i) ? as_tensor(f.tensor(i)) : Tensor()))
SY_CUSTOM_OP_READER(TensorList, kTensorList, as_tensors(f.tensors(i)))
SY_CUSTOM_OP_READER(double, kFloat, f.floating(i))
SY_CUSTOM_OP_READER(std::int64_t, kInt, f.integer(i))
SY_CUSTOM_OP_READER(bool, kBool, f.boolean(i))
SY_CUSTOM_OP_READER(std::string_view, kStr, f.str(i))
SY_CUSTOM_OP_READER(Dtype, kDtype, f.dtype(i))
SY_CUSTOM_OP_READER(Device, kDevice, f.device(i))
SY_CUSTOM_OP_READER(Scalar, kScalar, f.scalar(i))
SY_CUSTOM_OP_READER(IntArray, kIntList, f.ints(i))
#undef SY_CUSTOM_OP_READER

}  // namespace sy
