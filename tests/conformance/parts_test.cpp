// The schema's `parts` of each composite against the operators that it really calls. The template's device has next to
// no kernels, so that every composite runs there.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/explain.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/testing/outcome.h"

namespace sy::testing {
namespace {

using Calls = std::map<std::string, std::set<std::string>>;

/// Adds the operators that each composite among the records called.
void collect(const std::vector<CallRecord>& records, Calls& calls) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].chosen.rfind("composite ", 0) != 0) continue;
    std::set<std::string>& parts = calls[records[i].op];
    for (std::size_t k = i + 1; k < records.size() && records[k].depth > records[i].depth; ++k) {
      if (records[k].depth == records[i].depth + 1) parts.insert(records[k].op);
    }
  }
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void need_gradients(const OperatorSamples& op, const PlacedInputs& inputs) {
  for (const PlacedInputs::Tensor& t : inputs.tensors) {
    bool floating = t.placed.tensor.defined() && t.placed.tensor.dtype().is_floating();
    if (floating && contains(op.differentiable, t.name)) Tensor(t.placed.tensor).requires_grad_();
  }
}

std::string text(const std::set<std::string>& names) { return absl::StrJoin(names, ", "); }

TEST(Parts, AreWhatCompositesCall) {
  FallbackPolicy policy = fallback_policy();
  set_fallback_policy(FallbackPolicy::kAllow);
  Device device("template");
  Calls calls;
  for (const OperatorSamples& op : all_samples()) {
    if (!op.has_composite) continue;
    calls[op.name];
    for (const Case& c : make_cases(op, Tier::kQuick)) {
      if (c.may_refuse) continue;
      Inputs inputs = make_inputs(c);
      for (bool recorded : {false, true}) {  // composites may look at it
        PlacedInputs placed = place(inputs, device);
        if (recorded) need_gradients(op, placed);
        collect(explain([&] { run_function(op, placed, device); }), calls);
      }
    }
  }
  set_fallback_policy(policy);
  ASSERT_GT(calls.size(), 50u);
  for (const OperatorSamples& op : all_samples()) {
    if (!op.has_composite) continue;
    const char* declared = require_operator(op.name).def().parts;
    std::set<std::string> parts;
    for (absl::string_view name : absl::StrSplit(declared == nullptr ? "" : declared, ' ', absl::SkipEmpty())) {
      if (name != "transfer") parts.emplace(name);  // between devices, and here is one
    }
    EXPECT_EQ(text(calls[op.name]), text(parts)) << op.name << ": calls, and parts in the schema";
  }
}

std::string text_of(const std::string& path) {
  std::ifstream in(std::string(SWITCHYARD_SOURCE_DIR "/") + path);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What every other operator is made of: the device `minimal` has these kernels alone and passes.
TEST(Parts, TheMinimalKernelsAreThoseOfOperatorsWithoutComposite) {
  std::string list = text_of("tests/conformance/minimal/kernels.txt");
  std::set<std::string> listed, needed;
  for (absl::string_view name : absl::StrSplit(list, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    EXPECT_TRUE(listed.emplace(name).second) << name << " stands twice";
  }
  for (const OperatorSamples& op : all_samples()) {
    if (!op.host && op.kind != "view" && !op.composite_only && !op.has_composite) needed.insert(op.name);
  }
  EXPECT_EQ(text(listed), text(needed));
  EXPECT_LE(listed.size(), 60u);
  std::string docs = text_of("docs/add_a_plugin.md");
  EXPECT_NE(docs.find("```\n" + list + "```\n"), std::string::npos) << "docs/add_a_plugin.md lists other kernels";
  EXPECT_NE(docs.find(absl::StrCat(" ", listed.size(), " kernels")), std::string::npos) << listed.size();
}

}  // namespace
}  // namespace sy::testing
