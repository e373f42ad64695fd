#include "corpus.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "switchyard/core/error.h"

Corpus read_corpus(const std::string& path, std::int64_t context) {
  std::error_code ec;
  sy::require(std::filesystem::exists(path, ec), "text ", path, ": no such file");
  sy::require(std::filesystem::is_regular_file(path, ec), "text ", path, ": not a regular file");
  std::ifstream in(path, std::ios::binary);
  sy::require(in.is_open(), "text ", path, ": cannot be read: ", std::strerror(errno));
  std::vector<std::uint8_t> text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  sy::require(!text.empty(), "text ", path, ": the file is empty");
  std::size_t split = text.size() - text.size() / 10;
  Corpus corpus;
  corpus.train.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(split));
  corpus.heldout.assign(text.begin() + static_cast<std::ptrdiff_t>(split), text.end());
  std::size_t needed = static_cast<std::size_t>(context) + 2;
  sy::require(corpus.heldout.size() >= needed, "text ", path, ": ", text.size(),
              " bytes are too few; the held-out tenth needs at least ", needed, " bytes, so the text ", needed * 10);
  corpus.fingerprint = 14695981039346656037ull;  // FNV-1a
  for (std::uint8_t byte : text) corpus.fingerprint = (corpus.fingerprint ^ byte) * 1099511628211ull;
  return corpus;
}

std::string default_text() {
  for (const char* path : {"/usr/share/common-licenses/GPL-3", "/usr/share/common-licenses/GPL-2"}) {
    if (std::filesystem::exists(path)) return path;
  }
  sy::fail(sy::ErrorCode::kNotFound,
           "no text: /usr/share/common-licenses/GPL-3 is not here; name one with --text FILE");
}
