#include "chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "../message_of.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Chart : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() / ("switchyard_chart_" + std::to_string(getpid()) + ".svg");
  }
  void TearDown() override { fs::remove(path_); }
  std::string draw(const std::vector<Curve>& curves, const std::vector<Level>& levels = {}) {
    write_chart(path_.string(), curves, levels);
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  static std::size_t lines(const std::string& svg) {
    return static_cast<std::size_t>(std::count(svg.begin(), svg.end(), '\n'));
  }
  fs::path path_;
};

TEST_F(Chart, CurvesRunFromLeftToRightAndDownIsLess) {
  std::string svg = draw({{"loss", "red", {{0, 4}, {100, 2}}}}, {{"bigram", "blue", 3}});
  EXPECT_THAT(svg, testing::StartsWith("<svg"));
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr("points=\"56,20 610,376 \""))
      << "from the upper left to the lower right corner of the field";
  EXPECT_THAT(svg, HasSubstr("y1=\"198\" y2=\"198\" stroke=\"blue\"")) << "in the middle";
  EXPECT_THAT(svg, HasSubstr(">loss</text>"));
  EXPECT_THAT(svg, HasSubstr(">bigram</text>"));
}

TEST_F(Chart, NothingToDrawIsAnEmptyField) { EXPECT_THAT(draw({}), HasSubstr("</svg>")); }

// A training that blows up must still end with a chart.
TEST_F(Chart, LossesThatExplode) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  std::string svg = draw({{"loss", "red", {{0, 4}, {1, 2}, {2, inf}, {3, nan}, {4, 3}}}}, {{"odd", "blue", inf}});
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  EXPECT_THAT(svg, Not(HasSubstr("nan\"")));
  EXPECT_THAT(svg, Not(HasSubstr("nan,")));
  EXPECT_LT(lines(draw({{"loss", "red", {{0, 4}, {1, 1e9}}}})), 60u);
}

TEST_F(Chart, FilesThatCannotBeWritten) {
  EXPECT_EQ(sy::message_of([] { write_chart("/nonexistent/chart.svg", {}, {}); }),
            "chart /nonexistent/chart.svg: cannot be written");
}

}  // namespace
