// Order between the streams of several devices, with every task of the simulated ones late: a copy waits for what wrote
// its source, whoever uses the copy waits for it, and no memory is given away before its last reader is through.
#include <gmock/gmock.h>

#include "../autograd/values.h"
#include "../message_of.h"
#include "devices.h"

namespace sy {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class StreamsOf : public OnDevice {};
INSTANTIATE_TEST_SUITE_P(Devices, StreamsOf, testing::ValuesIn(device_names()), test_name);

/// Work that takes a while on the current stream of x's device; the value goes up by n.
Tensor late(Tensor x, int n = 6) {
  for (int i = 0; i < n; ++i) x = x + 1;
  return x;
}

TEST_P(StreamsOf, ACopyWaitsForItsSourcesProducer) {
  for (Device from : all_devices()) {
    Tensor x = zeros({1000}, kF32, from), dst = zeros({1000}, kF32, device()), other = zeros({2000}, kF32, device());
    Stream a = Stream::create(from), b = Stream::create(device());
    synchronize(from);
    synchronize(device());
    SlowSimulators slow("1500");
    StreamGuard on_a(a), on_b(b);
    Tensor y = late(x);
    dst.copy_(y);
    other.slice(0, 0, 2000, 2).copy_(y);
    EXPECT_THAT(values(dst + 1), Each(7)) << "from " << from.str();
    EXPECT_THAT(values(other.slice(0, 0, 2000, 2)), Each(6));
    EXPECT_THAT(values(y.to(device()) * 2), Each(12));
  }
}

TEST_P(StreamsOf, TheTargetsEarlierReadersComeFirst) {
  for (Device from : all_devices()) {
    Tensor x = full({1000}, 50, kF32, from), dst = zeros({1000}, kF32, device());
    synchronize(from);
    synchronize(device());
    SlowSimulators slow("1500");
    Tensor before = late(dst * 1, 3) + dst;  // reads dst last
    dst.copy_(x);
    EXPECT_THAT(values(before), Each(3)) << "from " << from.str();
    EXPECT_THAT(values(dst), Each(50));
  }
}

// The source dies while its copy is under way; what is allocated next must not be in its place.
TEST_P(StreamsOf, TheSourceIsNotReusedBeforeTheCopyEnds) {
  for (Device from : all_devices()) {
    for (bool streams : {false, true}) {
      Stream a = streams ? Stream::create(from) : Stream(from),
             b = streams ? Stream::create(device()) : Stream(device());
      Tensor dst = zeros({1000}, kF32, device());
      synchronize(device());
      SlowSimulators slow("1500");
      StreamGuard on_a(a), on_b(b);
      for (int i = 1; i <= 3; ++i) {
        {
          Tensor source = full({1000}, i, kF32, from);
          dst.copy_(source);
        }
        full({1000}, -1, kF32, from);  // takes the block
        EXPECT_THAT(values(dst), Each(i)) << "from " << from.str();
      }
      b.synchronize();
      a.synchronize();
    }
  }
}

// Neither is memory of one stream that a copy on another one reads or writes.
TEST_P(StreamsOf, MemoryOfAnotherStreamIsKeptWhileItIsCopied) {
  for (Device peer : all_devices()) {
    Stream side = Stream::create(device());
    Tensor kept = zeros({1000}, kF32, peer), busy = zeros({1000}, kF32, device());
    synchronize(peer);
    Tensor cloned;
    SlowSimulators slow("2000");
    {
      Tensor source = full({1000}, 5, kF32, device());  // of the default stream
      Event made;
      made.record(Stream(device()));
      StreamGuard guard(side);
      made.wait(side);
      late(busy, 4);
      kept.copy_(source);  // ordered after the side stream's work
      cloned = source.clone();
    }
    Tensor next = full({1000}, -1, kF32, device());  // may not take the source's block before
    side.synchronize();
    EXPECT_THAT(values(kept), Each(5)) << "to " << peer.str();
    EXPECT_THAT(values(cloned), Each(5)) << "to " << peer.str();
    EXPECT_THAT(values(next), Each(-1));
  }
}

TEST_P(StreamsOf, RoundTripsInFlight) {
  SlowSimulators slow("0-300");
  for (Device there : all_devices()) {
    Tensor x = zeros({257}, kF32, device());
    for (int i = 0; i < 10; ++i) {
      Tensor moved = x.to(there);
      moved.add_(1);
      x.copy_(moved);
      x = x + moved.to(device());  // twice as much
    }
    EXPECT_THAT(values(x), Each((2 << 10) - 2)) << there.str();
  }
}

// Between devices of one backend a copy does not stop the host; its event does.
TEST(Streams, PeersCopyWithoutTheHost) {
  for (const char* backend : {"simulator", "simulator_opaque"}) {
    Device first(str_cat(backend, ":0")), last(str_cat(backend, ":3"));
    Tensor x = full({1000}, 2, kF32, first);
    Tensor dst = zeros({1000}, kF32, last);
    synchronize(first);
    synchronize(last);
    SlowSimulators slow("100000");
    dst.copy_(late(x, 2));
    Event done;
    done.record(Stream(last));
    EXPECT_FALSE(done.query()) << "the host came back before the copy had run";
    done.synchronize();
    EXPECT_THAT(values(dst), Each(4));
  }
}

// A device's errors reach whoever copies from it to another backend.
TEST(Streams, AnErrorOfTheSourceSurfacesAtTheCopy) {
  for (const char* backend : {"simulator:3", "simulator_opaque:1"}) {
    Device device(backend);
    Tensor x = vec({1, 2, 3}).to(device);
    synchronize(device);
    SlowSimulators slow("2000");
    Tensor picked = index_select(x, 0, make({7}, {1}).to(kI64).to(device));
    EXPECT_THAT(message_of([&] { picked.to(Device("reference")); }), HasSubstr("index_select"));
    synchronize(device);
    EXPECT_THAT(values(x), ElementsAre(1, 2, 3)) << "and the device lives";
  }
}

TEST(Streams, OfOneDeviceAreRefusedOnAnother) {
  Stream of_first = Stream::create("simulator:0");
  set_current_stream(of_first);
  EXPECT_EQ(current_stream("simulator:3"), Stream("simulator:3"));
  EXPECT_EQ(current_stream("simulator_opaque:0"), Stream("simulator_opaque:0"));
  set_current_stream(Stream("simulator:0"));
}

}  // namespace
}  // namespace sy
