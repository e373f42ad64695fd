// The command line of train_text.
#pragma once

#include <cstdint>
#include <string>

struct Options {
  std::string text;    // "" for the default
  std::string device = "cpu";
  std::string dir = ".";      // where checkpoint.safetensors and loss.svg go
  std::int64_t steps = 1900;
  std::uint64_t seed = 1;
  std::int64_t context = 96, width = 128, layers = 3, batch = 12;  // of the model and its batches
  bool resume = false;
  std::int64_t print_losses = 0;  // the first n losses, with all digits
  int threads = 0;                // 0: as many as the plugin chooses
};

/// Exits with help or a message about a wrong option.
Options parse_options(int argc, char** argv);
