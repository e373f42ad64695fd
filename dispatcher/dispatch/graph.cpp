#include "switchyard/dispatch/graph.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "switchyard/abi/capture.h"
#include "switchyard/core/backend_call.h"
#include "switchyard/core/capture.h"
#include "switchyard/core/stream.h"
#include "switchyard/dispatch/operator.h"

namespace sy {
namespace {

void fill(const TensorBase& words, std::int64_t index, std::uint64_t value) {
  static Operator& op = require_operator("fill");
  TensorBase word = alias(words, IntArray{}, IntArray{}, index);
  const Scalar number(std::bit_cast<std::int64_t>(value));
  const Arg args[] = {arg(word), arg(number)};
  Frame frame(op, args, &word, 1, Variant::kInplace);
  execute(frame);
}

/// What the table, which may be shorter than ours, does not have; NULL where it is complete.
const char* missing_in(const sy_capture& table) {
  if (table.begin == nullptr) return "begin";
  if (table.end == nullptr) return "end";
  if (table.launch == nullptr) return "launch";
  return table.destroy == nullptr ? "destroy" : nullptr;
}

}  // namespace

class Graph::Recorded final : public Capture {
 public:
  Recorded(Backend& backend, Device device, const sy_capture& table)
      : backend_(backend), device_(device), table_(table), stream_(Stream::create(device)) {
    allocator().pin_stream(stream_.handle(), CachingAllocator::Pinned::kInUse);
  }

  ~Recorded() override {
    try {
      last_.synchronize();
    } catch (const Error&) {  // a lost device, or one whose plugin was unloaded, does nothing any more
    }
    if (graph_ != 0) {
      give_back(backend_, [&](const sy_backend&, void* self) { table_.destroy(self, device_.index(), graph_); });
    }
    kept_.clear();
    draws_.clear();
    allocator().unpin_stream(stream_.handle());
  }

  void record(const std::function<void()>& work) {
    call("begin", [&](void* self) { return table_.begin(self, device_.index(), stream_.handle()); });
    Capture::begin(stream_);
    try {
      StreamGuard guard(stream_);
      work();
    } catch (...) {
      finish().IgnoreError();  // what work says is why
      throw;
    }
    throw_if_error(finish());
  }

  void keep(const Ref<Storage>& storage) override {
    if (storage->device() == device_ && storage->stream() == stream_.handle()) return;  // its blocks are pinned
    if (std::find(kept_.begin(), kept_.end(), storage) == kept_.end()) kept_.push_back(storage);
  }

  sy_rng draw(const Generator& generator) override {
    for (Draws& d : draws_) {
      if (d.generator == generator) return next(d);
    }
    // Not from the stream that records: recorded work before this call may write to what that has freed.
    StreamGuard guard{Stream(device_)};
    draws_.push_back({generator, 0, allocate_tensor({2}, kI64, device_)});
    return next(draws_.back());
  }

  void replay() {
    const Stream stream = current_stream(device_);
    last_.wait(stream);
    for (const Draws& d : draws_) {
      const Generator::State now = d.generator.advance(d.count);
      fill(d.words, 0, now.seed);
      fill(d.words, 1, now.offset);
    }
    call("launch", [&](void* self) { return table_.launch(self, device_.index(), graph_, stream.handle()); });
    try {
      last_.record(stream);
    } catch (const Error&) {  // nobody could wait for this launch any more
      stream.synchronize();
      throw;
    }
  }

 private:
  struct Draws {
    Generator generator;
    std::uint64_t count;  // per replay
    TensorBase words;     // the seed, and the offset of the first
  };

  static sy_rng next(Draws& d) { return {sizeof(sy_rng), 0, 0, d.count++, d.words.storage()->data()}; }

  CachingAllocator& allocator() { return *backend_.known_device(device_.index()).allocator; }
  template <typename Fn>
  void call(const char* what, Fn&& fn) {
    call_backend(backend_, str_cat("graph: ", what), device_, [&](const sy_backend&, void* self) { return fn(self); });
  }

  absl::Status finish() {
    Capture::end();
    allocator().pin_stream(stream_.handle(), CachingAllocator::Pinned::kAndSealed);
    try {
      call("end", [&](void* self) { return table_.end(self, device_.index(), stream_.handle(), &graph_); });
    } catch (const Error& e) {
      return make_status(e.code(), e.what());
    }
    return absl::OkStatus();
  }

  Backend& backend_;
  Device device_;
  sy_capture table_;
  Stream stream_;
  sy_graph graph_ = 0;
  std::vector<Ref<Storage>> kept_;
  std::vector<Draws> draws_;
  Event last_;
};

Graph::Graph(std::unique_ptr<Recorded> recorded) : recorded_(std::move(recorded)) {}
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;

Graph Graph::capture(Device device, const std::function<void()>& work) {
  device_state(device);  // or the error that says what there is
  Backend& backend = backend_of(device);
  const auto table = backend_extension<sy_capture>(backend, SY_CAPTURE_NAME, SY_CAPTURE_VERSION);
  if (!table) fail(ErrorCode::kUnsupported, "graph: ", device.str(), " captures nothing");
  if (const char* slot = missing_in(*table); slot != nullptr) {
    fail(ErrorCode::kUnsupported, "graph: ", device.str(), " captures nothing: its table has no ", slot);
  }
  auto recorded = std::make_unique<Recorded>(backend, device, *table);
  recorded->record(work);
  return Graph(std::move(recorded));
}

void Graph::replay() {
  if (recorded_ == nullptr) fail(ErrorCode::kFailedPrecondition, "graph: replay: this graph was moved from");
  recorded_->replay();
}

}  // namespace sy
