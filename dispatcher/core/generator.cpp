#include "switchyard/core/generator.h"

#include <mutex>

namespace sy {

struct Generator::Shared {
  std::mutex mutex;
  State state;
};

Generator::Generator(std::uint64_t seed) : shared_(std::make_shared<Shared>()) { shared_->state = {seed, 0}; }

Generator::State Generator::advance(std::uint64_t counters) const {
  std::lock_guard lock(shared_->mutex);
  State now = shared_->state;
  shared_->state.offset += counters;
  return now;
}

Generator::State Generator::state() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->state;
}

void Generator::set_state(State state) const {
  std::lock_guard lock(shared_->mutex);
  shared_->state = state;
}

const Generator& default_generator() {
  static const Generator* generator = new Generator(0);
  return *generator;
}

void manual_seed(std::uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace sy
