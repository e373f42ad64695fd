#include "corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "../message_of.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CorpusTest : public testing::Test {
 protected:
  void SetUp() override { path_ = fs::temp_directory_path() / ("switchyard_corpus_" + std::to_string(getpid())); }
  void TearDown() override { fs::remove(path_); }
  Corpus read(const std::string& text, std::int64_t context = 4) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    return read_corpus(path_.string(), context);
  }
  fs::path path_;
};

TEST_F(CorpusTest, TheLastTenthIsHeldOut) {
  std::string text;
  for (int i = 0; i < 105; ++i) text += static_cast<char>(i);
  Corpus corpus = read(text);
  EXPECT_EQ(corpus.train.size(), 95u);
  EXPECT_EQ(corpus.heldout.size(), 10u);
  EXPECT_EQ(corpus.train.back(), 94);
  EXPECT_EQ(corpus.heldout.front(), 95);
}

TEST_F(CorpusTest, AnyBytesWillDo) {
  std::string text(100, '\xff');
  text[3] = '\0';
  text[4] = '\r';
  Corpus corpus = read(text);
  EXPECT_EQ(corpus.train[3], 0);
  EXPECT_EQ(corpus.train[4], '\r');
  EXPECT_EQ(corpus.train[5], 255);
}

TEST_F(CorpusTest, FingerprintIsOfTheWholeText) {
  std::string text(100, 'a');
  std::uint64_t one = read(text).fingerprint;
  EXPECT_EQ(read(text).fingerprint, one);
  text.back() = 'b';
  EXPECT_NE(read(text).fingerprint, one);
}

TEST_F(CorpusTest, TooLittleText) {
  EXPECT_EQ(read(std::string(60, 'a')).heldout.size(), 6u) << "a window of four, and what follows it";
  EXPECT_THAT(sy::message_of([&] { read(std::string(59, 'a')); }),
              HasSubstr("59 bytes are too few; the held-out tenth needs at least 6 bytes, so the text 60"));
  EXPECT_THAT(sy::message_of([&] { read(""); }), HasSubstr("the file is empty"));
}

TEST_F(CorpusTest, FilesThatCannotBeRead) {
  EXPECT_EQ(sy::message_of([] { read_corpus("/nonexistent/text", 4); }), "text /nonexistent/text: no such file");
  EXPECT_EQ(sy::message_of([] { read_corpus("/tmp", 4); }), "text /tmp: not a regular file");
}

}  // namespace
