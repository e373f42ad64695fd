// An operator defined at run time: signature, kernel and derivative as C++ functions.
#include <switchyard/switchyard.h>

#include <iostream>

int main() {
  sy::CustomOp swish("demo::swish(Tensor x, float beta=1.0) -> Tensor");
  swish.kernel("cpu", [](const sy::Tensor& x, double beta) { return x * sy::sigmoid(x * beta); });
  swish.derivative([](sy::Backward& b) {
    sy::Tensor x = b.param(0), s = sy::sigmoid(x * b.floating(1));
    b.set(0, b.grad(0) * (s + x * b.floating(1) * s * (1 - s)));
  });

  sy::Tensor x = sy::tensor({-1., 0., 2.}).requires_grad_();
  sy::Tensor y = swish(x, 1.5);
  y.sum().backward();
  std::cout << y << "\n" << x.grad() << "\n";

  // The derivative is made of operators, so it can be checked and differentiated itself.
  auto fn = [&](const std::vector<sy::Tensor>& in) {
    return std::vector<sy::Tensor>{sy::Tensor(swish.call_values({sy::TensorBase(in[0]), 1.5})[0])};
  };
  sy::gradcheck(fn, {x});
  sy::gradgradcheck(fn, {x});
  return 0;
}
