// What operators read back to the host: nothing, unless a shape depends on it.
#include <algorithm>

#include "absl/strings/str_split.h"
#include "opencl_test.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/testing/case.h"

namespace sy {
namespace {

using testing::all_samples;
using testing::Case;
using testing::OperatorSamples;

/// Whether the shape of a result depends on data, here or in an operator that this one is made of.
bool is_data_dependent(const std::string& name) {
  const auto& all = all_samples();
  const auto op = std::find_if(all.begin(), all.end(), [&](const OperatorSamples& o) { return o.name == name; });
  if (op == all.end()) return false;
  if (op->data_dependent) return true;
  const char* parts = require_operator(name).def().parts;
  for (absl::string_view part : absl::StrSplit(parts == nullptr ? "" : parts, ' ', absl::SkipEmpty())) {
    if (part != name && is_data_dependent(std::string(part))) return true;
  }
  return false;
}

std::uint64_t bytes_read() {
  const sy_opencl_counts c = opencl_counts();
  return c.bytes_copied_to_host + c.bytes_read_by_kernels + c.bytes_read_for_faults;
}

/// What the call read; 0 where it was refused, which other tests look at.
std::uint64_t bytes_read_by(const Case& c, Device device) {
  testing::PlacedInputs inputs = testing::place(testing::make_inputs(c), device);
  synchronize(device);
  const std::uint64_t before = bytes_read();
  try {
    call(c.op->name, inputs.arguments);
  } catch (const Error&) {
    return 0;
  }
  return bytes_read() - before;
}

TEST_F(OpenclTest, OperatorsReadNothingBack) {
  const Device device("opencl");
  int calls = 0;
  std::uint64_t dependent = 0;
  for (const OperatorSamples& op : all_samples()) {
    const std::vector<Dtype> set = testing::dtype_set(op, 0);
    std::optional<Dtype> dtype;
    if (!set.empty()) dtype = std::find(set.begin(), set.end(), kF32) != set.end() ? kF32 : set[0];
    for (const Case& c : testing::plain_cases(op, dtype)) {
      const std::uint64_t bytes = bytes_read_by(c, device);
      if (is_data_dependent(op.name)) {
        dependent += bytes;
      } else {
        EXPECT_EQ(bytes, 0u) << c.str();
      }
      ++calls;
    }
  }
  EXPECT_GT(calls, 300);
  EXPECT_GT(dependent, 0u);  // such as nonzero's: what is read is seen
}

TEST_F(OpenclTest, FaultsAreCounted) {
  const Device device("opencl");
  const Tensor x = moved(zeros({4}), device);
  const Tensor index = moved(zeros({1}, kI64), device);
  synchronize(device);
  const sy_opencl_counts before = opencl_counts();
  index_select(x, 0, index);
  EXPECT_EQ(opencl_counts().bytes_read_for_faults, before.bytes_read_for_faults);
  synchronize(device);
  EXPECT_EQ(opencl_counts().bytes_read_for_faults, before.bytes_read_for_faults + 32);
  EXPECT_EQ(opencl_counts().bytes_copied_to_host, before.bytes_copied_to_host);
}

}  // namespace
}  // namespace sy
