// A model whose layers lie on different devices.
#include <gmock/gmock.h>

#include "../autograd/values.h"
#include "devices.h"
#include "switchyard/nn/linear.h"
#include "switchyard/optim/adam.h"
#include "switchyard/optim/clip_grad.h"

namespace sy {
namespace {

class Chain : public nn::Module {
 public:
  explicit Chain(const std::vector<Device>& devices) {
    manual_seed(7);
    for (Device d : devices) {
      layers_.push_back(register_module<nn::Linear>(str_cat(layers_.size()), 5, 5));
      layers_.back()->to(d);
    }
  }
  Tensor forward(Tensor x) {
    for (auto& layer : layers_) x = dropout(tanh(layer->forward(x.to(layer->weight.device()))), 0.1);
    return x.cpu();
  }

 private:
  std::vector<std::shared_ptr<nn::Linear>> layers_;
};

std::vector<double> train(Chain& model, int steps) {
  optim::AdamOptions options;
  options.lr = 1e-2;
  optim::Adam adam(model.parameters(), options);
  manual_seed(11);
  Tensor x = randn({16, 5}, std::nullopt, kF32, Device()), y = randn({16, 5}, std::nullopt, kF32, Device());
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    adam.zero_grad();
    Tensor loss = mse_loss(model.forward(x), y);
    loss.backward();
    losses.push_back(loss.item<double>());
    losses.push_back(optim::clip_grad_norm_(model.parameters(), 0.05));
    adam.step();
  }
  return losses;
}

TEST(ModelInParts, TrainsAsOnOneDevice) {
  Chain whole(std::vector<Device>(all_devices().size(), Device())), parts(all_devices());
  std::vector<double> wanted = train(whole, 8), found = train(parts, 8);
  EXPECT_LT(wanted[14], wanted[0]) << "it learns";
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-4 * wanted[i]) << i;
  std::size_t k = 0;
  for (const Tensor& p : parts.parameters()) {
    EXPECT_EQ(p.device(), all_devices()[k++ / 2]);
    EXPECT_EQ(p.grad().device(), p.device());
  }
}

TEST(ModelInParts, StateGoesFromDeviceToDevice) {
  std::vector<Device> there = all_devices();
  std::reverse(there.begin(), there.end());
  Chain first(all_devices()), second(there);
  train(first, 1);
  second.load_state_dict(first.state_dict());
  auto a = first.named_parameters(), b = second.named_parameters();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(values(a[i].second), values(b[i].second)) << a[i].first;
    EXPECT_EQ(b[i].second.device(), there[i / 2]);
  }
}

}  // namespace
}  // namespace sy
