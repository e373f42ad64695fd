// Optimizers against PyTorch 2.15 (f64): p = {1, -2, 3}, grad = 2 p + {0.5, -1, 0.25}, three steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy::optim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Rows = std::vector<std::vector<double>>;

Tensor parameter() { return tensor({1., -2., 3.}).requires_grad_(); }
void set_gradient(const Tensor& p) { p.set_grad(p.detach() * 2 + tensor({0.5, -1., 0.25})); }

template <typename O>
void expect_steps(const char* name, const typename std::type_identity_t<O>& options, auto make, const Rows& golden) {
  Tensor p = parameter();
  auto optimizer = make(p, options);
  for (const std::vector<double>& row : golden) {
    set_gradient(p);
    optimizer->step();
    std::vector<double> got = to_vector<double>(p);
    for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(got[i], row[i], 1e-12) << name;
  }
}
void expect_sgd(const char* name, const SGDOptions& o, const Rows& golden) {
  expect_steps<SGDOptions>(
      name, o, [](const Tensor& p, const SGDOptions& x) { return std::make_unique<SGD>(std::vector{p}, x); }, golden);
}
void expect_adam(const char* name, const AdamOptions& o, const Rows& golden) {
  expect_steps<AdamOptions>(
      name, o, [](const Tensor& p, const AdamOptions& x) { return std::make_unique<Adam>(std::vector{p}, x); }, golden);
}
void expect_adamw(const char* name, const AdamWOptions& o, const Rows& golden) {
  expect_steps<AdamWOptions>(
      name, o, [](const Tensor& p, const AdamWOptions& x) { return std::make_unique<AdamW>(std::vector{p}, x); },
      golden);
}

TEST(Optim, Sgd) {
  expect_sgd("plain", {.lr = 0.1}, {{0.75, -1.5, 2.375}, {0.55, -1.1, 1.875}, {0.39, -0.78, 1.475}});
  expect_sgd("momentum", {.lr = 0.1, .momentum = 0.9},
             {{0.75, -1.5, 2.375}, {0.325, -0.65, 1.3125}, {-0.1725, 0.345, 0.06875}});
  expect_sgd("dampening and decay", {.lr = 0.1, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.01},
             {{0.749, -1.498, 2.372}, {0.4228255, -0.845651, 1.555914}, {0.06177448725, -0.1235489745, 0.652567243}});
  expect_sgd("nesterov and decay", {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true},
             {{0.506, -1.012, 1.7555}, {-0.001494, 0.002988, 0.4770055}, {-0.412008494, 0.824016988, -0.5571752445}});
}

TEST(Optim, Adam) {
  AdamOptions o;
  o.lr = 0.1;
  expect_adam("plain", o,
              {{0.9000000004, -1.9000000002, 2.90000000016},
               {0.800303727169413, -1.80012718838083, 2.80009797343147},
               {0.701155449724289, -1.70047393386296, 2.70036371686346}});
  expect_adam("decay", {.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-4, .weight_decay = 0.1},
              {{0.950001923002961, -1.95000096151997, 2.95000076334712},
               {0.900102594742666, -1.90004812634753, 2.90003769962768},
               {0.850372537939141, -1.85017299176065, 2.85013524125791}});
}

TEST(Optim, AdamW) {
  AdamWOptions o;
  o.lr = 0.1;
  expect_adamw("default decay", o,
               {{0.8990000004, -1.8980000002, 2.89700000016},
                {0.798408798875772, -1.79623221765424, 2.7942043764742},
                {0.69847347476423, -1.69479096360465, 2.69168515303567}});
  o.lr = 0.05, o.beta1 = 0.8, o.beta2 = 0.95, o.eps = 1e-4, o.weight_decay = 0.1;
  expect_adamw("more decay", o,
               {{0.945001999920003, -1.94000099998, 2.9350007999872},
                {0.890387841632548, -1.8803576099149, 2.87037428488243},
                {0.836233162689307, -1.82110588582437, 2.80615080466042}});
}

TEST(Optim, ParametersWithoutGradientStayAndGroupsHaveTheirOwnRate) {
  Tensor a = parameter(), b = parameter(), c = parameter();
  SGD sgd({a, b}, {.lr = 1});
  sgd.add_group({c}, {.lr = 0.5});
  a.set_grad(ones({3}, kF64));
  c.set_grad(ones({3}, kF64));
  sgd.step();
  EXPECT_THAT(to_vector<double>(a), ElementsAre(0, -3, 2));
  EXPECT_THAT(to_vector<double>(b), ElementsAre(1, -2, 3));
  EXPECT_THAT(to_vector<double>(c), ElementsAre(0.5, -2.5, 2.5));
  sgd.set_lr(1, 0.25);
  sgd.step();
  EXPECT_THAT(to_vector<double>(c), ElementsAre(0.25, -2.75, 2.25));
  sgd.zero_grad(false);
  EXPECT_THAT(to_vector<double>(a.grad()), ElementsAre(0, 0, 0));
  sgd.zero_grad();
  EXPECT_FALSE(a.grad().defined());
}

TEST(Optim, ConstructionErrors) {
  Tensor p = parameter();
  EXPECT_THAT(message_of([&] { SGD({p, p}); }), HasSubstr("given twice"));
  EXPECT_THAT(message_of([&] { SGD({ones({2})}); }), HasSubstr("parameter 0 is no leaf"));
  EXPECT_THAT(message_of([&] { SGD({p * 2}); }), HasSubstr("no leaf"));
  EXPECT_THAT(message_of([&] { SGD({Tensor()}); }), HasSubstr("no leaf"));
  EXPECT_THAT(message_of([&] { SGD({p}, {.lr = -1}); }), HasSubstr("SGD: lr"));
  EXPECT_THAT(message_of([&] { SGD({p}, {.nesterov = true}); }), HasSubstr("nesterov"));
  EXPECT_THAT(message_of([&] { Adam({p}, {.beta1 = 1}); }), HasSubstr("betas"));
}

TEST(Optim, ResumedStepsAreIdentical) {
  Tensor p = parameter();
  AdamW first({p});
  for (int i = 0; i < 3; ++i) set_gradient(p), first.step();
  // By way of a file, as a checkpoint would be.
  TempFolder folder;
  save_safetensors(folder / "state", first.state_dict());
  Tensor q = p.detach().clone().requires_grad_();
  AdamW second({q});
  second.load_state_dict(load_safetensors(folder / "state").tensors);
  for (int i = 0; i < 3; ++i) {
    set_gradient(p), first.step();
    set_gradient(q), second.step();
  }
  EXPECT_EQ(to_vector<double>(p), to_vector<double>(q));

  Tensor r = parameter();
  SGD sgd({r}, {.lr = 0.1, .momentum = 0.9});
  set_gradient(r), sgd.step();
  Tensor s = r.detach().clone().requires_grad_();
  SGD resumed({s}, {.lr = 0.1, .momentum = 0.9});
  resumed.load_state_dict(sgd.state_dict());
  set_gradient(r), sgd.step();
  set_gradient(s), resumed.step();
  EXPECT_EQ(to_vector<double>(r), to_vector<double>(s));
}

TEST(Optim, StateThatDoesNotFitChangesNothing) {
  Tensor p = parameter();
  Adam adam({p});
  set_gradient(p), adam.step();
  const std::map<std::string, Tensor> good = adam.state_dict();
  auto damaged = [&](auto damage) {
    std::map<std::string, Tensor> state = good;
    damage(state);
    return message_of([&] { adam.load_state_dict(state); });
  };
  EXPECT_THAT(damaged([](auto& s) { s["1.exp_avg"] = ones({3}); }), HasSubstr("\"1.exp_avg\" belongs to no parameter"));
  EXPECT_THAT(damaged([](auto& s) { s["x"] = ones({3}); }), HasSubstr("\"x\" belongs to no parameter"));
  EXPECT_THAT(damaged([](auto& s) { s["0.velocity"] = ones({3}); }), HasSubstr("\"0.velocity\" is unknown"));
  EXPECT_THAT(damaged([](auto& s) { s["0.exp_avg"] = ones({2}, kF64); }), HasSubstr("\"0.exp_avg\" is f64[2]"));
  EXPECT_THAT(damaged([](auto& s) { s["0.exp_avg"] = Tensor(); }), HasSubstr("undefined"));
  EXPECT_THAT(damaged([](auto& s) { s["0.step"] = tensor(1.f); }), HasSubstr("expected a 0-d i64"));
  EXPECT_THAT(damaged([](auto& s) { s.erase("0.step"); }), HasSubstr("parameter 0 lacks \"step\""));
  EXPECT_EQ(adam.state_dict().size(), 4u);
  EXPECT_EQ(damaged([](auto&) {}), "no error");
}

TEST(ClipGrad, ByNormAndByValue) {
  Tensor a = parameter(), b = parameter(), none = parameter();
  a.set_grad(tensor({3., 0., 0.}));
  b.set_grad(tensor({0., -4., 0.}));
  EXPECT_NEAR(clip_grad_norm_({a, b, none}, 10), 5, 1e-12);
  EXPECT_THAT(to_vector<double>(a.grad()), ElementsAre(3, 0, 0));
  EXPECT_NEAR(clip_grad_norm_({a, b, none}, 1), 5, 1e-12);
  EXPECT_NEAR(to_vector<double>(a.grad())[0], 3. / (5 + 1e-6), 1e-12);
  EXPECT_NEAR(to_vector<double>(b.grad())[1], -4. / (5 + 1e-6), 1e-12);
  b.set_grad(tensor({0.5, -4., 2.}));
  clip_grad_value_({b, none}, 1);
  EXPECT_THAT(to_vector<double>(b.grad()), ElementsAre(0.5, -1, 1));
  EXPECT_EQ(clip_grad_norm_({none}, 1), 0);
  EXPECT_THAT(message_of([&] { clip_grad_norm_({a}, 0); }), HasSubstr("positive max_norm"));
  EXPECT_THAT(message_of([&] { clip_grad_value_({a}, -1); }), HasSubstr("positive bound"));
}

TEST(ClipGrad, SixteenBitNormsDoNotOverflow) {
  Tensor p = zeros({100}, kF16).requires_grad_();
  p.set_grad(full({100}, 30000, kF16));
  EXPECT_NEAR(clip_grad_norm_({p}, 1), 300000, 1);
  EXPECT_NEAR(to_vector<double>(p.grad())[0], 0.1, 1e-3);
}

TEST(Schedule, WarmupThenCosine) {
  EXPECT_DOUBLE_EQ(warmup_cosine(0, 4, 104, 1), 0.25);
  EXPECT_DOUBLE_EQ(warmup_cosine(3, 4, 104, 1), 1);
  EXPECT_DOUBLE_EQ(warmup_cosine(4, 4, 104, 1), 1);
  EXPECT_NEAR(warmup_cosine(54, 4, 104, 1), 0.5, 1e-12);
  EXPECT_NEAR(warmup_cosine(29, 4, 104, 2, 1), 1.5 + 0.5 * std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(warmup_cosine(104, 4, 104, 1, 0.1), 0.1, 1e-12);
  EXPECT_NEAR(warmup_cosine(1000, 4, 104, 1, 0.1), 0.1, 1e-12);
  EXPECT_DOUBLE_EQ(warmup_cosine(0, 0, 0, 1), 1);
}

}  // namespace
}  // namespace sy::optim
