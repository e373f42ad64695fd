#include "switchyard/testing/runner.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/edit_distance.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/loader/loader.h"
#include "switchyard/testing/child.h"
#include "switchyard/testing/known_gaps.h"
#include "switchyard/testing/plugin_suite.h"

namespace sy::testing {
namespace {

using Clock = std::chrono::steady_clock;

/// One suite of one operator, or of the device as a whole.
struct Job {
  const Suite* suite = nullptr;
  const OperatorSamples* op = nullptr;
  const PluginSuite* plugin_suite = nullptr;

  std::string part() const { return suite != nullptr ? suite->part : plugin_suite->part; }
  std::string name() const { return suite != nullptr ? suite->name : plugin_suite->name; }
  std::string op_name() const { return op != nullptr ? op->name : ""; }
  bool loads() const { return plugin_suite == nullptr || plugin_suite->loads; }
  bool alone() const { return plugin_suite != nullptr && plugin_suite->alone; }
};

/// What a child found out about the device before anything else ran.
struct Probe {
  std::string device, plugin_path, plugin, note;
  std::uint64_t dtypes = 0;
};

// Messages: what they begin with.
constexpr const char* kJob = "job";          // index
constexpr const char* kBegin = "begin";      // name, dtype, layout
constexpr const char* kEnd = "end";          // kind, text
constexpr const char* kNote = "note";        // what, dtype, text
constexpr const char* kLost = "lost";        // the device is: the child ends
constexpr const char* kProbe = "probe";      // device, path of its plugin, the plugin, dtypes, note
constexpr const char* kNothing = "nothing";  // no device: why

Plugin* load_explicitly(const std::string& path) {
  absl::StatusOr<Plugin*> plugin = load_plugin(path);
  if (!plugin.ok()) fail(error_code(plugin.status()), path, ": ", std::string(plugin.status().message()));
  return *plugin;
}

std::vector<Backend*> backends_of(const Plugin* plugin) {
  std::vector<Backend*> list;
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    Backend* b = find_backend(i);
    if (b != nullptr && b->plugin() == plugin) list.push_back(b);
  }
  return list;
}

/// Throws NoDevice, with the reason, where the backend has none.
void require_devices(Backend& b) {
  if (b.device_count() != 0) return;
  absl::Status status = b.device_count_error();
  if (!status.ok()) throw NoDevice{std::string(status.message())};
  std::string owner = b.plugin() != nullptr ? str_cat("plugin ", b.plugin()->name()) : std::string("the program");
  throw NoDevice{str_cat(owner, " finds no device ", b.table().name, " on this machine")};
}

/// Loads what the run needs, the plugin under test first, and finds its device. Called in a child.
Device load_target(const RunOptions& options, std::string* note) {
  Plugin* plugin = options.plugin.empty() ? nullptr : load_explicitly(options.plugin);
  load_plugins_once();
  device_state(Device("reference"));
  // A device is judged by its own kernels.
  set_fallback_policy(options.fallback ? FallbackPolicy::kAllow : FallbackPolicy::kError);
  if (!options.device.empty()) {
    Device device(options.device);
    Backend* b = find_backend(device.backend());
    if (b != nullptr) require_devices(*b);
    device_state(device);
    return device;
  }
  std::vector<Backend*> found = backends_of(plugin);
  require(!found.empty(), options.plugin, ": brings kernels, and no device: name the one they are for with --device");
  std::vector<std::string> names;
  for (Backend* b : found) names.push_back(b->table().name);
  if (names.size() > 1) *note = str_cat("its devices: ", absl::StrJoin(names, ", "), "; tested here: ", names[0]);
  require_devices(*found[0]);
  return Device(found[0]->id(), 0);
}

void probe(const RunOptions& options, const Send& send) {
  try {
    std::string note;
    Device device = load_target(options, &note);
    const Plugin& plugin = *backend_of(device).plugin();
    const sy_device_info& info = device_state(device).info;
    std::uint64_t dtypes = info.dtype_mask != 0 ? info.dtype_mask : ~std::uint64_t{0};
    std::string path = options.plugin.empty() ? plugin.path() : std::filesystem::canonical(options.plugin).string();
    send({kProbe, device.str(), path, str_cat(plugin.name(), " ", plugin.version()), str_cat(dtypes),
          str_cat(info.name, note.empty() ? "" : "; ", note)});
  } catch (const NoDevice& none) {
    send({kNothing, none.reason});
  } catch (const Error& e) {
    // A plugin that declines says so with unsupported: no driver, no hardware.
    if (e.code() != ErrorCode::kUnsupported) throw;
    send({kNothing, e.what()});
  }
}

Probe run_probe(const RunOptions& options) {
  Child child([&](const Send& send) { probe(options, send); });
  std::vector<Message> messages;
  auto start = Clock::now();
  while (child.take(&messages)) {
    pollfd fds[] = {{child.messages_fd(), POLLIN, 0}, {child.errors_fd(), POLLIN, 0}};
    poll(fds, 2, 100);
    child.take_errors();
    if (std::chrono::duration<double>(Clock::now() - start).count() > options.timeout) child.kill();
  }
  std::string error = child.wait();
  if (!messages.empty() && messages[0][0] == kNothing) throw NoDevice{messages[0][1]};
  if (messages.empty() || messages[0].size() != 6) {
    fail(ErrorCode::kFailedPrecondition, "the device cannot be tested: ", error);
  }
  const Message& m = messages[0];
  return {m[1], m[2], m[3], m[5], std::strtoull(m[4].c_str(), nullptr, 10)};
}

/// Thrown in a child whose device is lost: only a new process may get it back.
struct Lost {};

/// In the child: passes cases on, and leaves out those that an earlier child has run.
class Reporter : public CaseListener {
 public:
  /// device: to look after; nullopt where its loss is no surprise.
  Reporter(const Send& send, const std::string& only, std::size_t skip, std::optional<Device> device)
      : send_(send), only_(only), skip_(skip), device_(device) {}

  bool begin(const CaseName& name) override {
    if (++seen_ <= skip_ || (!only_.empty() && name.text != only_)) return false;
    send_({kBegin, name.text, name.dtype, name.layout, str_cat(seen_)});
    return true;
  }
  void end(const CaseName&, const Verdict& verdict) override {
    send_({kEnd, str_cat(static_cast<int>(verdict.kind)), verdict.text});
    if (device_ && find_backend(device_->backend())->known_device(device_->index()).lost) throw Lost();
  }
  void note(const std::string& what, const std::string& dtype, const std::string& text) override {
    send_({kNote, what, dtype, text});
  }

 private:
  const Send& send_;
  const std::string& only_;
  std::size_t skip_;
  std::optional<Device> device_;
  std::size_t seen_ = 0;
};

/// A run of consecutive jobs that one child does, and how far it got.
struct Batch {
  std::size_t next = 0, end = 0;  // jobs
  std::size_t skip = 0;           // cases of the first one that are done
};

class Runner {
 public:
  Runner(const RunOptions& options, const std::function<void(const Progress&)>& progress,
         const std::function<void(const CaseRecord&)>& on_failure)
      : options_(options), progress_fn_(progress), on_failure_(on_failure) {}

  Results run() {
    auto start = Clock::now();
    check_names();
    find_device();
    read_gaps();
    make_jobs();
    make_batches();
    describe();
    progress_.all = jobs_.size();
    run_batches();
    add_unexpected_passes();
    results_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(results_);
  }

 private:
  struct Running {
    std::unique_ptr<Child> child;
    Batch batch;
    std::optional<CaseName> current;  // the case that is running
    std::size_t ordinal = 0;          // its number within the job
    bool in_job = false;
    Clock::time_point heard;
    bool timed_out = false;
    bool lost = false;
  };

  /// What looks at the file alone is asked even where the host would not take the plugin.
  void find_device() {
    if (!options_.plugin.empty() && options_.device.empty() && !loads_anything()) return no_device("not asked for");
    try {
      probe_ = run_probe(options_);
    } catch (const NoDevice& none) {
      if (options_.plugin.empty()) throw;
      results_.no_device = none.reason;  // its file and its tables can be looked at nevertheless
      no_device(none.reason);
    }
  }

  void no_device(const std::string& reason) {
    has_device_ = false;
    probe_ = {"(no device)", std::filesystem::canonical(options_.plugin).string(), options_.plugin, reason,
              ~std::uint64_t{0}};
  }

  bool loads_anything() const {
    auto loads = [&](const PluginSuite& s) { return s.loads && wanted(s.part, s.name); };
    auto calls = [&](const Suite& s) { return wanted(s.part, s.name); };
    return std::any_of(plugin_suites().begin(), plugin_suites().end(), loads) ||
           std::any_of(suites().begin(), suites().end(), calls);
  }

  static bool contains(const std::vector<std::string>& list, const std::string& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  void check_names() const {
    std::vector<std::string> ops, groups, names;
    for (const OperatorSamples& op : all_samples()) {
      ops.push_back(op.name);
      groups.push_back(op.group);
    }
    for (const auto& [suite, part] : suite_names()) {
      names.push_back(suite);
      names.push_back(part);
    }
    auto check = [](const std::vector<std::string>& given, const std::vector<std::string>& known, const char* what) {
      for (const std::string& name : given) {
        if (contains(known, name)) continue;
        std::string near = nearest(name, known);
        fail(ErrorCode::kInvalidArgument, "no ", what, " is called \"", name, "\"",
             near.empty() ? "" : str_cat("; did you mean ", near, "?"));
      }
    };
    check(options_.ops, ops, "operator");
    check(options_.groups, groups, "group of operators");
    check(options_.suites, names, "suite");
  }

  void read_gaps() {
    std::string path = options_.gaps;
    if (path.empty()) {
      path = probe_.plugin_path.substr(0, probe_.plugin_path.rfind('.')) + ".conformance.yaml";
    } else if (!std::filesystem::exists(path)) {
      fail(ErrorCode::kNotFound, path, ": no such file of known gaps");
    }
    std::vector<KnownGap> gaps = read_known_gaps(path);
    for (const KnownGap& gap : gaps) {
      auto is_op = [&](const OperatorSamples& op) { return op.name == gap.op; };
      require(std::any_of(all_samples().begin(), all_samples().end(), is_op), path, ": no operator is called ", gap.op);
    }
    gaps_.emplace(std::move(gaps));
  }

  bool wanted(const std::string& part, const std::string& suite) const {
    if (options_.suites.empty()) return part != "perf";
    return contains(options_.suites, part) || contains(options_.suites, suite);
  }

  void make_jobs() {
    bool some_ops = !options_.ops.empty() || !options_.groups.empty();
    std::vector<Job> last;  // they end their process's use
    for (const PluginSuite& s : plugin_suites()) {
      // Whoever asks for operators does not mean the device as a whole, unless they ask for that, too.
      if (some_ops && !contains(options_.suites, s.name) && !contains(options_.suites, s.part)) continue;
      if (some_ops && std::string(s.part) == "abi" && !contains(options_.suites, s.name)) continue;
      if (s.loads && !results_.no_device.empty()) continue;
      if (wanted(s.part, s.name)) (s.alone && s.loads ? last : jobs_).push_back({nullptr, nullptr, &s});
    }
    for (bool perf : {false, true}) {
      for (const OperatorSamples& op : all_samples()) {
        if (!results_.no_device.empty()) break;
        if (!options_.ops.empty() && !contains(options_.ops, op.name)) continue;
        if (!options_.groups.empty() && !contains(options_.groups, op.group)) continue;
        for (const Suite& s : suites()) {
          if ((std::string(s.part) == "perf") == perf && wanted(s.part, s.name)) jobs_.push_back({&s, &op, nullptr});
        }
      }
    }
    jobs_.insert(jobs_.end(), last.begin(), last.end());
  }

  void make_batches() {
    constexpr std::size_t kMost = 32;
    for (std::size_t i = 0; i < jobs_.size();) {
      std::size_t end = i + 1;
      while (!jobs_[i].alone() && end < jobs_.size() && end - i < kMost && !jobs_[end].alone() &&
             (jobs_[end].part() == "perf") == (jobs_[i].part() == "perf")) {
        ++end;
      }
      waiting_.push_back({i, end, 0});
      i = end;
    }
    std::reverse(waiting_.begin(), waiting_.end());
  }

  void describe() {
    results_.device = probe_.device;
    results_.plugin = probe_.plugin;
    results_.tier = options_.tier == Tier::kFull ? "full" : "quick";
    std::time_t now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
    results_.date = text;
    std::set<std::string> names;
    for (const Job& job : jobs_) names.insert(job.name());
    results_.suites.assign(names.begin(), names.end());
    results_.facts.emplace_back("device", str_cat(probe_.device, ", ", probe_.note));
    results_.facts.emplace_back("plugin", str_cat(probe_.plugin, ", ", probe_.plugin_path));
    std::string missing;
    for (std::uint32_t d = 0; d < SY_NUM_STANDARD_DTYPES; ++d) {
      if (!(probe_.dtypes >> d & 1)) str_append(&missing, missing.empty() ? "" : ", ", Dtype(d).name());
    }
    if (!missing.empty()) results_.facts.emplace_back("dtypes that the device does not compute on", missing);
  }

  // In the child.

  void run_jobs(const Batch& batch, const Send& send) const {
    Target target;
    target.plugin = probe_.plugin_path;
    target.options.tier = options_.tier;
    target.options.dtypes = probe_.dtypes;
    if (jobs_[batch.next].loads()) {
      std::string note;
      RunOptions exact = options_;
      exact.device = probe_.device;
      target.options.device = load_target(exact, &note);
    }
    for (std::size_t i = batch.next; i < batch.end; ++i) {
      send({kJob, str_cat(i)});
      bool watch = jobs_[i].loads() && !jobs_[i].alone();
      Reporter reporter(send, options_.only_case, i == batch.next ? batch.skip : 0,
                        watch ? std::optional(target.options.device) : std::nullopt);
      Report report(reporter, target.options);
      try {
        if (jobs_[i].suite != nullptr) {
          jobs_[i].suite->run(*jobs_[i].op, target.options, report);
        } else {
          jobs_[i].plugin_suite->run(target, report);
        }
      } catch (const Lost&) {
        return send({kLost});
      }
    }
  }

  // In the parent.

  void start(Batch batch) {
    Running r;
    r.batch = batch;
    r.heard = Clock::now();
    r.child = std::make_unique<Child>([this, batch](const Send& send) { run_jobs(batch, send); });
    running_.push_back(std::move(r));
  }

  void run_batches() {
    while (!waiting_.empty() || !running_.empty()) {
      while (!waiting_.empty() && may_start(waiting_.back())) {
        Batch next = waiting_.back();
        waiting_.pop_back();
        start(next);
      }
      wait_for_news();
      for (std::size_t i = running_.size(); i-- > 0;) {
        if (!attend(running_[i])) running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    progress_fn_(progress_);
  }

  /// Times are measured with nothing else running.
  bool may_start(const Batch& next) const {
    if (running_.empty()) return true;
    auto measures = [&](const Batch& b) { return jobs_[b.next].part() == "perf"; };
    if (measures(next) || measures(running_[0].batch)) return false;
    return running_.size() < static_cast<std::size_t>(options_.jobs);
  }

  void wait_for_news() {
    std::vector<pollfd> fds;
    for (const Running& r : running_) {
      fds.push_back({r.child->messages_fd(), POLLIN, 0});
      fds.push_back({r.child->errors_fd(), POLLIN, 0});
    }
    poll(fds.data(), fds.size(), 200);
  }

  /// False once the child is gone.
  bool attend(Running& r) {
    std::vector<Message> messages;
    bool open = r.child->take(&messages);
    r.child->take_errors();
    if (!messages.empty()) r.heard = Clock::now();
    for (const Message& m : messages) hear(r, m);
    if (!messages.empty()) progress_fn_(progress_);
    if (open) {
      if (std::chrono::duration<double>(Clock::now() - r.heard).count() > options_.timeout) {
        r.timed_out = true;
        r.child->kill();
      }
      return true;
    }
    ended(r, r.child->wait());
    return false;
  }

  void hear(Running& r, const Message& m) {
    if (m[0] == kJob) {
      std::size_t job = std::strtoull(m[1].c_str(), nullptr, 10);
      if (r.in_job) ++progress_.done;
      if (r.in_job) r.batch.skip = 0;
      r.batch.next = job;
      r.in_job = true;
      r.ordinal = 0;
      progress_.at = str_cat(jobs_[job].name(), " ", jobs_[job].op_name());
    } else if (m[0] == kBegin) {
      r.current = CaseName{m[1], m[2], m[3]};
      r.ordinal = std::strtoull(m[4].c_str(), nullptr, 10);
    } else if (m[0] == kEnd && r.current) {
      take_verdict(jobs_[r.batch.next], *r.current, {static_cast<Verdict::Kind>(std::atoi(m[1].c_str())), m[2]});
      r.current.reset();
    } else if (m[0] == kLost) {
      r.lost = true;
    } else if (m[0] == kNote) {
      take_note(jobs_[r.batch.next], m[1], m[2], m[3]);
    }
  }

  /// The child is gone: well, or with the case that killed it; the rest goes to another one.
  void ended(Running& r, const std::string& error) {
    const Job& job = jobs_[r.batch.next];
    if (r.lost) {
      waiting_.push_back({r.batch.next, r.batch.end, r.ordinal});
      return;
    }
    if (error.empty() && !r.timed_out) {
      ++progress_.done;
      return;
    }
    std::string text = r.timed_out ? str_cat("did not finish within ", options_.timeout, " s") : error;
    Batch rest = r.batch;
    if (r.current) {
      take_verdict(job, *r.current, {Verdict::kFailed, text});
      rest.skip = r.ordinal;
    } else {
      // Between two cases, or before the first: nothing to go on with in this job.
      CaseName name{str_cat(job.op_name(), job.op == nullptr ? "" : ": ", "outside of any case"), "", ""};
      take_verdict(job, name, {Verdict::kFailed, text});
      ++rest.next;
      rest.skip = 0;
      ++progress_.done;
    }
    if (rest.next < rest.end) waiting_.push_back(rest);
  }

  std::string repeat(const Job& job, const CaseName& name) const {
    auto quoted = [](const std::string& text) {
      bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./:=,").find(c) != std::string_view::npos;
      });
      if (plain && !text.empty()) return text;
      std::string out = "'";
      for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
      return out + "'";
    };
    std::string text = str_cat(options_.command, " conformance");
    if (!options_.plugin.empty()) str_append(&text, " --plugin ", quoted(options_.plugin));
    if (has_device_) str_append(&text, " --device ", probe_.device);
    str_append(&text, " --suite ", job.name());
    if (job.op != nullptr) str_append(&text, " --op ", job.op_name());
    if (options_.tier == Tier::kFull) text += " --tier full";
    if (!options_.gaps.empty()) str_append(&text, " --gaps ", quoted(options_.gaps));
    if (options_.fallback) text += " --fallback allow";
    return str_cat(text, " --case ", quoted(name.text));
  }

  void take_verdict(const Job& job, const CaseName& name, const Verdict& verdict) {
    if (verdict.kind == Verdict::kNoCase) return;
    ++progress_.cases;
    Counts* counts[] = {&results_.counts[{job.part(), job.name()}], nullptr};
    Cell* cell = nullptr;
    if (job.op != nullptr && (job.part() == "ops" || job.part() == "grad") && job.name() != "dtypes") {
      cell = &results_.cells[{job.op_name(), name.dtype}];
      counts[1] = &cell->counts;
    }
    auto count = [&](std::size_t Counts::*field) {
      for (Counts* c : counts) {
        if (c != nullptr) ++(c->*field);
      }
    };
    CaseRecord record{job.part(), job.name(), job.op_name(), name.text, name.dtype, verdict.text, repeat(job, name)};
    if (verdict.kind == Verdict::kSkipped) {
      count(&Counts::skipped);
      if (cell != nullptr && cell->skipped.empty()) cell->skipped = verdict.text;
      results_.skips.push_back(std::move(record));
      return;
    }
    bool failed = verdict.kind == Verdict::kFailed;
    const KnownGap* gap = gaps_->find(job.op_name(), job.name(), name.dtype, name.layout, failed);
    if (failed && gap != nullptr) {
      count(&Counts::gaps);
      record.text = str_cat(gap->reason, " (", verdict.text, ")");
      results_.gaps.push_back(std::move(record));
    } else if (failed) {
      count(&Counts::failed);
      add_failure(std::move(record));
    } else {
      count(&Counts::passed);
    }
  }

  void add_failure(CaseRecord record) {
    ++progress_.failures;
    on_failure_(record);
    results_.failures.push_back(std::move(record));
  }

  void take_note(const Job& job, const std::string& what, const std::string& dtype, const std::string& text) {
    if (what == "ran") {
      results_.cells[{job.op_name(), dtype}].ran = text;
    } else if (what.starts_with("time ")) {
      std::vector<std::string> times = absl::StrSplit(text, ' ');
      results_.timings.push_back({job.op_name(), dtype, what.substr(5), std::strtod(times[0].c_str(), nullptr),
                                  std::strtod(times[1].c_str(), nullptr)});
    } else {
      results_.facts.emplace_back(what, text);
    }
  }

  void add_unexpected_passes() {
    if (!options_.only_case.empty()) return;
    for (const KnownGap& gap : gaps_->unexpected_passes()) {
      CaseRecord r;
      r.part = "ops";
      r.suite = gap.suite.empty() ? "forward" : gap.suite;
      r.op = gap.op;
      r.dtype = gap.dtype;
      r.name = str_cat(gap.op, gap.dtype.empty() ? "" : " ", gap.dtype, gap.layout.empty() ? "" : " ", gap.layout);
      r.text = str_cat("a known gap passes after all (", gap.reason, "); take it out of conformance.yaml");
      r.repeat =
          str_cat(options_.command, " conformance --device ", probe_.device, " --suite ", r.suite, " --op ", gap.op);
      ++results_.counts[{r.part, r.suite}].failed;
      add_failure(std::move(r));
    }
  }

  const RunOptions& options_;
  const std::function<void(const Progress&)>& progress_fn_;
  const std::function<void(const CaseRecord&)>& on_failure_;
  Probe probe_;
  std::optional<GapTally> gaps_;
  std::vector<Job> jobs_;
  std::vector<Batch> waiting_;  // the next one last
  std::vector<Running> running_;
  Progress progress_;
  bool has_device_ = true;
  Results results_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> suite_names() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const PluginSuite& s : plugin_suites()) names.emplace_back(s.name, s.part);
  for (const Suite& s : suites()) names.emplace_back(s.name, s.part);
  return names;
}

Results run_conformance(const RunOptions& options, const std::function<void(const Progress&)>& progress,
                        const std::function<void(const CaseRecord&)>& on_failure) {
  return Runner(options, progress, on_failure).run();
}

}  // namespace sy::testing
