// Loading from threads, forks, exits, and unloading while everything is in use.
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "cases.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Loading, InitRunsOncePerLoad) {
  Plugin& plugin = load_case("plain");
  const std::uint32_t before = get(state_of(plugin).inits), shut = get(state_of(plugin).shutdowns);
  EXPECT_EQ(&load_case("plain"), &plugin);
  EXPECT_EQ(get(state_of(plugin).inits), before);
  unload_plugin("plain");
  EXPECT_EQ(get(state_of(plugin).shutdowns), shut + 1);
  EXPECT_EQ(get(state_of(load_case("plain")).inits), before + 1);
  EXPECT_THAT(numbers(neg(on("plain", {1}))), ElementsAre(-1));
}

TEST(Loading, FromManyThreadsAtOnce) {
  on_threads(8, [](int i) {
    const char* name = i % 2 == 0 ? "other" : "streams";
    load_case(name);
    for (int n = 0; n < 20; ++n) EXPECT_THAT(numbers(neg(on(name, {1, 2}))), ElementsAre(-1, -2));
  });
  EXPECT_EQ(get(state_of(load_case("other")).inits), 1u);
  EXPECT_EQ(get(state_of(load_case("streams")).inits), 1u);
}

class ProcessDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

int fork_before_load() {
  const int child = in_forked_child([] {
    load_case("streams");
    const bool right = numbers(neg(on("streams", {1}))) == std::vector<double>{-1} &&
                       numbers(on("simulator", {1}) * 2) == std::vector<double>{2};
    return right ? 0 : 1;
  });
  if (child != 0) return child;
  load_case("streams");
  return numbers(neg(on("streams", {1}))) == std::vector<double>{-1} ? 0 : 2;
}

TEST_F(ProcessDeathTest, AForkBeforeTheFirstLoadHarmsNobody) {
  EXPECT_EXIT(_exit(fork_before_load()), testing::ExitedWithCode(0), "");
}

std::ptrdiff_t threads_of_this_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

int fork_after_search() {
  load_plugins_once();
#if !defined(__SANITIZE_THREAD__)  // which has one of its own
  if (threads_of_this_process() != 1) return 1;
#endif
  return in_forked_child([] {
    if (numbers(on("simulator", {1}) * 2) != std::vector<double>{2}) return 2;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which know nothing of a driver's threads
    Backend* opencl = find_backend(Device("opencl").backend());
    const bool there = opencl != nullptr && opencl->device_count() > 0;
    if (there && numbers(on("opencl", {1})) != std::vector<double>{1}) return 3;
#endif
    return 0;
  });
}

TEST_F(ProcessDeathTest, LoadingStartsNothingThatAForkWouldLose) {
  EXPECT_EXIT(_exit(fork_after_search()), testing::ExitedWithCode(0), "");
}

/// Small numbers, whose products and sums are exact.
Tensor pattern(IntArray shape, Dtype dtype) {
  Tensor t = empty(shape, kF64);
  std::vector<double> values(static_cast<std::size_t>(t.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 7 % 11) - 5;
  copy_from_host(t, values.data());
  return t.to(dtype);
}

/// Products of oneDNN, of OpenBLAS and of a convolution, each large enough for several threads.
std::vector<std::vector<double>> products() {
  const Tensor single = pattern({400, 400}, kF32), twice = pattern({400, 400}, kF64);
  const Tensor image = pattern({4, 32, 48, 48}, kF32), window = pattern({32, 32, 3, 3}, kF32);
  return {numbers(mm(single, single)), numbers(mm(twice, twice)), numbers(conv2d(image, window))};
}

int fork_after_products() {
  set_num_threads(2);
  const auto expected = products();
  const int child = in_forked_child([&] {
    alarm(30);
    if (products() != expected) return 1;
    set_num_threads(2);  // no more than its one
    return products() == expected ? 0 : 2;
  });
  if (child != 0) return child;
  return products() == expected ? 0 : 3;
}

TEST_F(ProcessDeathTest, AForkedChildComputesWithoutItsParentsThreads) {
  EXPECT_EXIT(_exit(fork_after_products()), testing::ExitedWithCode(0), "");
}

int fork_after_load() {
  load_case("streams");
  load_case("plain");
  Tensor kept = on("streams", {1, 2}), host = on("plain", {1, 2});
  neg(kept);
  neg(host);
  (void)(vec({1}) + 1);
  const int child = in_forked_child([&] {
    if (numbers(neg(host)) != std::vector<double>{-1, -2}) return 1;
    if (numbers(vec({1, 2}) + 1) != std::vector<double>{2, 3}) return 2;
    for (const auto& fn : std::vector<std::function<void()>>{
             [&] { neg(kept); }, [&] { kept.cpu(); }, [&] { on("streams", {1}); }, [&] { synchronize(kept.device()); },
             [&] { Stream::create(kept.device()); }}) {
      std::string message = message_of(fn);
      if (message.find("started before this process was forked") != std::string::npos) continue;
      std::fprintf(stderr, "%s\n", message.c_str());
      return 3;
    }
    kept = Tensor();  // gives its memory to a cache that nobody uses any more
    return 0;
  });
  if (child != 0) return child;
  return numbers(neg(kept)) == std::vector<double>{-1, -2} ? 0 : 4;
}

TEST_F(ProcessDeathTest, AForkedChildIsToldThatItsDevicesStayedBehind) {
  EXPECT_EXIT(_exit(fork_after_load()), testing::ExitedWithCode(0), "");
}

int unload_in_the_child() {
  case_state& state = state_of(load_case("plain"));
  Tensor x = on("plain", {1, -2});
  set(state.held, CASE_KERNEL);
  std::thread caller([&] { neg(x); });
  wait_until([&] { return (get(state.waiting) & CASE_KERNEL) != 0; });
  const int child = in_forked_child([&] {
    alarm(20);
    unload_plugin("plain");  // the thread that was inside it stayed with the parent
    return 0;
  });
  set(state.held, 0);
  caller.join();
  return child;
}

TEST_F(ProcessDeathTest, AForkedChildDoesNotWaitForThreadsThatItDoesNotHave) {
  EXPECT_EXIT(_exit(unload_in_the_child()), testing::ExitedWithCode(0), "");
}

/// Leaves live tensors, queued work, a thread inside a kernel, and a plugin whose destructor calls the host.
[[noreturn]] void exit_in_the_middle() {
  load_case("at_exit");
  load_case("streams");
  configure_backend("simulator", "delay_us", "20000");
  static Tensor kept[] = {on("at_exit", {1}), on("streams", {1}), on("simulator", {1})};
  Tensor queued = kept[2] * 2 + kept[2] * 3;
  static std::atomic<int> calls{0};
  std::thread busy([mine = on("streams", {2})] {
    for (;; ++calls) neg(mine);
  });
  busy.detach();
  wait_until([&] { return calls > 10; });
  std::exit(0);
}

TEST_F(ProcessDeathTest, ExitNeedsNoShutdown) {
  EXPECT_EXIT(exit_in_the_middle(), testing::ExitedWithCode(0), "the destructor ran");
}

/// A call of this kind is under way, held by the plugin, while another thread unloads it.
void unload_during(std::uint32_t what, const std::function<void(Tensor&)>& fn) {
  Plugin& plugin = load_case("streams");
  case_state& state = state_of(plugin);
  Tensor x = on("streams", {1, -2, 3});
  neg(x);
  set(state.held, what);
  std::string message;
  std::thread caller([&] { message = message_of([&] { fn(x); }); });
  wait_until([&] { return (get(state.waiting) & what) != 0; });
  std::atomic<bool> done{false};
  const std::uint32_t shutdowns = get(state.shutdowns);
  std::thread unloader([&] {
    unload_plugin("streams");
    done = true;
  });
  wait_until([&] { return !plugin.alive(); });
  if (what != CASE_ALLOC) {  // which holds the allocator's lock
    EXPECT_THAT(message_of([&] { neg(x); }), HasSubstr("unloaded"));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(done);
  EXPECT_EQ(get(state.shutdowns), shutdowns) << "a call was under way";
  set(state.held, 0);
  caller.join();
  unloader.join();
  EXPECT_EQ(message, "no error") << "calls under way come to their end";
  EXPECT_EQ(get(state.shutdowns), shutdowns + 1);
  EXPECT_EQ(get(state.running_at_shutdown), 0u);
  EXPECT_THAT(message_of([&] { x.cpu(); }), HasSubstr("unloaded"));
  EXPECT_GT(get(state.allocated), 0u);
  x = Tensor();
  EXPECT_EQ(get(state.allocated), 0u) << "memory goes back as the last tensor dies";
  EXPECT_EQ(get(state.after_shutdown), 0u) << "nothing but free is called";
}

TEST(Unloading, WaitsForKernels) {
  unload_during(CASE_KERNEL, [](Tensor& x) { neg(x); });
}
TEST(Unloading, WaitsForCopies) {
  unload_during(CASE_COPY, [](Tensor& x) { copy_from_host(x, std::vector<float>{4, 5, 6}.data()); });
}
TEST(Unloading, WaitsForAllocations) {
  unload_during(CASE_ALLOC, [](Tensor& x) { empty({1000}, kF32, x.device()); });
}
TEST(Unloading, WaitsForStreams) {
  unload_during(CASE_STREAM, [](Tensor& x) { Stream(x.device()).synchronize(); });
}
TEST(Unloading, WaitsForSynchronisation) {
  unload_during(CASE_SYNCHRONIZE, [](Tensor& x) { synchronize(x.device()); });
}

TEST(Unloading, StreamsAndEventsThatLiveOnAreHarmless) {
  Plugin& plugin = load_case("streams");
  Stream stream = Stream::create(Device("streams"));
  Event event;
  event.record(stream);
  Tensor used_by_two = on("streams", {1});
  {
    StreamGuard guard(stream);
    neg(used_by_two);
  }
  unload_plugin("streams");
  EXPECT_THAT(message_of([&] { stream.synchronize(); }), HasSubstr("unloaded"));
  EXPECT_THAT(message_of([&] { event.synchronize(); }), HasSubstr("unloaded"));
  used_by_two = Tensor();
  event = Event();
  stream = Stream(Device());
  EXPECT_EQ(get(state_of(plugin).after_shutdown), 0u);
}

TEST(Unloading, ALibraryThatNobodyCanUnmapIsLoadedAgain) {
  const auto negate = [] { EXPECT_THAT(numbers(neg(on("lingering", {1, -2}))), ElementsAre(-1, 2)); };
  load_case("lingering");
  void* handle = dlopen(case_file("lingering").c_str(), RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(handle, nullptr);
  auto threads_ended = reinterpret_cast<int (*)()>(dlsym(handle, "lingering_threads_ended"));
  ASSERT_NE(threads_ended, nullptr);
  std::atomic<bool> called{false}, unloaded{false};
  std::thread user([&] {
    negate();
    called = true;
    wait_until([&] { return unloaded.load(); });
  });  // its thread-local is destroyed by code of the plugin, which is unloaded by then
  wait_until([&] { return called.load(); });
  unload_plugin("lingering");
  unloaded = true;
  user.join();
  EXPECT_TRUE(is_mapped("lingering"));
  EXPECT_EQ(threads_ended(), 1);
  dlclose(handle);
  load_case("lingering");
  negate();
  std::thread(negate).join();
  EXPECT_EQ(threads_ended(), 2) << "the same variable as before";
}

TEST(Unloading, QueuedWorkIsDoneBeforeAndOthersAreRefused) {
  load_plugins_once();
  configure_backend("simulator", "delay_us", "1000");
  Tensor x = on("simulator", {1, 2});
  std::atomic<bool> refused{false};
  std::thread busy([&] {
    while (!refused) {
      refused = message_of([&] { (void)(x * 2); }).find("unloaded") != std::string::npos;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // or the queue grows faster than it is worked off
    }
  });
  Tensor y = x;
  for (int i = 0; i < 20; ++i) y = y + x;
  unload_plugin("simulator");
  busy.join();
  x = y = Tensor();
  std::string path = std::string(SWITCHYARD_PLUGIN_DIR) + "/switchyard_simulator.so";
  throw_if_error(load_plugin(path).status());
  EXPECT_THAT(numbers(on("simulator", {1, 2}) * 2), ElementsAre(2, 4)) << "and may come back";
}

TEST(Unloading, AnotherPluginOfThisDeviceWaitsForTheLastTensor) {
  load_case("plain");
  Tensor x = on("plain", {1, -2});
  unload_plugin("plain");
  EXPECT_THAT(refusal("claims_plain"),
              HasSubstr("init failed: register_backend: tensors of 64 bytes live on plain:0, of "
                        "plugin plain, which was unloaded"));
  x = Tensor();
  load_case("claims_plain");
  EXPECT_THAT(numbers(neg(on("plain", {1, -2}))), ElementsAre(-1, 2));
  unload_plugin("claims_plain");
  load_case("plain");
}

TEST(Unloading, ManyTimesWithoutLosingMemory) {
  for (int i = 0; i < 10; ++i) {
    load_case("streams");
    EXPECT_THAT(numbers(neg(on("streams", {1}))), ElementsAre(-1));
    const Plugin& plugin = load_case("streams");
    unload_plugin("streams");
    EXPECT_EQ(get(state_of(plugin).allocated), 0u);
  }
}

}  // namespace
}  // namespace sy
