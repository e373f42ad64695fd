// The cpu plugin's parallel loops: the same bits whatever the number of threads, also under calls from several threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "../threads.h"
#include "switchyard/core/backend.h"

namespace sy {
namespace {

struct Case {
  const char* name;
  std::function<Tensor()> run;
};

/// One operator per kind of loop, on inputs of several times the size from which loops are split.
std::vector<Case> cases() {
  Generator generator(1);
  Tensor a = rand({400, 500}, generator, kF32), b = rand({400, 500}, generator, kF32);
  Tensor square = rand({300, 300}, generator, kF32), image = rand({4, 8, 48, 48}, generator, kF32);
  Tensor filter = rand({8, 8, 3, 3}, generator, kF32), rows = arange(0, 400).to(kI64).flip({0});
  return {
      {"add", [=] { return a + b; }},
      {"transposed add", [=] { return a.transpose(0, 1) + b.transpose(0, 1); }},
      {"exp", [=] { return exp(a); }},
      {"cast", [=] { return a.to(kBF16); }},
      {"sum of all", [=] { return a.sum(); }},
      {"sum of columns", [=] { return a.sum(0); }},
      {"var", [=] { return var(a, 1); }},
      {"argmax", [=] { return argmax(a, 0); }},
      {"softmax", [=] { return softmax(a, 1); }},
      {"layer_norm", [=] { return layer_norm(a, {500}); }},
      {"sort", [=] { return std::get<0>(sort(a, 1)); }},
      {"cumsum", [=] { return cumsum(a, 1); }},
      {"index_select", [=] { return index_select(a, 0, rows); }},
      {"index_add", [=] { return index_add(a, 0, rows, b); }},
      {"embedding_backward", [=] { return embedding_backward(a, rows, 400, -1); }},
      {"cat",
       [=] {
         return cat({a, b}, 1);
       }},
      {"rand",
       [=] {
         return rand({400, 500}, Generator(3), kF32);
       }},
      {"mm", [=] { return mm(square, square); }},
      {"conv2d", [=] { return conv2d(image, filter); }},
      {"max_pool2d", [=] { return max_pool2d(image, 2); }},
  };
}

struct CpuThreads : testing::Test {
  void TearDown() override { set_num_threads(before_); }
  const int before_ = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
};

TEST_F(CpuThreads, SameNumbersOnOneAndSeveral) {
  for (const Case& c : cases()) {
    set_num_threads(1);
    std::vector<double> alone = values(c.run());
    set_num_threads(3);
    EXPECT_TRUE(values(c.run()) == alone) << c.name;
  }
}

TEST_F(CpuThreads, SeveralCallersWithThreadsOfTheirOwn) {
  const std::vector<Case> all = cases();
  std::vector<std::vector<double>> expected;
  set_num_threads(2);
  for (const Case& c : all) expected.push_back(values(c.run()));
  on_threads(3, [&](int t) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::size_t k = (i + static_cast<std::size_t>(t) * 7) % all.size();
      EXPECT_TRUE(values(all[k].run()) == expected[k]) << all[k].name;
    }
  });
}

}  // namespace
}  // namespace sy
