// A child process that does part of a run and tells its parent what happens, message by message.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace sy::testing {

/// A message is a list of texts.
using Message = std::vector<std::string>;
using Send = std::function<void(const Message&)>;

/// The parent's end. Start it while the parent has no threads and no devices: the child is forked.
class Child {
 public:
  /// Runs body in a child process, which ends when body returns.
  explicit Child(const std::function<void(const Send&)>& body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// For poll(): readable when messages, or its end, have come.
  int messages_fd() const { return messages_; }
  int errors_fd() const { return errors_; }
  /// Takes what has come, without waiting. False once the child has closed its end.
  bool take(std::vector<Message>* messages);
  /// Takes what it printed to its standard error.
  void take_errors();
  void kill();
  /// After take gave false: "" for a child that ended well, else "crashed with signal 11 (Segmentation fault)" and what it
  /// printed last.
  std::string wait();

 private:
  pid_t pid_ = -1;
  int messages_ = -1;
  int errors_ = -1;
  std::string buffer_;
  std::string printed_;
  bool waited_ = false;
};

}  // namespace sy::testing
