// A first program: tensors, a gradient, and a small model trained to tell two spirals apart.
#include <cmath>
#include <cstdio>
#include <iostream>

#include <switchyard/switchyard.h>

namespace nn = sy::nn;

struct Net : nn::Module {
  std::shared_ptr<nn::Linear> hidden = register_module<nn::Linear>("hidden", 2, 32);
  std::shared_ptr<nn::Linear> middle = register_module<nn::Linear>("middle", 32, 32);
  std::shared_ptr<nn::Linear> out = register_module<nn::Linear>("out", 32, 2);

  sy::Tensor forward(const sy::Tensor& x) {
    return out->forward(sy::tanh(middle->forward(sy::tanh(hidden->forward(x)))));
  }
};

int main() {
  sy::Tensor a = sy::tensor({{1., 2.}, {3., 4.}}).requires_grad_();
  sy::Tensor b = (a * a).sum();
  b.backward();
  std::cout << a.grad() << "\n";

  // Two spirals of 100 points each.
  sy::manual_seed(1);
  sy::Tensor t = sy::linspace(0.3, 3, 100);
  sy::Tensor spiral = sy::stack({t * sy::cos(t * 2), t * sy::sin(t * 2)}, 1);
  sy::Tensor x = sy::cat({spiral, -spiral}), y = sy::cat({sy::zeros({100}, sy::kI64), sy::ones({100}, sy::kI64)});

  Net net;
  sy::optim::AdamOptions options;
  options.lr = 1e-2;
  sy::optim::Adam adam(net.parameters(), options);
  double loss_value = 0;
  for (int step = 0; step < 400; ++step) {
    adam.zero_grad();
    sy::Tensor loss = sy::cross_entropy(net.forward(x), y);
    loss.backward();
    adam.step();
    loss_value = loss.item<double>();
  }
  sy::Tensor right = sy::argmax(net.forward(x), 1) == y;
  std::printf("loss %.3f, %d of 200 right\n", loss_value, static_cast<int>(right.sum().item<std::int64_t>()));
  return right.sum().item<std::int64_t>() > 190 ? 0 : 1;
}
