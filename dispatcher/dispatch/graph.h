// Work of a device that is recorded once and then run again as a whole, for the price of one launch.
#pragma once

#include <functional>
#include <memory>

#include "switchyard/core/device.h"

namespace sy {

/// What a backend with the extension "sy.capture" recorded. It keeps the memory that the work refers to: inputs as they were
/// given (write new values into them before a replay), and all that was allocated meanwhile, so that results are overwritten by
/// each replay. Random numbers are drawn anew each time, as if the calls were made then. What the host knows is a constant
/// of the recording: numbers, 0-d cpu tensors, how many steps an optimizer has made. Movable; one thread at a time.
class Graph {
 public:
  /// Records what this thread's calls on the device do, without doing it, while `work` runs on a stream of its own.
  /// Refused, with what `work` or the device says: waiting for the device, copies to or from it, kernels that are not safe
  /// to capture, results whose shape depends on data. Throws sy::Error, also where the device captures nothing; then
  /// nothing is kept.
  static Graph capture(Device device, const std::function<void()>& work);
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;
  ~Graph();

  /// Enqueues the work on this thread's current stream of the device. Throws sy::Error, also where this was moved from.
  void replay();

 private:
  class Recorded;
  explicit Graph(std::unique_ptr<Recorded> recorded);
  std::unique_ptr<Recorded> recorded_;
};

}  // namespace sy
