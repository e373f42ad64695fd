// A plugin's code, tried in a child process.
#pragma once

#include <chrono>
#include <functional>

#include "absl/status/status.h"

namespace sy {

/// How far the loading of a plugin has come.
enum class LoadStage : char { kStaticInitialisers = 'i', kQuery = 'q', kInit = 'n', kDone = 'd' };

/// Runs `load` in a child process, which reports each stage before it begins, and throws the child away. OK when it
/// reached kDone, whether what it loaded works or not; else the error says in which stage the process ended or hung.
/// Other threads of this process do not exist in the child.
absl::Status try_in_child(const std::function<void(const std::function<void(LoadStage)>& stage)>& load,
                          std::chrono::milliseconds limit);

}  // namespace sy
