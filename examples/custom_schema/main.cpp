// Operators from a schema of one's own, generated at build time.
#include <iostream>

#include <switchyard/ops/gen/my_ops.h>
#include <switchyard/switchyard.h>

int main() {
  sy::Tensor x = sy::tensor({-2., -0.25, 0.25, 2.}).requires_grad_();
  sy::Tensor y = my::soft_threshold(x, 0.5);
  y.sum().backward();
  std::cout << y << "\n" << x.grad() << "\n";
  // The same operator, boxed.
  std::cout << sy::Tensor(sy::call("my::soft_threshold", {{"self", x.detach()}})[0]) << "\n";
  return sy::to_vector<double>(x.grad()) == std::vector<double>{1, 0, 0, 1} ? 0 : 1;
}
