#include "trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace {

/// splitmix64 (Steele, Lea and Flood 2014): independent draws from a counter.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}

std::string text_of(const ModelConfig& m) { return sy::str_cat(m.context, " ", m.width, " ", m.heads, " ", m.layers); }

}  // namespace

Trainer::Trainer(const Corpus& corpus, const ModelConfig& model, const TrainConfig& config, sy::Device device)
    : corpus_(corpus), config_(config), device_(device) {
  sy::manual_seed(config.seed);
  model_ = std::make_shared<TextModel>(model);  // initialised on cpu, so that every device starts from the same numbers
  model_->to(device);
  // Weight decay for matrices only.
  std::vector<sy::Tensor> decayed, plain;
  for (const sy::Tensor& p : model_->parameters()) (p.dim() >= 2 ? decayed : plain).push_back(p);
  sy::optim::AdamWOptions options;
  options.lr = config.learning_rate;
  options.beta2 = 0.98;
  options.weight_decay = config.weight_decay;
  optimizer_ = std::make_unique<sy::optim::AdamW>(decayed, options);
  options.weight_decay = 0;
  optimizer_->add_group(plain, options);
}

sy::Tensor Trainer::tokens(const std::vector<std::int64_t>& values, std::int64_t rows) const {
  return sy::tensor(values, {rows, static_cast<std::int64_t>(values.size()) / rows}).to(device_);
}

std::pair<sy::Tensor, sy::Tensor> Trainer::batch(std::int64_t step) const {
  std::int64_t context = model_->config().context;
  std::uint64_t places = corpus_.train.size() - static_cast<std::size_t>(context);
  std::vector<std::int64_t> in, out;
  for (std::int64_t row = 0; row < config_.batch; ++row) {
    std::uint64_t draw = mix(mix(config_.seed) ^ mix(static_cast<std::uint64_t>(step * config_.batch + row)));
    const std::uint8_t* at = corpus_.train.data() + draw % places;
    in.insert(in.end(), at, at + context);
    out.insert(out.end(), at + 1, at + context + 1);
  }
  return {tokens(in, config_.batch), tokens(out, config_.batch)};
}

double Trainer::step() {
  model_->train();
  auto [in, out] = batch(done_);
  double rate = sy::optim::warmup_cosine(done_, std::max<std::int64_t>(config_.steps / 20, 1), config_.steps,
                                         config_.learning_rate, config_.learning_rate / 20);
  optimizer_->set_lr(rate);
  optimizer_->zero_grad();
  sy::Tensor loss = model_->loss(in, out);
  loss.backward();
  sy::optim::clip_grad_norm_(model_->parameters(), config_.clip);
  optimizer_->step();
  ++done_;
  losses.push_back(loss.item<double>());
  return losses.back();
}

double Trainer::evaluate() {
  sy::NoGrad no_grad;
  model_->eval();
  std::int64_t context = model_->config().context;
  const std::vector<std::uint8_t>& text = corpus_.heldout;
  std::int64_t n = static_cast<std::int64_t>(text.size());
  // Every byte is predicted once, from at least half a context where there is that much before it.
  std::int64_t stride = context / 2;
  double sum = 0;
  std::int64_t counted = 0;
  for (std::int64_t start = 0; start + 1 < n;) {
    std::int64_t length = std::min(context, n - 1 - start);
    std::vector<std::int64_t> in(text.begin() + start, text.begin() + start + length);
    std::vector<std::int64_t> out(text.begin() + start + 1, text.begin() + start + length + 1);
    sy::Tensor logits = model_->forward(tokens(in, 1)).reshape({length, 256});
    sy::Tensor each = sy::cross_entropy(logits, tokens(out, 1).reshape({-1}), {}, "none");
    std::int64_t seen = start == 0 ? 0 : context - stride;
    if (length > seen) {
      sum += each.slice(0, seen).sum().item<double>();
      counted += length - seen;
    }
    if (start + length >= n - 1) break;
    start += stride;
  }
  return sum / static_cast<double>(counted);
}

std::string Trainer::sample(const std::string& prompt, std::int64_t length, double temperature) {
  sy::NoGrad no_grad;
  model_->eval();
  std::int64_t context = model_->config().context;
  std::string text = prompt;
  for (std::int64_t i = 0; i < length; ++i) {
    std::size_t from =
        text.size() > static_cast<std::size_t>(context) ? text.size() - static_cast<std::size_t>(context) : 0;
    std::vector<std::int64_t> in;
    for (std::size_t k = from; k < text.size(); ++k) in.push_back(static_cast<std::uint8_t>(text[k]));
    sy::Tensor logits = model_->forward(tokens(in, 1)).select(0, 0).select(0, -1);
    std::vector<double> p = sy::to_vector<double>(sy::softmax(logits.to(sy::kF64) * (1 / temperature), 0));
    double draw = static_cast<double>(mix(config_.seed ^ mix(static_cast<std::uint64_t>(i))) >> 11) * 0x1p-53;
    std::size_t byte = 0;
    for (double below = p[0]; byte + 1 < p.size() && draw >= below; below += p[++byte]) {
    }
    text.push_back(static_cast<char>(byte));
  }
  return text.substr(prompt.size());
}

void Trainer::save(const std::string& path) const {
  std::map<std::string, sy::Tensor> tensors;
  for (auto& [name, t] : model_->state_dict()) tensors["model." + name] = t;
  for (auto& [name, t] : optimizer_->state_dict()) tensors["optimizer." + name] = t;
  tensors["losses"] = sy::tensor(losses, {static_cast<std::int64_t>(losses.size())});
  sy::Generator::State random = sy::default_generator().state();
  std::map<std::string, std::string> metadata{{"step", std::to_string(done_)},
                                              {"steps", std::to_string(config_.steps)},
                                              {"seed", std::to_string(config_.seed)},
                                              {"model", text_of(model_->config())},
                                              {"text", std::to_string(corpus_.fingerprint)},
                                              {"random_seed", std::to_string(random.seed)},
                                              {"random_offset", std::to_string(random.offset)}};
  sy::save_safetensors(path, tensors, metadata);
}

void Trainer::load(const std::string& path) {
  sy::SafetensorsFile file = sy::load_safetensors(path);
  auto field = [&](const std::string& name) {
    auto it = file.metadata.find(name);
    sy::require(it != file.metadata.end(), "checkpoint ", path, ": ", name,
                " is missing; this is no checkpoint of train_text");
    return it->second;
  };
  auto expect = [&](const std::string& name, const std::string& ours) {
    sy::require(field(name) == ours, "checkpoint ", path, ": was made with ", name, " ", field(name), ", this run has ",
                ours);
  };
  auto number = [&](const std::string& name) {
    std::string text = field(name);
    sy::require(!text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == std::string::npos,
                "checkpoint ", path, ": ", name, " is no number");
    return std::stoull(text);
  };
  expect("model", text_of(model_->config()));
  expect("text", std::to_string(corpus_.fingerprint));
  expect("seed", std::to_string(config_.seed));
  expect("steps", std::to_string(config_.steps));
  std::map<std::string, sy::Tensor> model, optimizer;
  for (auto& [name, t] : file.tensors) {
    if (name.rfind("model.", 0) == 0) model[name.substr(6)] = t;
    if (name.rfind("optimizer.", 0) == 0) optimizer[name.substr(10)] = t;
  }
  std::uint64_t step = number("step");
  auto history = file.tensors.find("losses");
  sy::require(history != file.tensors.end() && history->second.dim() == 1 &&
                  static_cast<std::uint64_t>(history->second.numel()) == step,
              "checkpoint ", path, ": its losses do not match its step");
  model_->load_state_dict(model);
  optimizer_->load_state_dict(optimizer);
  losses = sy::to_vector<double>(history->second);
  done_ = static_cast<std::int64_t>(step);
  sy::default_generator().set_state({number("random_seed"), number("random_offset")});
}
