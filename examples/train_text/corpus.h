// Text as bytes: the last contiguous tenth is held out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// A text split for training.
struct Corpus {
  std::vector<std::uint8_t> train, heldout;
  std::uint64_t fingerprint = 0;  // of the whole text, so that a checkpoint is not resumed on another one
};

/// Throws sy::Error: no such file, unreadable, or too short for windows of context bytes in either part.
Corpus read_corpus(const std::string& path, std::int64_t context);
/// The first text that exists of those that a Debian carries; throws sy::Error when there is none.
std::string default_text();
