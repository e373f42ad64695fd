// Per-thread free lists for the small objects that every call makes.
#pragma once

#include <cstddef>
#include <new>

#include "switchyard/core/sanitizer.h"

namespace sy {

/// Raw memory of sizeof(T). Objects may be freed on another thread than they were made on. Nothing is kept once the
/// thread ends.
template <typename T>
class FreeList {
 public:
  static void* allocate() {
    Lists& l = t_lists;
    if (l.head != nullptr) {
      Node* node = l.head;
      l.head = node->next;
      --l.count;
      return node;
    }
    if (!l.armed) [[unlikely]]
      arm();
    return ::operator new(sizeof(T));
  }
  static void deallocate(void* p) {
    Lists& l = t_lists;
    if (l.ended || l.count >= kKept) {
      ::operator delete(p);
      return;
    }
    if (!l.armed) [[unlikely]]
      arm();
    Node* node = static_cast<Node*>(p);
    node->next = l.head;
    l.head = node;
    ++l.count;
  }

 private:
  static constexpr std::size_t kKept = kSanitized ? 0 : 256;
  struct Node {
    Node* next;
  };
  struct Lists {  // trivially destructible: usable while other thread-locals are destroyed
    Node* head;
    std::size_t count;
    bool armed;  // an Owner will empty the list
    bool ended;
  };
  struct Owner {
    ~Owner() {
      Lists& l = t_lists;
      l.ended = true;
      while (Node* node = l.head) {
        l.head = node->next;
        ::operator delete(node);
      }
    }
  };
  [[gnu::noinline]] static void arm() {
    thread_local Owner owner;
    (void)owner;
    t_lists.armed = true;
  }
  // initial-exec: found without a call, which would cost more than all the rest.
  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local Lists t_lists{};
};

}  // namespace sy
