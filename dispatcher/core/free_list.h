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
    if (l.head == nullptr) [[unlikely]]
      return ::operator new(sizeof(T));
    Node* node = l.head;
    l.head = node->next;
    --l.count;
    return node;
  }
  static void deallocate(void* p) {
    if (t_lists.count >= t_lists.limit && !arm()) [[unlikely]]
      return ::operator delete(p);
    Lists& l = t_lists;
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
    std::size_t limit;  // of count; 0 before the first object and after the thread's end
    bool ended;
  };
  struct Owner {
    ~Owner() {
      Lists& l = t_lists;
      l.ended = true;
      l.limit = 0;
      while (Node* node = l.head) {
        l.head = node->next;
        ::operator delete(node);
      }
      l.count = 0;
    }
  };
  /// Has the list emptied at the thread's end. False when it takes no more.
  [[gnu::noinline]] static bool arm() {
    Lists& l = t_lists;
    if (l.ended || l.limit != 0) return false;
    thread_local Owner owner;
    (void)owner;
    l.limit = kKept;
    return l.count < l.limit;
  }
  // initial-exec: found without a call, which would cost more than all the rest.
  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local Lists t_lists{};
};

}  // namespace sy
