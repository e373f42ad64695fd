// Updates against PyTorch's after three steps on (i + 1) sum(p^2) + sum(p).
#include "testing.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor start() { return tensor({1.0, -2.0, 0.5}).requires_grad_(); }

void train(optim::Optimizer& optimizer, const Tensor& p, int first = 0, int last = 3) {
  for (int i = first; i < last; ++i) {
    optimizer.zero_grad();
    ((p * p).sum() * (i + 1) + p.sum()).backward();
    optimizer.step();
  }
}

TEST(SGD, MatchesPyTorch) {
  Tensor p = start();
  optim::SGD plain({p}, {.lr = 0.1});
  train(plain, p);
  expect_near(p, {0.028, -0.548, -0.068});
  Tensor q = start();
  optim::SGD heavy({q}, {.lr = 0.1, .momentum = 0.9, .dampening = 0.1, .weight_decay = 0.01});
  train(heavy, q);
  expect_near(q, {-0.6024472238, 0.2104002046, -0.4669726524});
  Tensor r = start();
  optim::SGD nesterov({r}, {.lr = 0.1, .momentum = 0.9, .nesterov = true});
  train(nesterov, r);
  expect_near(r, {-0.582848, 0.451648, -0.410432});
}

TEST(Adam, MatchesPyTorch) {
  Tensor p = start();
  optim::Adam adam({p}, {.lr = 0.1, .weight_decay = 0.01});
  train(adam, p);
  expect_near(p, {0.7020948748, -1.7092451753, 0.1999897925});
  Tensor q = start();
  optim::AdamWOptions options;
  options.lr = 0.1;
  options.weight_decay = 0.1;
  optim::AdamW adamw({q}, options);
  train(adamw, q);
  expect_near(q, {0.675222927, -1.652525356, 0.1880805388});
}

TEST(Optimizer, GroupsHaveTheirOwnOptions) {
  Tensor a = tensor({1.0}).requires_grad_(), b = tensor({1.0}).requires_grad_(), unused = tensor({1.0}).requires_grad_();
  optim::SGD sgd({a, unused}, {.lr = 0.1});
  sgd.add_group({b}, {.lr = 0.5});
  (a + b).sum().backward();
  sgd.step();
  EXPECT_EQ(a.item<double>(), 0.9);
  EXPECT_EQ(b.item<double>(), 0.5);
  EXPECT_EQ(unused.item<double>(), 1);
  sgd.set_lr(1, 0.25);
  EXPECT_EQ(sgd.lr(0), 0.1);
  EXPECT_EQ(sgd.lr(1), 0.25);
}

TEST(Optimizer, ResumesFromItsState) {
  Tensor p = start(), q = start();
  optim::Adam whole({p}, {.lr = 0.1}), half({q}, {.lr = 0.1});
  train(whole, p);
  train(half, q, 0, 2);
  Tensor resumed = q.detach().clone().requires_grad_();
  optim::Adam fresh({resumed}, {.lr = 1});
  fresh.load_state_dict(half.state_dict());
  EXPECT_EQ(fresh.lr(), 0.1);
  train(fresh, resumed, 2, 3);
  EXPECT_EQ(to_vector<double>(resumed), to_vector<double>(p));
}

TEST(Optimizer, StateThatDoesNotFitChangesNothing) {
  Tensor p = start();
  optim::Adam adam({p}, {.lr = 0.1});
  train(adam, p);
  EXPECT_THAT(message_of([&] { adam.load_state_dict({{"1.exp_avg", zeros({3})}}); }), HasSubstr("no parameter"));
  EXPECT_THAT(message_of([&] { adam.load_state_dict({{"nonsense", zeros({3})}}); }), HasSubstr("\"nonsense\""));
  EXPECT_THAT(message_of([&] { adam.load_state_dict({{"lr.7", zeros({1})}}); }), HasSubstr("no group"));
  EXPECT_THAT(message_of([&] { adam.load_state_dict({{"0.exp_avg", zeros({4})}}); }), HasSubstr("shape [4]"));
  EXPECT_EQ(adam.state_dict().size(), 4u);
}

TEST(Optimizer, RejectsWhatCannotBeTrained) {
  Tensor p = start();
  EXPECT_THAT(message_of([&] { optim::SGD({p, p}); }), HasSubstr("twice"));
  EXPECT_THAT(message_of([&] { optim::SGD({p * 2}); }), HasSubstr("no leaf"));
  EXPECT_THAT(message_of([&] { optim::SGD({p}, {.lr = -1}); }), HasSubstr("negative"));
  EXPECT_THAT(message_of([&] { optim::SGD({p}, {.nesterov = true}); }), HasSubstr("nesterov"));
  EXPECT_THAT(message_of([&] { optim::Adam({p}, {.beta1 = 1}); }), HasSubstr("betas"));
}

TEST(Optimizer, ZeroGradDropsOrZeroes) {
  Tensor p = start();
  optim::SGD sgd({p});
  p.sum().backward();
  sgd.zero_grad(false);
  expect_near(p.grad(), {0, 0, 0});
  sgd.zero_grad();
  EXPECT_FALSE(p.grad().defined());
}

TEST(ClipGrad, ScalesAllGradientsTogether) {
  Tensor a = tensor({3.0}).requires_grad_(), b = tensor({4.0, 0.0}).requires_grad_(), unused = tensor({1.0}).requires_grad_();
  ((a * a).sum() / 2 + (b * b).sum() / 2).backward();
  EXPECT_NEAR(optim::clip_grad_norm_({a, b, unused}, 10), 5, 1e-12);
  EXPECT_EQ(a.grad().item<double>(), 3);
  EXPECT_NEAR(optim::clip_grad_norm_({a, b, unused}, 1), 5, 1e-12);
  EXPECT_NEAR(a.grad().item<double>(), 0.6, 1e-6);
  expect_near(b.grad(), {0.8, 0}, 1e-6);
  optim::clip_grad_value_({a, b}, 0.5);
  EXPECT_EQ(a.grad().item<double>(), 0.5);
  EXPECT_THAT(message_of([&] { optim::clip_grad_norm_({a}, 0); }), HasSubstr("max_norm"));
}

TEST(Schedule, WarmsUpThenFallsAlongACosine) {
  EXPECT_DOUBLE_EQ(optim::warmup_cosine(0, 4, 12, 1), 0.25);
  EXPECT_DOUBLE_EQ(optim::warmup_cosine(3, 4, 12, 1), 1);
  EXPECT_DOUBLE_EQ(optim::warmup_cosine(4, 4, 12, 1), 1);
  EXPECT_DOUBLE_EQ(optim::warmup_cosine(8, 4, 12, 1, 0.2), 0.6);
  EXPECT_NEAR(optim::warmup_cosine(100, 4, 12, 1, 0.2), 0.2, 1e-15);
  EXPECT_DOUBLE_EQ(optim::step_decay(7, 3, 0.1, 1), 0.01);
}

}  // namespace
}  // namespace sy
