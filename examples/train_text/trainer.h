// Batches, steps, evaluation, checkpoints and samples.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "corpus.h"
#include "model.h"

struct TrainConfig {
  std::int64_t batch = 12;
  std::int64_t steps = 0;
  double learning_rate = 2e-3;
  double weight_decay = 0.1;
  double clip = 1.0;
  std::uint64_t seed = 1;
};

class Trainer {
 public:
  Trainer(const Corpus& corpus, const ModelConfig& model, const TrainConfig& config, sy::Device device);

  /// One step; returns the loss before it. The batch depends on seed and step alone.
  double step();
  std::int64_t steps_done() const { return done_; }
  /// Mean loss per byte on the held-out text, in windows of the whole context.
  double evaluate();
  /// Text that continues the prompt, drawn with the given temperature.
  std::string sample(const std::string& prompt, std::int64_t length, double temperature);

  /// Everything that the next step depends on. Written beside and renamed, so that an earlier file survives a failure.
  void save(const std::string& path) const;
  /// Throws sy::Error, changing nothing, for a damaged file or one of another model, text, seed or number of steps.
  void load(const std::string& path);

  std::vector<double> losses;  // of all steps, over resumes

 private:
  std::pair<sy::Tensor, sy::Tensor> batch(std::int64_t step) const;
  sy::Tensor tokens(const std::vector<std::int64_t>& values, std::int64_t rows) const;

  const Corpus& corpus_;
  TrainConfig config_;
  sy::Device device_;
  std::shared_ptr<TextModel> model_;
  std::unique_ptr<sy::optim::AdamW> optimizer_;
  std::int64_t done_ = 0;
};
