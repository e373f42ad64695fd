// The demo's training step on an OpenCL device: what it reads back, and that it learns as on the CPU.
#include <gtest/gtest.h>

#include "opencl_test.h"
#include "trainer.h"

namespace sy {
namespace {

/// Some words in an order that looks random.
Corpus words() {
  const std::string list[] = {"the ", "queue ", "of ", "a ", "device ", "runs ", "kernels. "};
  std::string text;
  for (std::size_t i = 0; text.size() < 4000; ++i) text += list[(i * i + 3 * i) % 11 % std::size(list)];
  Corpus corpus;
  corpus.train.assign(text.begin(), text.begin() + 3600);
  corpus.heldout.assign(text.begin() + 3600, text.end());
  return corpus;
}

struct Training {
  std::vector<double> losses;
  double heldout = 0;
};

class TrainingTest : public OpenclTest {
 protected:
  std::unique_ptr<Trainer> trainer(Device device) {
    ModelConfig model;
    model.context = 24;
    model.width = 32;
    model.layers = 2;
    TrainConfig config;
    config.batch = 4;
    config.steps = 60;
    return std::make_unique<Trainer>(corpus_, model, config, device);
  }
  Training train(Device device) {
    const auto t = trainer(device);
    for (int step = 0; step < 60; ++step) t->step();
    return {t->losses, t->evaluate()};
  }

  Corpus corpus_ = words();
};

TEST_F(TrainingTest, AStepReadsBackTheLossAndTheNormOfTheGradients) {
  const auto t = trainer(Device("opencl"));
  t->step();
  for (int step = 0; step < 3; ++step) {
    const sy_opencl_counts before = opencl_counts();
    t->step();
    EXPECT_EQ(opencl_counts().bytes_copied_to_host - before.bytes_copied_to_host, 2 * sizeof(float));
    EXPECT_EQ(opencl_counts().bytes_read_by_kernels, before.bytes_read_by_kernels);
  }
  EXPECT_EQ(fallback_stats().cpu, 0u);
}

TEST_F(TrainingTest, LearnsAsOnTheCpu) {
  const Training cpu = train(Device());
  const Training opencl = train(Device("opencl"));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(opencl.losses[i], cpu.losses[i], 1e-3) << "step " << i;
  EXPECT_LT(cpu.heldout, cpu.losses[0] - 1);
  EXPECT_NEAR(opencl.heldout, cpu.heldout, 0.01 * cpu.heldout);
}

}  // namespace
}  // namespace sy
