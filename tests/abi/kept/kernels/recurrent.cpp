// A recurrent net as a vendor's library would run it: a plan per signature, weights packed into workspace, states kept in a
// layout of its own for the backward.
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/kept_recurrent.h"
#include "switchyard/sdk/ops/kept_recurrent_backward.h"

namespace {

using namespace kept::sdk;  // NOLINT
using namespace sy::sdk;    // NOLINT

using Types = TypeList<float, double>;

struct Plan {
  std::int64_t time, batch, in, hidden;

  template <typename Args>
  explicit Plan(const Args& args)
      : time(args.input.shape()[0]),
        batch(args.input.shape()[1]),
        in(args.input.shape()[2]),
        hidden(args.state.shape()[1]) {}

  std::int64_t kept_elements() const { return time * hidden * batch; }
  std::int64_t packed_elements() const { return hidden * (in + hidden); }
  // [time][hidden][batch], where the result is [time][batch][hidden]
  std::int64_t kept_at(std::int64_t t, std::int64_t b, std::int64_t h) const { return (t * hidden + h) * batch + b; }
};

template <typename Args>
std::unique_ptr<Plan> prepare(const Call&, const Args& args) {
  return std::make_unique<Plan>(args);
}

template <typename Args>
std::uint64_t packed_bytes(const Call& call, const Args& args) {
  return static_cast<std::uint64_t>(Plan(args).packed_elements()) * dtype_size(call.t(0));
}

std::uint64_t kept_bytes(const Call& call, const RecurrentArgs&) {
  return static_cast<std::uint64_t>(call.plan<Plan>()->kept_elements()) * dtype_size(call.t(0));
}

/// Each output's weights in a row: first the input's, then the state's.
template <typename T, typename Args>
void pack(const Plan& p, const Args& args, T* packed) {
  for (std::int64_t h = 0; h < p.hidden; ++h) {
    T* row = packed + h * (p.in + p.hidden);
    for (std::int64_t i = 0; i < p.in; ++i) row[i] = args.w_input.template data<T>()[i * p.hidden + h];
    for (std::int64_t i = 0; i < p.hidden; ++i) row[p.in + i] = args.w_state.template data<T>()[i * p.hidden + h];
  }
}

sy_status forward(const Call& call, const RecurrentArgs& args) {
  const Plan& p = *call.plan<Plan>();
  return call.dispatch(Types(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* packed = call.workspace<T>(static_cast<std::uint64_t>(p.packed_elements()));
    pack(p, args, packed);
    T* kept = args.kept.template data<T>();
    for (std::int64_t t = 0; t < p.time; ++t)
      for (std::int64_t b = 0; b < p.batch; ++b)
        for (std::int64_t h = 0; h < p.hidden; ++h) {
          const T* row = packed + h * (p.in + p.hidden);
          double sum = 0;
          for (std::int64_t i = 0; i < p.in; ++i)
            sum += double{row[i]} * args.input.template data<T>()[(t * p.batch + b) * p.in + i];
          for (std::int64_t i = 0; i < p.hidden; ++i) {
            const T before = t == 0 ? args.state.template data<T>()[b * p.hidden + i] : kept[p.kept_at(t - 1, b, i)];
            sum += double{row[p.in + i]} * before;
          }
          const T result = static_cast<T>(std::tanh(sum));
          kept[p.kept_at(t, b, h)] = result;
          args.result.template data<T>()[(t * p.batch + b) * p.hidden + h] = result;
        }
  });
}

sy_status backward(const Call& call, const RecurrentBackwardArgs& args) {
  const Plan& p = *call.plan<Plan>();
  if (args.kept.numel() != p.kept_elements() * static_cast<std::int64_t>(dtype_size(call.t(0)))) {
    return call.error(SY_UNSUPPORTED, "the forward ran elsewhere: nothing was kept");
  }
  return call.dispatch(Types(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* packed = call.workspace<T>(static_cast<std::uint64_t>(p.packed_elements()));
    pack(p, args, packed);
    const T* kept = args.kept.template data<T>();
    for (const Tensor* out : {&args.grad_input, &args.grad_state, &args.grad_w_input, &args.grad_w_state}) {
      std::memset(out->data<T>(), 0, static_cast<std::size_t>(out->numel()) * sizeof(T));
    }
    T *grad_state = args.grad_state.template data<T>(), *grad_w_input = args.grad_w_input.template data<T>(),
      *grad_w_state = args.grad_w_state.template data<T>();
    std::vector<double> inside(static_cast<std::size_t>(p.hidden));  // gradients before tanh
    for (std::int64_t t = p.time; t-- > 0;)
      for (std::int64_t b = 0; b < p.batch; ++b) {
        const std::int64_t step = t * p.batch + b;
        // What came through the later steps has gathered in grad_state.
        for (std::int64_t h = 0; h < p.hidden; ++h) {
          const double y = kept[p.kept_at(t, b, h)];
          const double grad = args.grad.template data<T>()[step * p.hidden + h] + grad_state[b * p.hidden + h];
          inside[static_cast<std::size_t>(h)] = grad * (1 - y * y);
          grad_state[b * p.hidden + h] = 0;
        }
        for (std::int64_t h = 0; h < p.hidden; ++h) {
          const T* row = packed + h * (p.in + p.hidden);
          const double g = inside[static_cast<std::size_t>(h)];
          for (std::int64_t i = 0; i < p.in; ++i) {
            args.grad_input.template data<T>()[step * p.in + i] += static_cast<T>(g * row[i]);
            grad_w_input[i * p.hidden + h] += static_cast<T>(g * args.input.template data<T>()[step * p.in + i]);
          }
          for (std::int64_t i = 0; i < p.hidden; ++i) {
            const T before = t == 0 ? args.state.template data<T>()[b * p.hidden + i] : kept[p.kept_at(t - 1, b, i)];
            grad_state[b * p.hidden + i] += static_cast<T>(g * row[p.in + i]);
            grad_w_state[i * p.hidden + h] += static_cast<T>(g * before);
          }
        }
      }
  });
}

template <typename Args, auto kFn>
constexpr sy_kernel planned() {
  return with_plan<Plan, Args, prepare<Args>>(
      with_workspace<Args, packed_bytes<Args>>(make_kernel<Args, kFn>(kDeterministic, Types())));
}

}  // namespace

SY_KERNELS(recurrent, with_reserve<RecurrentArgs, kept_bytes>(planned<RecurrentArgs, forward>()),
           planned<RecurrentBackwardArgs, backward>());
