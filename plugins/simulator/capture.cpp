#include "capture.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "simulator.h"

namespace sy::simulator {

namespace {

using Tasks = std::vector<std::function<void()>>;

/// Shared, so that a launch that is under way outlives destroy.
std::shared_ptr<const Tasks>& graph_of(sy_graph handle) {
  return *reinterpret_cast<std::shared_ptr<const Tasks>*>(handle);
}

sy_status begin(void* self, std::int32_t device, sy_stream stream) {
  return with_simulator(self, [&](Simulator& s) {
    s.require_alive(device);
    Stream& captured = s.stream(device, stream);
    captured.drain();
    captured.begin_capture();
  });
}

sy_status end(void* self, std::int32_t device, sy_stream stream, sy_graph* graph) {
  *graph = 0;
  return with_simulator(self, [&](Simulator& s) {
    auto tasks = std::make_shared<const Tasks>(s.stream(device, stream).end_capture());
    *graph = reinterpret_cast<sy_graph>(new std::shared_ptr<const Tasks>(std::move(tasks)));
  });
}

sy_status launch(void* self, std::int32_t device, sy_graph graph, sy_stream stream) {
  return with_simulator(self, [&](Simulator& s) {
    s.require_alive(device);
    s.stream(device, stream).push([tasks = graph_of(graph)] {
      for (const auto& task : *tasks) task();
    });
  });
}

sy_status destroy(void* self, std::int32_t, sy_graph graph) {
  return with_simulator(self, [&](Simulator&) { delete &graph_of(graph); });
}

}  // namespace

constexpr sy_capture kCapture = {sizeof(sy_capture), 0, &begin, &end, &launch, &destroy};

}  // namespace sy::simulator
