#include "switchyard/core/free_list.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace sy {
namespace {

struct Item {
  char bytes[40];
};
using List = FreeList<Item>;

TEST(FreeList, LastFreedComesFirst) {
  if (kSanitized) GTEST_SKIP() << "under a sanitizer objects go back to the system at once";
  void* a = List::allocate();
  void* b = List::allocate();
  EXPECT_NE(a, b);
  List::deallocate(a);
  List::deallocate(b);
  EXPECT_EQ(List::allocate(), b);
  EXPECT_EQ(List::allocate(), a);
  List::deallocate(a);
  List::deallocate(b);
}

TEST(FreeList, LiveObjectsAreDistinct) {
  std::set<void*> live;
  for (int round = 0; round < 2; ++round) {
    std::vector<void*> taken;
    for (int i = 0; i < 600; ++i) {  // more than the list keeps
      taken.push_back(List::allocate());
      std::memset(taken.back(), 0xab, sizeof(Item));
    }
    EXPECT_EQ(std::set<void*>(taken.begin(), taken.end()).size(), taken.size());
    for (void* p : taken) List::deallocate(p);
  }
}

TEST(FreeList, ThreadsMayFreeWhatOthersMade) {
  void* mine = List::allocate();
  void* theirs = nullptr;
  std::thread([&] {
    theirs = List::allocate();
    List::deallocate(mine);
  }).join();
  List::deallocate(theirs);
  void* again = List::allocate();
  if (!kSanitized) {  // there objects go back to the system at once
    EXPECT_EQ(again, theirs);
  }
  List::deallocate(again);
}

struct Big {
  char bytes[1 << 16];
};

TEST(FreeList, NothingIsKeptOnceAThreadEndsThatOnlyFrees) {
  std::size_t before = mallinfo2().uordblks;
  std::vector<void*> made;
  for (int i = 0; i < 200; ++i) made.push_back(FreeList<Big>::allocate());
  std::thread([&] {
    for (void* p : made) FreeList<Big>::deallocate(p);
  }).join();
  EXPECT_LT(mallinfo2().uordblks, before + 20 * sizeof(Big));
}

// Thread-locals may be destroyed after the list: objects that they hold are freed then.
struct Late {
  void* item = nullptr;
  ~Late() {
    if (item != nullptr) List::deallocate(item);
    List::deallocate(List::allocate());
  }
};

TEST(FreeList, WorksWhileAThreadEnds) {
  std::thread([] {
    thread_local Late late;
    late.item = nullptr;  // constructed before the list, so destroyed after it
    late.item = List::allocate();
  }).join();
}

}  // namespace
}  // namespace sy
