// Every mistake that the generator reports, and where.
#include <gtest/gtest.h>

#include "tests/codegen/test_schema.h"

namespace sy::codegen {
namespace {

// Line 1 is the signature. Operators that formulas may call follow from line 8 on.
const std::string kEntry = R"(- op: f(Tensor self, Tensor? w, int n=1) -> Tensor
  meta: m
  dtypes: {T0: all, T1: [i64, i32], w: T1}
  derivative: {self: grad * 2}
  samples: [{self: [2, 3], w: [2], n: 2}]
  errors: [{args: {self: [2], w: null}, message: wrong}]
  doc: Text.
)";
const std::string kHelpers = R"(- op: add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
  kind: pointwise
  dtypes: all
  not_differentiable: test
  samples: [{self: [2], other: [2], alpha: 2}]
  doc: Text.
- op: two(Tensor self) -> (Tensor a, Tensor b)
  meta: m
  dtypes: all
  not_differentiable: test
  samples: [{self: [2]}]
  doc: Text.
- op: quiet_(Tensor(a!) self) -> Tensor(a!)
  kind: composite
  composite: quiet_
  parts: []
  dtypes: all
  twin: quiet
  derivative: composite
  samples: [{self: [2]}]
  doc: Text.
- op: quiet(Tensor self) -> Tensor
  kind: composite
  composite: quiet
  parts: []
  dtypes: all
  derivative: composite
  samples: [{self: [2]}]
  doc: Text.
- op: lists(Tensor[] ts, int[] dims, int n) -> Tensor[]
  kind: composite
  composite: lists
  parts: []
  dtypes: all
  derivative: composite
  samples: [{ts: [[2]], dims: [1], n: 1}]
  doc: Text.
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// The first `from` of the entry becomes `to`; a message is expected at `where`.
struct Case {
  const char* from;
  const char* to;
  const char* where;
  const char* message;
};

/// One message at that place; a few others may follow from the same mistake.
void expect_error(const std::string& yaml, const std::string& where, const std::string& message) {
  std::vector<std::string> errors = errors_of(yaml);
  bool found = false;
  for (const std::string& error : errors) {
    found = found || (error.rfind("t.yaml:" + where + ": ", 0) == 0 && error.find(message) != std::string::npos);
  }
  EXPECT_TRUE(found) << yaml.substr(0, yaml.find("- op: add")) << "expected " << where << ": " << message << "\ngot "
                     << ::testing::PrintToString(errors);
  EXPECT_LE(errors.size(), 3u) << ::testing::PrintToString(errors);
}

void expect_errors(const std::vector<Case>& cases) {
  for (const Case& c : cases) expect_error(replaced(kEntry, c.from, c.to) + kHelpers, c.where, c.message);
}

TEST(SchemaErrors, TheBaseIsRight) { EXPECT_EQ(errors_of(kEntry + kHelpers), std::vector<std::string>{}); }

TEST(SchemaErrors, Files) {
  expect_error("a: [1", "1:1", "YAML: ");
  expect_error("a: 1\n", "1:1", "must be a list of operators");
  expect_error("- 3\n", "1:3", "an entry must be a map");
  expect_error("- {doc: x}\n", "1:3", "no key 'op'");
}

TEST(SchemaErrors, Keys) {
  expect_errors({
      {"doc:", "docs:", "7:3", "unknown key 'docs' in the entry, did you mean 'doc'?"},
      {"  doc: Text.\n", "  doc: Text.\n  doc: More.\n", "8:3", "appears twice"},
      {"doc: Text.", "doc: [1]", "7:8", "doc must be a text"},
      {"  doc: Text.\n", "", "1:7", "has no doc"},
      {"meta: m", "meta: m-1", "2:9", "meta must be a name"},
      {"meta: m", "kind: ponitwise", "2:9", "unknown kind 'ponitwise'; it is one of"},
      {"  meta: m\n", "", "1:7", "needs meta"},
      {"meta: m", "meta: m\n  host: 1", "3:9", "host must be true or false"},
      {"meta: m", "meta: m\n  promotion: some", "3:14", "unknown promotion"},
      {"meta: m", "meta: m\n  variants: function", "3:13", "variants must be a list"},
      {"meta: m", "meta: m\n  variants: [function, methd]", "3:24", "unknown variants 'methd'"},
      {"meta: m", "meta: m\n  variants: [function, function]", "3:24", "appears twice"},
      {"meta: m", "meta: m\n  tags: [cor]", "3:10", "unknown tags 'cor'"},
      {"meta: m", "meta: m\n  plan_key: [k]", "3:14", "plan_key 'k' is no parameter of f"},
      {"meta: m", "meta: m\n  plan_key: [self]", "3:14", "is a tensor"},
      {"meta: m", "meta: m\n  plan_key: [n, n]", "3:17", "appears twice"},
      {"meta: m", "meta: m\n  any_device: w", "3:15", "any_device must be a list of parameters"},
      {"meta: m", "meta: m\n  any_device: [k]", "3:16", "any_device 'k' is no parameter of f"},
      {"meta: m", "meta: m\n  any_device: [n]", "3:16", "is no tensor"},
      {"meta: m", "meta: m\n  any_device: [w, w]", "3:19", "appears twice"},
      {"meta: m", "meta: m\n  any_device: [w]", "3:3", "only a composite may take them from several"},
      {"meta: m", "meta: m\n  init: slf", "3:9", "init 'slf' is no parameter of f, did you mean 'self'?"},
      {"meta: m", "meta: m\n  init: n", "3:9", "is no tensor"},
      {"meta: m", "meta: m\n  init: w", "3:3", "the output cannot start as 'w'"},
      {"meta: m", "meta: m\n  domain: {n: [0, 1]}", "3:12", "domain 'n' is no tensor"},
      {"meta: m", "meta: m\n  domain: {self: [1, 0]}", "3:18", "is empty"},
      {"meta: m", "meta: m\n  domain: {self: [1]}", "3:18", "list of two numbers"},
      {"meta: m", "meta: m\n  fill: {self: odd}", "3:16", "unknown fill 'odd'"},
      {"meta: m", "meta: m\n  tolerance: {f31: [0, 0]}", "3:15", "unknown dtype 'f31'"},
      {"meta: m", "meta: m\n  tolerance: {f32: [-1, 0]}", "3:20", "negative"},
      {"meta: m", "meta: m\n  tolerance: {f32: [a, 0]}", "3:21", "must be a number"},
      {"meta: m", "meta: m\n  older: ['f(Tensor self, Tensr w) -> Tensor']", "3:27", "unknown type 'Tensr'"},
      {"meta: m", "meta: m\n  older: [g(Tensor self) -> Tensor]", "3:11", "another name"},
      {"meta: m", "meta: m\n  older: [f(Tensor self) -> Tensor]", "3:11", "'w' was appended without a default"},
      {"meta: m", "meta: m\n  older: ['f(Tensor self, int w) -> Tensor']", "3:11", "parameters or outputs differ"},
      {"meta: m", "meta: m\n  older: [\"f(Tensor self, Tensor? w, int n) -> Tensor\"]", "3:11", "fewer parameters"},
  });
}

TEST(SchemaErrors, Signatures) {
  expect_errors({
      {"int n=1", "int n=x", "1:39", "expected a number"},
      {"int n=1", "Tensor self", "1:40", "parameter 'self' appears twice"},
      {"Tensor self", "Tensr self", "1:9", "unknown type 'Tensr'"},
  });
}

TEST(SchemaErrors, SignatureText) {
  expect_error("- op: 'f(Tensr x) -> Tensor'\n", "1:10", "unknown type 'Tensr'");
  expect_error("- op: |\n    f(Tensr x) -> Tensor\n", "1:7", "unknown type 'Tensr'");
  expect_error("- op: [f]\n", "1:7", "op must be a text");
  std::string entry =
      "(Tensor[]? x) -> Tensor\n  meta: m\n  dtypes: all\n  not_differentiable: no\n"
      "  samples: [{x: [[1]]}]\n  doc: d\n";
  expect_error("- op: f" + entry, "1:7", "no C++ type for Tensor[]?");
  expect_error(
      "- op: my::f(int n) -> Tensor\n  meta: m\n  kind: factory\n  dtypes: all\n"
      "  samples: [{n: 1}]\n  doc: d\n",
      "1:7", "core operators have no namespace");
  EXPECT_EQ(errors_of("- op: f(int n) -> Tensor\n  meta: m\n  kind: factory\n  dtypes: all\n  samples: [{n: 1}]\n"
                      "  doc: d\n",
                      "my"),
            std::vector<std::string>{"t.yaml:1:7: operator 'f': its name must begin with my::"});
}

TEST(SchemaErrors, Names) {
  std::string twice = kEntry + kHelpers + kEntry;
  std::vector<std::string> errors = errors_of(twice);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0], "t.yaml:45:7: operator 'f' is declared already, at t.yaml:1");
  expect_errors({
      {"op: f(", "op: Add(", "8:7", "are too alike: both give the type name Add"},
  });
  std::string inplace = replaced(kEntry, "meta: m", "meta: m\n  variants: [function, inplace]");
  expect_error(replaced(inplace, "op: f(", "op: quiet(") + kHelpers, "21:7", "operator 'quiet_' is declared already");
}

TEST(SchemaErrors, AcrossFiles) {
  Diagnostics diagnostics;
  std::string entry =
      "- op: f(int n) -> Tensor\n  kind: factory\n  meta: m\n  dtypes: all\n"
      "  samples: [{n: 1}]\n  doc: d\n";
  read_schema({{"a/x.yaml", entry}, {"b/y.yaml", entry}, {"c/x.yaml", "[]"}}, {}, "sy", diagnostics);
  EXPECT_EQ(diagnostics.messages(),
            (std::vector<std::string>{"b/y.yaml:1:7: operator 'f' is declared already, at a/x.yaml:1",
                                      "c/x.yaml: another file has the name 'x'"}));
}

TEST(SchemaErrors, Dtypes) {
  const char* whole = "{T0: all, T1: [i64, i32], w: T1}";
  expect_errors({
      {"  dtypes: {T0: all, T1: [i64, i32], w: T1}\n", "", "1:7", "has no dtypes"},
      {whole, "flaoting", "3:11", "unknown set of dtypes 'flaoting'"},
      {whole, "[f32, f31]", "3:17", "unknown dtype 'f31', did you mean 'f32'?"},
      {whole, "[f32, f32]", "3:17", "appears twice"},
      {whole, "[]", "3:11", "a set of dtypes is"},
      {whole, "{T0: all, w: T1}", "3:24", "type variable T1 has no set"},
      {whole, "{T0: all, w: T9}", "3:24", "unknown dtype or type variable 'T9'"},
      {whole, "{T0: all, w: i64, result: dtype}", "3:37", "unknown dtype or type variable 'dtype'"},
      {whole, "{T0: all, w: i64, result: n}", "3:37", "'n' is no dtype parameter"},
      {whole, "{T0: all, w: i64, result: T0 or i64}", "3:37", "'or' needs an optional dtype parameter"},
      {whole, "{T0: all, w: i64, results: T0}", "3:29", "unknown key 'results' in dtypes"},
      {whole, "{T0: all, w: i64, n: T0}", "3:29", "unknown key 'n' in dtypes"},
      {whole, "{w: i64}", "3:11", "T0 has no set of dtypes"},
  });
}

TEST(SchemaErrors, KindsAndFlags) {
  expect_errors({
      {"meta: m", "kind: composite\n  composite: c\n  parts: []\n  meta: m", "5:3", "kind composite has no meta"},
      {"meta: m", "kind: composite", "2:3", "needs composite"},
      {"meta: m", "kind: view\n  meta: m", "1:7", "its output must be a Tensor(a)"},
      {"meta: m", "kind: factory\n  meta: m", "1:7", "takes no tensor"},
      {"meta: m", "kind: reduction", "1:7", "is a reduction: it needs"},
      {"meta: m", "meta: m\n  random: true", "3:3", "has no Generator parameter"},
      {"meta: m", "kind: pointwise\n  data_dependent: true", "3:3", "only operators of kind generic"},
      {"meta: m", "kind: pointwise\n  host: true", "3:3", "no use for host"},
      {"meta: m", "meta: m\n  composite: c\n  parts: []\n  tags: [core]", "5:3", "so it is not core"},
      {"meta: m", "kind: pointwise\n  init: self", "3:3", "only operators of kind generic have init"},
      {"int n=1) -> Tensor", "int n=1) -> Tensor[]", "1:7", "only a composite can"},
      {"int n=1)", "int n=1, Generator? g=None)", "1:7", "set random"},
  });
}

TEST(SchemaErrors, Reserve) {
  std::string entry =
      "- op: f(Tensor self) -> (Tensor a, Tensor kept)\n  meta: m\n  dtypes: {T0: floating, kept: u8}\n"
      "  reserve: kept\n  not_differentiable: no\n  samples: [{self: [1]}]\n  doc: d\n";
  EXPECT_EQ(errors_of(entry), std::vector<std::string>{});
  expect_error(replaced(entry, "reserve: kept", "reserve: kpt"), "4:12", "'kpt' is no output of f");
  expect_error(replaced(entry, "reserve: kept", "reserve: a"), "4:3", "must be a u8 tensor");
  expect_error(replaced(entry, "meta: m", "meta: m\n  data_dependent: true"), "5:3", "have a reserve");
  expect_error(replaced(entry, "meta: m", "meta: m\n  variants: [out]"), "3:3", "no variants inplace and out");
}

TEST(SchemaErrors, Parts) {
  expect_errors({
      {"meta: m", "meta: m\n  parts: [add]", "3:3", "has parts, but no composite"},
      {"meta: m", "meta: m\n  composite: c", "3:3", "parts must list the operators that it calls"},
      {"meta: m", "meta: m\n  composite: c\n  parts: add", "4:10", "parts must be a list of operators"},
      {"meta: m", "meta: m\n  composite: c\n  parts: [ad]", "4:11", "unknown operator 'ad', did you mean 'add'?"},
      {"meta: m", "meta: m\n  composite: c\n  parts: [add, add]", "4:16", "'add' appears twice in parts"},
      {"meta: m", "meta: m\n  composite: c\n  parts: [f]", "4:11", "a cycle of composites: f -> f"},
  });
  std::string helpers = kEntry + kHelpers;
  std::string cycle = replaced(helpers, "  composite: quiet_\n  parts: []", "  composite: quiet_\n  parts: [quiet]");
  expect_error(replaced(cycle, "  composite: quiet\n  parts: []", "  composite: quiet\n  parts: [add, quiet_]"),
               "32:16", "a cycle of composites: quiet_ -> quiet -> quiet_");
}

TEST(SchemaErrors, Variants) {
  expect_errors({
      {"meta: m", "meta: m\n  variants: []", "3:3", "has no variants"},
      {"meta: m", "meta: m\n  variants: [function, scalar]", "3:3", "needs a pointwise operator of two tensors"},
      {"w: T1}", "w: T1, result: i64}\n  variants: [inplace]", "4:3", "another dtype"},
      {"meta: m", "meta: m\n  data_dependent: true\n  variants: [function, out]", "4:3", "kernel allocates"},
  });
  std::string no_tensor =
      "- op: f(int n) -> Tensor\n  kind: factory\n  meta: m\n  dtypes: all\n"
      "  variants: [VARIANT]\n  samples: [{n: 1}]\n  doc: d\n";
  expect_error(replaced(no_tensor, "VARIANT", "method"), "5:3", "its first parameter is no Tensor");
  expect_error(replaced(no_tensor, "VARIANT", "inplace"), "5:3", "its first parameter is no Tensor");
  std::string two =
      "- op: f(Tensor self) -> (Tensor a, Tensor b)\n  meta: m\n  dtypes: all\n"
      "  not_differentiable: no\n  variants: [inplace]\n  samples: [{self: [1]}]\n  doc: d\n";
  expect_error(two, "5:3", "a single new Tensor");
  std::string mine = replaced(two, "op: f", "op: my::f");
  EXPECT_EQ(errors_of(replaced(mine, "inplace", "method"), "my"),
            std::vector<std::string>{"t.yaml:5:3: variant method of operator 'my::f': Tensor's methods belong to the "
                                     "core operators"});
}

TEST(SchemaErrors, Mutation) {
  std::string helpers = kEntry + kHelpers;
  expect_error(replaced(helpers, "  twin: quiet\n", ""), "20:7", "needs a twin");
  expect_error(replaced(helpers, "twin: quiet\n", "twin: quit\n"), "25:3", "unknown operator 'quit'");
  expect_error(replaced(helpers, "twin: quiet\n", "twin: add\n"), "25:3", "is not the functional form");
  expect_errors({{"meta: m", "meta: m\n  twin: add", "3:3", "does not mutate"}});
  expect_error(replaced(helpers, "twin: quiet\n", "twin: quiet\n  any_device: [self]\n"), "26:3",
               "no tensor of operator 'quiet_' is left to say where it runs");
}

TEST(SchemaErrors, Derivatives) {
  const char* whole = "{self: grad * 2}";
  expect_errors({
      {whole, "grad", "4:15", "must be a map from parameter to formula, or composite"},
      {whole, "{}", "4:15", "derivative is empty"},
      {whole, "composite", "4:3", "needs a composite"},
      {whole, "{self: [grad]}", "4:22", "must be a formula"},
      {whole, "{slf: grad, self: grad}", "4:16", "derivative names no input: 'slf', did you mean 'self'?"},
      {whole, "{self: grad, n: grad}", "4:28", "'n' is no tensor"},
      {whole, "{self: grad, w: grad}", "4:28", "'w' is never floating"},
      {whole, "{self: grad, \"self\": grad}", "4:28", "appears twice"},
      {whole, "{\"self, self\": two(grad)}", "4:23", "has a derivative already"},
      {"  derivative: {self: grad * 2}\n", "", "1:7", "input 'self' of operator 'f' has neither a derivative"},
  });
}

TEST(SchemaErrors, FormulaSyntaxAndNames) {
  const char* whole = "grad * 2";
  expect_errors({
      {whole, "grad *", "4:28", "expected an expression, found the end"},
      {whole, "\"grad * )\"", "4:30", "expected an expression, found ')'"},
      {whole, "grad * slf", "4:29", "unknown name 'slf', did you mean 'self'?"},
      {whole, "\"ad(grad, self)\"", "4:23", "unknown operator 'ad', did you mean 'add'?"},
      {whole, "quiet_(grad)", "4:22", "has no function form"},
      {whole, "grad.shap", "4:27", "unknown member 'shap', did you mean 'shape'?"},
  });
}

TEST(SchemaErrors, FormulaTypes) {
  const char* whole = "grad * 2";
  expect_errors({
      {whole, "n * 2", "4:22", "the formula gives int, but the gradient of 'self' is a Tensor"},
      {whole, "two(grad)", "4:22", "gives 2 outputs for one input"},
      {whole, "add(grad)", "4:22", "'add' lacks its argument 'other'"},
      {whole, "\"add(grad, self, 2)\"", "4:39", "argument 'alpha' of add must be given by name"},
      {whole, "\"quiet(grad, self)\"", "4:35", "'quiet' takes 1 arguments"},
      {whole, "\"add(grad, other=self, alhpa=2)\"", "4:45", "has no parameter 'alhpa', did you mean 'alpha'?"},
      {whole, "\"add(grad, self=self)\"", "4:33", "argument 'self' is given twice"},
      {whole, "\"add(grad, true)\"", "4:33", "argument 'other' of add is Tensor, found bool"},
      {whole, "\"add(grad, w)\"", "4:33", "argument 'other' of add is Tensor, found Tensor?"},
      {whole, "\"add(grad, None)\"", "4:33", "found None"},
      {whole, "\"add(grad, [1, 2])\"", "4:33", "found int[]"},
      {whole, "\"add(grad, 'x')\"", "4:33", "found str"},
      {whole, "\"add(grad, two(grad))\"", "4:33", "found 2 outputs"},
      {whole, "\"lists([grad], [1.5], n)\"", "4:37", "argument 'dims' of lists is int[], found float[]"},
      {whole, "\"lists([grad, 1], [1], n)\"", "4:36", "of one type"},
      {whole, "\"lists([grad], [1], 1.5)\"", "4:42", "argument 'n' of lists is int, found float"},
      {whole, "\"lists([grad], [1], n)\"", "4:23", "the formula gives Tensor[]"},
      {whole, "grad * 'x'", "4:27", "'*' does not apply to Tensor and str"},
      {whole, "grad * w", "4:27", "'*' does not apply to Tensor and Tensor?"},
      {whole, "-grad.shape", "4:22", "'-' does not apply to int[]"},
      {whole, "grad * n.shape", "4:29", "expected a Tensor, found int"},
      {whole, "\"grad * size(w, 0)\"", "4:35", "'w' may be absent"},
      {whole, "\"grad * size(self, 0.5)\"", "4:41", "expected an int, found float"},
      {whole, "\"grad * size(self)\"", "4:30", "size takes a tensor and a dimension"},
      {whole, "\"reduce_to(grad, -self)\"", "4:39", "must be a name"},
      {whole, "\"reduce_to(n, self)\"", "4:33", "expected a Tensor, found int"},
      {whole, "\"grad * size(result.strides, 0)\"", "4:42", "the strides of an output is not kept"},
  });
}

TEST(SchemaErrors, JointFormulas) {
  std::string entry = R"(- op: f(Tensor self, Tensor other, Tensor[] list) -> Tensor
  meta: m
  dtypes: all
  derivative: {"self, other": FORMULA, list: LIST}
  samples: [{self: [2], other: [2], list: [[2]]}]
  doc: d
)";
  auto with = [&](const char* formula, const char* list) {
    return replaced(replaced(entry, "FORMULA", formula), "LIST", list) + kHelpers;
  };
  EXPECT_EQ(errors_of(with("two(grad)", "\"lists(list, [], 1)\"")), std::vector<std::string>{});
  expect_error(with("grad", "\"lists(list, [], 1)\""), "4:31",
               "must call an operator with 2 outputs; this gives Tensor");
  expect_error(with("two(grad)", "grad"), "4:48", "the gradient of 'list' is a Tensor[]");
  expect_error(replaced(with("two(grad)", "\"lists(list, [], 1)\""), "self, other", "self, list"), "4:30",
               "is a list and cannot share");
}

TEST(SchemaErrors, GradNames) {
  std::string entry =
      "- op: f(Tensor grad) -> Tensor\n  meta: m\n  dtypes: all\n  derivative: {grad: g}\n"
      "  grad_name: g\n  samples: [{grad: [2]}]\n  doc: d\n";
  EXPECT_EQ(errors_of(entry), std::vector<std::string>{});
  expect_error(replaced(replaced(entry, "  grad_name: g\n", ""), "{grad: g}", "{grad: grad}"), "4:3",
               "parameter 'grad' hides the incoming gradient");
  std::string two = replaced(replaced(entry, "-> Tensor", "-> (Tensor a, Tensor b)"), "{grad: g}", "{grad: grad_b}");
  expect_error(two, "5:3", "with several outputs the gradients are called grad_<output>");
  EXPECT_EQ(errors_of(replaced(two, "  grad_name: g\n", "")), std::vector<std::string>{});
}

TEST(SchemaErrors, Samples) {
  const char* whole = "[{self: [2, 3], w: [2], n: 2}]";
  expect_errors({
      {"  samples: [{self: [2, 3], w: [2], n: 2}]\n", "", "1:7", "has no samples"},
      {whole, "3", "5:12", "samples must be a list"},
      {whole, "[3]", "5:13", "a sample must be a map"},
      {whole, "[{self: [2], w: [2], n: 2, k: 1}]", "5:39", "'k' is no parameter of f"},
      {whole, "[{self: [2], n: 2}]", "5:13", "the sample lacks 'w'"},
      {whole, "[{self: [2], w: [2]}]", "5:3", "every sample leaves 'n' at its default"},
      {whole, "[{self: [2], w: [2], n: 1}]", "5:3", "every sample leaves 'n' at its default"},
      {whole, "[{self: null, w: [2], n: 2}, {self: [1], w: [1]}]", "5:20", "must be given, not null"},
      {whole, "[{self: 2, w: [2], n: 2}]", "5:20", "'self' (Tensor) must be a shape"},
      {whole, "[{self: [-2], w: [2], n: 2}]", "5:21", "a size must be an integer from 0"},
      {whole, "[{self: [2], w: [2], n: 1.5}]", "5:36", "'n' (int) must be an integer"},
      {whole, "[{self: [2], w: [2], n: \"2\"}]", "5:36", "'n' (int) must be an integer"},
      {whole, "[{self: {dtype: f32}, w: [2], n: 2}]", "5:20", "a tensor has no shape"},
      {whole, "[{self: {shape: [2], dtyp: f32}, w: [2], n: 2}]", "5:33", "unknown key 'dtyp' in a tensor"},
      {whole, "[{self: {shape: [2], dtype: f31}, w: [2], n: 2}]", "5:40", "unknown dtype 'f31'"},
      {whole, "[{self: [2], w: {shape: [2], dtype: f32}, n: 2}]", "5:48", "'w' does not take dtype f32"},
      {whole, "[{self: {shape: [2], values: [1]}, w: [2], n: 2}]", "5:41", "1 values do not fill"},
      {whole, "[{self: {shape: [2], low: 1}, w: [2], n: 2}]", "5:20", "low and high go together"},
      {whole, "[{self: {shape: [2], low: 1, high: 1}, w: [2], n: 2}]", "5:20", "low must be below high"},
      {whole, "[{self: {shape: [2], fill: odd}, w: [2], n: 2}]", "5:39", "unknown fill"},
  });
}

TEST(SchemaErrors, SampleValues) {
  std::string entry =
      R"(- op: f(int[2] k, Scalar s, bool b, str t, dtype d, device v, float[] fs, bool[] bs, Generator? g) -> Tensor
  kind: factory
  meta: m
  dtypes: all
  random: true
  samples: [{k: 1, s: true, b: false, t: x, d: f32, v: current, fs: [1, .inf], bs: [true], g: 3}]
  doc: d
)";
  EXPECT_EQ(errors_of(entry), std::vector<std::string>{});
  const Case cases[] = {
      {"k: 1", "k: [1, 2, 3]", "6:17", "must be of length 2"},
      {"k: 1", "k: [1, x]", "6:21", "must be a list of integers"},
      {"s: true", "s: maybe", "6:23", "must be a number or a bool"},
      {"b: false", "b: 1", "6:32", "must be true or false"},
      {"t: x", "t: [x]", "6:42", "must be a text"},
      {"d: f32", "d: f31", "6:48", "unknown dtype 'f31'"},
      {"v: current", "v: [1]", "6:56", "the name of a device"},
      {"fs: [1, .inf]", "fs: 1", "6:69", "must be a list of numbers"},
      {"bs: [true]", "bs: [1]", "6:85", "must be a list of true and false"},
      {"g: 3", "g: -3", "6:95", "a seed"},
  };
  for (const Case& c : cases) expect_error(replaced(entry, c.from, c.to), c.where, c.message);
}

TEST(SchemaErrors, ErrorInputs) {
  const char* whole = "[{args: {self: [2], w: null}, message: wrong}]";
  expect_errors({
      {whole, "3", "6:11", "errors must be a list"},
      {whole, "[{args: {self: [2], w: null}}]", "6:12", "has no message"},
      {whole, "[{message: x}]", "6:12", "has no args"},
      {whole, "[{args: {self: [2], w: null, k: 1}, message: x}]", "6:40", "'k' is no parameter of f"},
      {whole, "[{arg: {self: [2], w: null}, args: {self: [2], w: null}, message: x}]", "6:13", "unknown key 'arg'"},
  });
}

TEST(SchemaErrors, UnprovidedInput) {
  std::string entry =
      "- op: f(Tensor self, Tensor? w=None) -> Tensor\n  meta: m\n  dtypes: all\n"
      "  derivative: {self: grad, w: grad}\n  samples: [{self: [2], w: null}]\n  doc: d\n";
  expect_error(entry, "5:3", "no sample provides the differentiable input 'w'");
}

TEST(SchemaErrors, AllAreReportedSortedAndCapped) {
  std::string yaml;
  for (int i = 0; i < 60; ++i) yaml += "- op: f" + std::to_string(i) + "(Tensr x) -> Tensor\n";
  std::vector<std::string> errors = errors_of(yaml);
  ASSERT_EQ(errors.size(), 51u);
  EXPECT_EQ(errors[0], "t.yaml:1:10: unknown type 'Tensr'");
  EXPECT_EQ(errors[1].substr(0, 10), "t.yaml:2:1");
  EXPECT_EQ(errors[50], "and 10 more errors");
}

TEST(SchemaErrors, Imports) {
  std::string mine =
      "- op: my::f(Tensor self) -> Tensor\n  meta: m\n  dtypes: all\n  derivative: {self: \"FORMULA\"}\n"
      "  samples: [{self: [2]}]\n  doc: d\n";
  std::vector<SchemaFile> imports = {{"core.yaml", kHelpers}};
  EXPECT_EQ(errors_of(replaced(mine, "FORMULA", "add(grad, f(self))"), "my", imports), std::vector<std::string>{});
  EXPECT_EQ(errors_of(replaced(mine, "FORMULA", "add(grad, my::f(self))"), "my", imports), std::vector<std::string>{});
  EXPECT_EQ(errors_of(replaced(mine, "FORMULA", "sub(grad, self)"), "my", imports).size(), 1u);
}

// Whatever the bytes, the generator ends with messages.
TEST(SchemaErrors, DamagedFiles) {
  std::string yaml = kEntry + kHelpers;
  for (std::size_t at = 0; at < yaml.size(); at += 3) {
    errors_of(yaml.substr(0, at));
    for (char c : {'[', '\0', ':', '\xff'}) {
      std::string changed = yaml;
      changed[at] = c;
      errors_of(changed);
    }
  }
}

}  // namespace
}  // namespace sy::codegen
