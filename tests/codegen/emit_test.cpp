// What the generator writes: the lines that people and compilers rely on.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "codegen/layout.h"
#include "tests/codegen/test_schema.h"

namespace sy::codegen {
namespace {

namespace fs = std::filesystem;

const std::string kYaml = R"(# Comment.
- op: add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
  kind: pointwise
  variants: [function, method, inplace, out, scalar]
  dtypes: all
  derivative:
    self: reduce_to(grad, self)
    other: reduce_to(grad * alpha, other)
  tags: [core]
  samples: [{self: [2, 3], other: [3], alpha: 2}]
  errors: [{args: {self: [2], other: {shape: [3], dtype: i64, low: 0, high: 4}}, message: "broad\"cast"}]
  doc: self + alpha * other.
- op: where(Tensor condition, Tensor self, Tensor other) -> Tensor
  kind: pointwise
  variants: [function, scalar]
  dtypes: {T0: all, condition: bool}
  derivative:
    self: reduce_to(where(condition, grad, 0), self)
    other: reduce_to(where(condition, 0, grad), other)
  doc: Choice.
- op: max(Tensor self, int dim, bool keepdim=false) -> (Tensor values, Tensor indices)
  kind: composite
  composite: max
  parts: [where, sum]
  variants: [function, method]
  dtypes: {T0: numeric, values: T0, indices: i64}
  derivative: composite
  samples: [{self: [3, 4], dim: 1}, {self: [3, 4], dim: 0, keepdim: true}]
  doc: Largest.
- op: sum(Tensor self, int[]? dim=None, bool keepdim=false, *, dtype? dtype=None) -> Tensor
  kind: reduction
  variants: [function, out]
  dtypes: {T0: all, result: dtype or acc(T0)}
  derivative: {self: "-(self - 1) * size(self, -1) / (2 - sum(grad, [0], keepdim=true)) - 0.5"}
  plan_key: [keepdim]
  older: ["sum(Tensor self, int[]? dim=None) -> Tensor"]
  samples: [{self: [], dim: [0], keepdim: true, dtype: f32}]
  doc: |
    Sum.
    Second line.
- op: fill_(Tensor(a!) self, Scalar value) -> Tensor(a!)
  kind: composite
  composite: fill_
  parts: [fill]
  variants: [method]
  dtypes: all
  twin: fill
  derivative: composite
  samples: [{self: [2], value: 2}]
  doc: Fills.
- op: fill(Tensor self, Scalar value) -> Tensor
  meta: same_shape
  variants: [function, method]
  dtypes: all
  derivative: {self: "0 * grad"}
  samples: [{self: [2], value: true}]
  doc: A filled one.
- op: split(Tensor(a) self, int default=0) -> Tensor(a)[]
  kind: composite
  composite: split
  parts: []
  dtypes: all
  derivative: composite
  samples: [{self: [2], default: 1}]
  doc: Parts.
- op: norm_backward(Tensor grad, Tensor result, Tensor? w=None) -> Tensor
  meta: same_shape
  dtypes: floating
  derivative:
    "grad, result": max(g, 1)
    w: reduce_to(g, w)
  grad_name: g
  tags: [internal]
  samples: [{grad: [2], result: [2], w: [2]}]
  doc: Hidden.
- op: gathered(Tensor self, Tensor[] others) -> Tensor
  kind: composite
  composite: gathered
  parts: []
  dtypes: all
  any_device: [others]
  derivative: composite
  samples: [{self: [2], others: [[2]]}]
  doc: From wherever they are.
- op: unique(Tensor self) -> (Tensor values, Tensor counts)
  meta: dynamic
  data_dependent: true
  dtypes: {T0: all, counts: i64}
  not_differentiable: not smooth
  samples: [{self: [2]}]
  doc: Distinct.
)";

const OutputSet& outputs() {
  static const OutputSet set = outputs_of(kYaml);
  return set;
}

void expect_in(const std::string& path, const std::vector<std::string>& parts) {
  auto it = outputs().files().find(path);
  ASSERT_NE(it, outputs().files().end()) << path;
  for (const std::string& part : parts) {
    EXPECT_NE(it->second.find(part), std::string::npos) << path << " lacks:\n" << part << "\n\n" << it->second;
  }
}

TEST(Emit, Api) {
  expect_in(
      "switchyard/ops/gen/t.h",
      {"#pragma once\n",
       "/// self + alpha * other.\nTensor add(const Tensor& self, const Tensor& other, const Scalar& "
       "alpha = 1);\n",
       "\nTensor add(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);\n",
       "\nconst Tensor& add_(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);\n",
       "\nconst Tensor& add_(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);\n",
       "\nconst Tensor& add_out(const Tensor& out, const Tensor& self, const Tensor& other, const Scalar& alpha = "
       "1);\n",
       "\nTensor where(const Tensor& condition, const Tensor& self, const Scalar& other);\n",
       "\nTensor where(const Tensor& condition, const Scalar& self, const Tensor& other);\n",
       "\nstd::tuple<Tensor, Tensor> max(const Tensor& self, std::int64_t dim, bool keepdim = false);\n",
       "/// Sum.\n/// Second line.\nTensor sum(const Tensor& self, OptionalIntArray dim = std::nullopt, bool keepdim "
       "= false,\n           std::optional<Dtype> dtype = std::nullopt);\n",
       "\nstd::vector<Tensor> split(const Tensor& self, std::int64_t default_ = 0);\n", "const Tensor& w = {});\n"});
  EXPECT_EQ(outputs().files().at("switchyard/ops/gen/t.h").find("fill_("), std::string::npos);
  expect_in("switchyard/ops/gen/tensor_methods.h",
            {"  Tensor add(const Tensor& other, const Scalar& alpha = 1) const;\n",
             "  const Tensor& add_(const Scalar& other, const Scalar& alpha = 1) const;\n",
             "  const Tensor& fill_(const Scalar& value) const;\n"});
  expect_in("switchyard/ops/gen/functions.h", {"#include \"switchyard/ops/gen/t.h\"\n"});
}

TEST(Emit, Operators) {
  expect_in(
      "switchyard/ops/gen/t.cpp",
      {"    .signature = \"add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor\",\n",
       "    .promotion = Promotion::kPromote,\n", "    .flags = kOpCore | kOpInplace | kOpOut,\n",
       "constexpr DtypeRule kMaxResults[][2] = {{{DtypeRule::kVariable, 0}, {}}, {{DtypeRule::kFixed, 5}, {}}};\n",
       "constexpr DtypeRule kSumResults[][2] = {{{DtypeRule::kParameter, 3}, {DtypeRule::kAccumulate, 0}}};\n",
       "    .plan_key = 4u,\n", "    .any_device = 2u,\n", "    .num_older = 1,\n", "    .twin = \"fill\",\n",
       "    .meta = meta::same_shape,\n",
       "    .derivative = \"self: reduce_to(grad, self); other: reduce_to(grad * alpha, other)\",\n",
       "void composite_max(Frame& f) {\n"
       "  auto results = composite::max(as_tensor(f.tensor(0)), f.integer(1), f.boolean(2));\n"
       "  f.set_result(0, std::move(std::get<0>(results)));\n",
       "constinit OperatorGroup g_group{\"t\", g_operators, std::size(g_operators)};\n",
       "Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha) {\n"
       "  const Arg args[] = {arg(self), arg(other), arg(alpha)};\n  Tensor result;\n"
       "  invoke(g_operators[op_add], args, &result, 1);\n  return result;\n}\n",
       "  Tensor result = self;\n  invoke(g_operators[op_add], args, &result, 1, Variant::kInplace);\n"
       "  return self;\n",
       "  Tensor result = out;\n  invoke(g_operators[op_add], args, &result, 1, Variant::kOut);\n  return out;\n",
       "  return sy::where(condition, wrapped_number(self), other);\n",
       "  Tensor results[2];\n  invoke(g_operators[op_max], args, results, 2);\n"
       "  return {std::move(results[0]), std::move(results[1])};\n",
       "  std::vector<TensorBase> list;\n  invoke_list(g_operators[op_split], args, &list);\n",
       // A parameter called result does not collide with the local one.
       "  Tensor result_;\n",
       "const Tensor& Tensor::fill_(const Scalar& value) const {\n"
       "  const Arg args[] = {arg(*this), arg(value)};\n"});
  expect_in("switchyard/ops/gen/t_composite.h",
            {"namespace sy::composite {\n", "Tensor fill_(const Tensor& self, const Scalar& value);\n",
             "std::tuple<Tensor, Tensor> max(const Tensor& self, std::int64_t dim, bool keepdim);\n"});
  expect_in("switchyard/ops/gen/t_meta.h", {"absl::Status dynamic(MetaCall& call);\nabsl::Status same_shape("});
}

TEST(Emit, Derivatives) {
  expect_in("switchyard/autograd/gen/t_derivatives.cpp",
            {"// add: self: reduce_to(grad, self)\nvoid add_self(Backward& b) {\n"
             "  b.set(0, b.reduce_to(b.grad(0), b.shape(0), b.dtype_of(0)));\n}\n",
             "  b.set(1, b.reduce_to(b.grad(0) * b.scalar(2), b.shape(1), b.dtype_of(1)));\n",
             "b.reduce_to(where(b.param(0), wrapped_number(0), b.grad(0)), b.shape(2), b.dtype_of(2))",
             "  b.set(0, -(b.param(0) - 1) * b.size(0, -1) / (2 - sum(b.grad(0), IntArray{0}, true)) - 0.5);\n",
             "  auto grads = max(b.grad(0), 1);\n  b.set(0, std::move(std::get<0>(grads)));\n"
             "  b.set(1, std::move(std::get<1>(grads)));\n",
             "    {.inputs = 0b11,\n     .saved_params = 0,\n     .saved_shapes = 0,\n     .saved_strides = 0,\n"
             "     .saved_results = 0,\n"
             "     .fn = norm_backward_grad_result,\n",
             "    {.inputs = 0b1,\n     .saved_params = 0b1,\n     .saved_shapes = 0b1,\n     .saved_strides = 0,\n"
             "     .saved_results = 0,\n     .fn = sum_self,\n",
             "    {\"add\", kAddFormulas, std::size(kAddFormulas)},\n"});
}

TEST(Emit, Sdk) {
  expect_in(
      "switchyard/sdk/ops/add.h",
      {"struct AddArgs {\n  static constexpr const char* kOp = \"add\";\n"
       "  static constexpr std::uint64_t kLayoutHash = 0xe91a3b77dc01539cu;\n\n"
       "  Tensor self;\n  Tensor other;\n  Scalar alpha;\n  Tensor result;\n\n"
       "  explicit AddArgs(const Call& call)\n"
       "      : self(call.tensor(0)), other(call.tensor(1)), alpha(call.scalar(2)), result(call.output(0)) {}\n"});
  expect_in("switchyard/sdk/ops/norm_backward.h", {"std::optional<Tensor> w;\n  Tensor output;\n"});
  expect_in("switchyard/sdk/c/norm_backward.h",
            {"#define SY_NORM_BACKWARD_RESULT 1u\n", "#define SY_NORM_BACKWARD_OUTPUT 0u\n"});
  expect_in("switchyard/sdk/ops/unique.h", {"  explicit UniqueArgs(const Call& call) : self(call.tensor(0)) {}\n"});
  expect_in("switchyard/sdk/ops/max.h", {"takes no kernels"});
}

TEST(Emit, Samples) {
  expect_in(
      "switchyard/tests/gen/t_samples.cpp",
      {"  op.samples.push_back({{\"self\", tensor({2, 3})}, {\"other\", tensor({3})}, {\"alpha\", integer(2)}});\n",
       "tensor({3}).with_dtype(\"i64\").in_range(0, 4)}}, \"broad\\\"cast\"});\n",
       "  op.differentiable = {\"self\", \"other\"};\n",
       // No samples were given: alike, broadcast, 0-d and empty ones.
       "  op.samples.push_back({{\"condition\", tensor({2, 1})}, {\"self\", tensor({1, 3})}, {\"other\", tensor({2, "
       "1})}});\n",
       "{\"self\", tensor({})}", "{\"self\", tensor({0, 3})}", "boolean(true)"});
}

TEST(Emit, Reference) {
  expect_in("docs/operators.md", {"### add\n\n```\nadd(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor\n```\n",
                                  "- derivative, other: `reduce_to(grad * alpha, other)`\n",
                                  "- dtypes: T0: all; result: dtype or acc(T0)\n"});
  expect_in("docs/operators.md", {"- may lie on another device: others\n"});
  EXPECT_EQ(outputs().files().at("docs/operators.md").find("norm_backward"), std::string::npos);
}

TEST(Emit, UserNamespace) {
  std::string yaml =
      "- op: my::scale(Tensor self, Scalar by) -> Tensor\n  kind: pointwise\n  dtypes: floating\n"
      "  derivative: {self: \"my::scale(add(grad, self), by) * 2\"}\n  samples: [{self: [2], by: 3}]\n"
      "  doc: Scaled.\n";
  OutputSet set = outputs_of(yaml, "my", {{"core.yaml", kYaml}});
  EXPECT_NE(
      set.files().at("switchyard/ops/gen/t.h").find("sy::Tensor scale(const sy::Tensor& self, const sy::Scalar& by);"),
      std::string::npos);
  EXPECT_NE(set.files()
                .at("switchyard/autograd/gen/t_derivatives.cpp")
                .find("b.set(0, my::scale(sy::add(b.grad(0), b.param(0)), b.scalar(1)) * 2);"),
            std::string::npos);
  EXPECT_NE(set.files().at("switchyard/sdk/ops/my_scale.h").find("struct ScaleArgs"), std::string::npos);
  EXPECT_EQ(set.files().count("switchyard/ops/gen/functions.h"), 0u);
}

TEST(Emit, IsDeterministic) { EXPECT_EQ(outputs_of(kYaml).files(), outputs().files()); }

TEST(Emit, LinesFit) {
  for (const char* path :
       {"switchyard/ops/gen/t.h", "switchyard/ops/gen/tensor_methods.h", "switchyard/sdk/ops/add.h"}) {
    std::istringstream in(outputs().files().at(path));
    for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), kColumns) << line;
  }
}

TEST(Output, LeavesUnchangedFilesAlone) {
  fs::path root = fs::path(::testing::TempDir()) / "switchyard_codegen_test";
  fs::remove_all(root);
  OutputSet set;
  set.add("a/one.h", "1\n");
  set.add("a/two.h", "2\n");
  ASSERT_TRUE(set.write(root, std::cerr));
  auto past = fs::last_write_time(root / "a/one.h") - std::chrono::hours(1);
  fs::last_write_time(root / "a/one.h", past);
  fs::last_write_time(root / "a/two.h", past);
  set.add("a/two.h", "3\n");
  ASSERT_TRUE(set.write(root, std::cerr));
  EXPECT_EQ(fs::last_write_time(root / "a/one.h"), past);
  EXPECT_NE(fs::last_write_time(root / "a/two.h"), past);
  EXPECT_EQ(set.paths(root), (std::vector<std::string>{(root / "a/one.h").string(), (root / "a/two.h").string()}));
  std::ostringstream err;
  OutputSet blocked;
  blocked.add("a/one.h/x.h", "");
  EXPECT_FALSE(blocked.write(root, err));
  EXPECT_NE(err.str().find("cannot be written"), std::string::npos);
  fs::remove_all(root);
}

TEST(Layout, Literals) {
  EXPECT_EQ(string_literal("a\"b\\c\nd\x01"), "\"a\\\"b\\\\c\\nd\\001\"");
  EXPECT_EQ(string_literal("\?\?="), "\"?\\?=\"");
  EXPECT_EQ(double_literal(2), "2.0");
  EXPECT_EQ(double_literal(0.1), "0.1");
  EXPECT_EQ(double_literal(1e300), "1e+300");
  EXPECT_EQ(hex_literal(0xab, "u"), "0x00000000000000abu");
}

#ifdef SWITCHYARD_SCHEMA_DIR
TEST(Emit, TheProjectsOwnSchemaIsRight) {
  std::vector<SchemaFile> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(SWITCHYARD_SCHEMA_DIR)) {
    std::ifstream in(entry.path());
    files.push_back({entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(in), {})});
  }
  Diagnostics diagnostics;
  Schema schema = read_schema(files, {}, "sy", diagnostics);
  EXPECT_EQ(diagnostics.messages(), std::vector<std::string>{});
  EXPECT_GT(schema.names().size(), 100u);
}
#endif

}  // namespace
}  // namespace sy::codegen
