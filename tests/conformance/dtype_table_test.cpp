// Declared dtypes against PyTorch's: every difference has its reason in dtype_differences.txt.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "switchyard/testing/case.h"

namespace sy::testing {
namespace {

using Table = std::map<std::string, std::set<std::string>>;

/// "name: word word ...[: reason]"; reasons are required where asked for.
Table read_table(const std::string& file, bool reasons) {
  std::ifstream in(SWITCHYARD_SOURCE_DIR "/tests/conformance/" + file);
  EXPECT_TRUE(in) << file;
  Table table;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::size_t colon = line.find(": ");
    std::size_t second = line.find(": ", colon + 1);
    EXPECT_NE(colon, std::string::npos) << line;
    if (reasons) EXPECT_NE(second, std::string::npos) << "no reason: " << line;
    std::istringstream words(line.substr(colon + 1, second == std::string::npos ? second : second - colon - 1));
    std::set<std::string>& set = table[line.substr(0, colon)];
    for (std::string word; words >> word;) set.insert(word);
  }
  return table;
}

std::set<std::string> accepted(const OperatorSamples& op) {
  if (op.promotion == "float") return {"bool", "u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"};
  return {op.dtypes[0].begin(), op.dtypes[0].end()};
}

TEST(DtypeTable, DiffersFromPyTorchOnlyForAReason) {
  Table torch = read_table("torch_dtypes.txt", false);
  Table reasons = read_table("dtype_differences.txt", true);
  std::size_t compared = 0;
  for (const OperatorSamples& op : all_samples()) {
    auto it = torch.find(op.name);
    if (it == torch.end() || op.dtypes[0].empty()) continue;
    ++compared;
    std::set<std::string> ours = accepted(op), differences;
    for (const std::string& d : it->second) {
      if (ours.count(d) == 0) differences.insert("-" + d);
    }
    for (const std::string& d : ours) {
      if (it->second.count(d) == 0) differences.insert("+" + d);
    }
    EXPECT_EQ(differences, reasons[op.name]) << op.name;
    reasons.erase(op.name);
  }
  EXPECT_GT(compared, 110u);
  for (const auto& [name, set] : reasons) ADD_FAILURE() << "dtype_differences.txt: no operator " << name;
}

}  // namespace
}  // namespace sy::testing
