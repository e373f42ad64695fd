// Trains a small transformer on real text, through whichever plugin provides the device.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "chart.h"
#include "ngram.h"
#include "options.h"
#include "progress.h"
#include "switchyard/core/backend.h"
#include "switchyard/loader/loader.h"
#include "trainer.h"

namespace {

std::atomic<bool> g_interrupted{false};

void print_devices() {
  sy::load_plugins_once();
  std::printf("Devices:\n");
  for (std::uint16_t b = 0; b < sy::num_backends(); ++b) {
    sy::Backend* backend = sy::find_backend(b);
    if (backend == nullptr || !backend->alive()) continue;
    for (std::int32_t d = 0; d < backend->device_count(); ++d) {
      const sy::DeviceState& state = backend->known_device(static_cast<std::int16_t>(d));
      std::printf("  %-14s %s (plugin %s %s)\n", state.device.str().c_str(), state.info.name,
                  backend->plugin()->name().c_str(), backend->plugin()->version().c_str());
    }
  }
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string printable(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '\n' || (c >= ' ' && c <= '~') ? c : '.';
  return out;
}

int run(const Options& options) {
  print_devices();
  sy::Device device(options.device);
  sy::device_state(device);  // a wrong device fails before any work
  if (options.threads > 0) sy::set_num_threads(options.threads);

  ModelConfig model;
  TrainConfig config;
  model.context = options.context;
  model.width = options.width;
  model.layers = options.layers;
  config.batch = options.batch;
  config.steps = options.steps;
  config.seed = options.seed;
  std::string path = options.text.empty() ? default_text() : options.text;
  Corpus corpus = read_corpus(path, model.context);
  std::error_code ec;
  std::filesystem::create_directories(options.dir, ec);
  sy::require(std::filesystem::is_directory(options.dir), "--dir ", options.dir, ": not a directory");
  const std::string checkpoint = options.dir + "/checkpoint.safetensors", chart = options.dir + "/loss.svg";

  Trainer trainer(corpus, model, config, device);
  if (options.resume) {
    trainer.load(checkpoint);
    std::printf("Resuming %s at step %lld.\n", checkpoint.c_str(), static_cast<long long>(trainer.steps_done()));
  }
  std::printf("\nText: %s, %zu bytes to train on, %zu held out. Training on %s for %lld steps, seed %llu.\n",
              path.c_str(), corpus.train.size(), corpus.heldout.size(), device.str().c_str(),
              static_cast<long long>(config.steps), static_cast<unsigned long long>(config.seed));

  std::signal(SIGINT, [](int) { g_interrupted = true; });
  std::signal(SIGTERM, [](int) { g_interrupted = true; });
  double started = now();
  Curve train{"training", "#4878a8", {}}, heldout{"held out", "#c05030", {}};
  Progress progress(trainer.steps_done(), config.steps, config.batch * model.context);
  std::int64_t evaluations = std::max<std::int64_t>(config.steps / 7, 1);
  while (trainer.steps_done() < config.steps && !g_interrupted) {
    double loss = trainer.step();
    std::int64_t done = trainer.steps_done();
    if (done <= options.print_losses) {
      std::printf("step %lld loss %.9g\n", static_cast<long long>(done), loss);
      std::fflush(stdout);
    }
    progress.update(done, loss);
    if (done % evaluations == 0 && done < config.steps) heldout.points.emplace_back(done, trainer.evaluate());
  }
  progress.finish();
  trainer.save(checkpoint);
  if (g_interrupted) {
    std::printf("Interrupted at step %lld; saved %s. Continue with --resume.\n",
                static_cast<long long>(trainer.steps_done()), checkpoint.c_str());
    return 130;
  }

  double transformer = trainer.evaluate();
  heldout.points.emplace_back(trainer.steps_done(), transformer);
  double bigram = NgramModel(corpus.train, 2).loss(corpus.heldout);
  double trigram = NgramModel(corpus.train, 3).loss(corpus.heldout);
  std::printf("\nHeld-out loss, nats per byte:\n  transformer  %.3f\n  bigram       %.3f\n  trigram      %.3f\n",
              transformer, bigram, trigram);
  std::printf("The transformer %s the bigram model and %s the trigram model.\n",
              transformer < bigram ? "beats" : "does not beat", transformer < trigram ? "beats" : "does not beat");
  std::string prompt(corpus.heldout.begin(), corpus.heldout.begin() + 40);
  std::printf("\nSample, after the held-out text's first 40 bytes:\n%s|%s\n", printable(prompt).c_str(),
              printable(trainer.sample(prompt, 240, 0.7)).c_str());
  for (std::size_t i = 0; i < trainer.losses.size(); ++i)
    train.points.emplace_back(static_cast<double>(i + 1), trainer.losses[i]);
  write_chart(chart, {train, heldout}, {{"bigram", "#888888", bigram}, {"trigram", "#444444", trigram}});
  std::printf("\nWrote %s and %s, %.0f s in all.\n", checkpoint.c_str(), chart.c_str(), now() - started);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse_options(argc, argv);
  try {
    return run(options);
  } catch (const sy::Error& e) {
    std::fflush(stdout);
    std::fprintf(stderr, "train_text: %s\n", e.what());
    return 1;
  }
}
