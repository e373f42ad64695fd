#include <iostream>

#include <switchyard/switchyard.h>

int main() {
  sy::Tensor x = sy::tensor({3.}).requires_grad_();
  (x * x).sum().backward();
  std::cout << x.grad() << "\n";
  return x.grad().item<double>() == 6 ? 0 : 1;
}
