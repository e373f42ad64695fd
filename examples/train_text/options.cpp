#include "options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>

namespace {

constexpr const char* kHelp =
    R"(train_text: trains a small byte-level transformer on a text and compares it with n-gram models.

  --text FILE        the text (default: the GPL-3 that every Debian carries)
  --device NAME      cpu, or any device that `switchyard devices` lists (default: cpu)
  --steps N          training steps (default: 1900)
  --seed N           same seed and device: the same losses exactly (default: 1)
  --context N, --width N, --layers N, --batch N
                     size of the model and of a batch (default: 96, 128, 3, 12); width is a multiple of 4
  --resume           continue from DIR/checkpoint.safetensors, exactly as if it had not stopped
  --dir DIR          where checkpoint.safetensors and loss.svg go (default: the current directory)
  --threads N        CPU threads (default: all)
  --print-losses N   print the first N losses with all their digits
  --help             this text

Interrupting it (Ctrl-C) saves a checkpoint first.
)";

[[noreturn]] void wrong(const std::string& message) {
  std::fprintf(stderr, "train_text: %s; try --help\n", message.c_str());
  std::exit(2);
}

template <typename T>
T number(std::string_view option, const char* text) {
  T value{};
  const char* end = text + std::strlen(text);
  auto [stop, ec] = std::from_chars(text, end, value);
  if (ec != std::errc() || stop != end || value < T{0}) {
    wrong(std::string(option) + ": expected a number, got \"" + text + "\"");
  }
  return value;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    std::string_view option = argv[i];
    if (option == "--help" || option == "-h") {
      std::fputs(kHelp, stdout);
      std::exit(0);
    }
    if (option == "--resume") {
      o.resume = true;
      continue;
    }
    constexpr std::string_view kOptions[] = {"--text",   "--device",  "--steps",       "--seed",
                                             "--dir",    "--threads", "--context",     "--width",
                                             "--layers", "--batch",   "--print-losses"};
    if (std::find(std::begin(kOptions), std::end(kOptions), option) == std::end(kOptions)) {
      wrong("unknown option " + std::string(option));
    }
    if (i + 1 == argc) wrong(std::string(option) + " needs a value");
    const char* value = argv[++i];
    if (option == "--text") o.text = value;
    if (option == "--device") o.device = value;
    if (option == "--dir") o.dir = value;
    if (option == "--steps") o.steps = number<std::int64_t>(option, value);
    if (option == "--seed") o.seed = number<std::uint64_t>(option, value);
    if (option == "--context") o.context = number<std::int64_t>(option, value);
    if (option == "--width") o.width = number<std::int64_t>(option, value);
    if (option == "--layers") o.layers = number<std::int64_t>(option, value);
    if (option == "--batch") o.batch = number<std::int64_t>(option, value);
    if (option == "--threads") o.threads = number<int>(option, value);
    if (option == "--print-losses") o.print_losses = number<std::int64_t>(option, value);
  }
  if (o.steps == 0) wrong("--steps: expected at least 1");
  if (o.context < 2 || o.layers < 1 || o.batch < 1 || o.width < 4 || o.width % 4 != 0) {
    wrong("--context needs at least 2, --layers and --batch 1, and --width a multiple of 4");
  }
  return o;
}
