// Order: within a stream, between streams by events, of the memory that is reused, and of errors.
#include "switchyard/core/copy.h"
#include "switchyard/core/stream.h"
#include "switchyard/dispatch/boxed.h"
#include "switchyard/testing/layout.h"
#include "switchyard/testing/plugin_suite.h"
#include "switchyard/testing/raw_block.h"

namespace sy::testing {
namespace {

constexpr std::int64_t kElements = 1 << 16;
constexpr int kSteps = 20;

TensorBase filled(Device device, double value, std::int64_t n = kElements) {
  Array a(kF32, {n});
  for (std::int64_t i = 0; i < n; ++i) a.set(i, value);
  return place(a, device, Layout::kContiguous).tensor;
}

/// t += 1, times over: work that takes a while, and whose end is visible in every element.
void work(TensorBase t, int steps = kSteps) {
  for (int i = 0; i < steps; ++i) call_inplace("add", {{"self", t}, {"other", Scalar(1.0)}});
}

std::string not_all(const TensorBase& t, double wanted, const char* what) {
  Array got = to_array(t);
  for (std::int64_t i = 0; i < got.numel(); ++i) {
    if (got.at(i).to_double() != wanted)
      return str_cat(what, ": element ", i, " is ", got.at(i).str(), ", expected ", wanted);
  }
  return "";
}

/// Where the device can be told to, work takes longer, so that what does not wait is seen.
class Slowly {
 public:
  explicit Slowly(Device device) : device_(device) { slow_ = try_configure(device, "delay_us", "2000"); }
  ~Slowly() {
    if (slow_) try_configure(device_, "delay_us", "0");
  }

 private:
  Device device_;
  bool slow_;
};

std::string in_order(Device device) {
  TensorBase t = filled(device, 0);
  Slowly slowly(device);
  work(t);
  return not_all(t, kSteps, "reading back after work on the current stream");
}

std::string events_order(Device device) {
  TensorBase t = filled(device, 0);
  TensorBase copy = filled(device, -1);
  Stream first = Stream::create(device);
  Stream second = Stream::create(device);
  synchronize(device);
  Event done;
  {
    Slowly slowly(device);
    StreamGuard guard(first);
    work(t);
    done.record(first);
  }
  {
    StreamGuard guard(second);
    done.wait(second);
    call_out("add", {{"self", t}, {"other", Scalar(0.5)}}, {copy});
    second.synchronize();
    if (!done.query()) return "the second stream is done, and the event that it waited for is not";
    if (std::string wrong = not_all(copy, kSteps + 0.5, "work that waited for an event"); !wrong.empty()) return wrong;
  }
  done.synchronize();
  return not_all(t, kSteps, "work before the event");
}

std::string events_state(Device device) {
  Backend& backend = backend_of(device);
  const sy_backend& b = backend.table();
  if (b.event_create == nullptr) throw Skip{"the backend has no events"};
  sy_event event = 0;
  std::int32_t done = -1;
  if (b.event_create(b.self, device.index(), &event) != SY_OK) return "event_create fails";
  Stream stream = Stream::create(device);
  if (b.event_synchronize(b.self, device.index(), event) != SY_OK)
    return "waiting for an event that nobody recorded fails";
  if (b.event_wait(b.self, device.index(), event, stream.handle()) != SY_OK) {
    return "a stream cannot wait for an event that nobody recorded";
  }
  for (int turn = 0; turn < 2; ++turn) {  // an event may be recorded again
    if (b.event_record(b.self, device.index(), event, stream.handle()) != SY_OK) return "event_record fails";
    if (b.event_synchronize(b.self, device.index(), event) != SY_OK) return "event_synchronize fails";
    if (b.event_query != nullptr && b.event_query(b.self, device.index(), event, &done) != SY_OK)
      return "event_query fails";
    if (b.event_query != nullptr && done != 1) return str_cat("an event that was waited for: query gives ", done);
  }
  return b.event_destroy(b.self, device.index(), event) == SY_OK ? "" : "event_destroy fails";
}

/// A block that is freed while its stream still works on it is reused in that stream's order.
std::string reuse_in_order(Device device) {
  Stream stream = Stream::create(device);
  StreamGuard guard(stream);
  TensorBase kept = filled(device, 0);
  TensorBase sums = filled(device, 0);
  stream.synchronize();
  Slowly slowly(device);
  for (int i = 0; i < 5; ++i) {
    TensorBase temporary = call("add", {{"self", kept}, {"other", Scalar(1.0)}})[0];
    call_inplace("add", {{"self", sums}, {"other", temporary}});
  }  // each temporary's block may become the next one's, while the sum before is still to run
  return not_all(sums, 5, "sums of temporaries that share a block");
}

/// A mistake that the device finds: at once, or at the next synchronisation, with the operator's name.
std::string errors_surface(Device device) {
  Array index(kI64, {1});
  index.set(0, std::int64_t{1000});
  TensorBase where = place(index, device, Layout::kContiguous).tensor;
  TensorBase t = filled(device, 0, 4);
  std::string message;
  try {
    call("index_select", {{"self", t}, {"dim", std::int64_t{0}}, {"index", where}});
    synchronize(device);
  } catch (const Error& e) {
    message = e.what();
  }
  if (message.empty()) return "an index out of range is no error, neither at once nor at the next synchronisation";
  if (message.find("index_select") == std::string::npos) return str_cat("the error names no operator: ", message);
  work(t, 1);
  return not_all(t, 1, "work after an error");
}

}  // namespace

void run_streams(const Target& target, Report& report) {
  Device device = target.options.device;
  auto check = [&](const char* name, const Report::Fn& fn) { report.run(CaseName{name, "", ""}, fn); };
  check("reading back waits for the work before", [&] { return in_order(device); });
  check("a delayed event orders two streams", [&] { return events_order(device); });
  check("events: unrecorded, recorded, recorded again", [&] { return events_state(device); });
  check("memory is reused in stream order", [&] { return reuse_in_order(device); });
  check("errors that the device finds surface with their operator", [&] { return errors_surface(device); });
}

}  // namespace sy::testing
