#include "switchyard/dispatch/signature.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

Signature parse(const std::string& text) {
  Signature signature;
  SignatureError error;
  EXPECT_TRUE(parse_signature(text, signature, error)) << text << ": " << error.offset << ": " << error.message;
  return signature;
}

std::uint64_t hash(const std::string& text) { return call_layout_hash(parse(text)); }

TEST(Signature, ReadsEveryPart) {
  Signature s = parse(
      "my::f(Tensor(a!) self, Tensor? w, Tensor?[] ts, *, int[2] k=1, float eps=1e-5, bool b=false, "
      "str how=\"mean\", int[]? d=None, float[] fs=[1, 2.5], bool[] bs=[true]) -> (Tensor(a!) x, Tensor y)");
  EXPECT_EQ(s.name, "my::f");
  ASSERT_EQ(s.params.size(), 10u);
  EXPECT_TRUE(s.params[0].mutated);
  EXPECT_EQ(s.params[0].alias, 'a');
  EXPECT_TRUE(s.params[1].optional);
  EXPECT_TRUE(s.params[2].optional_elements);
  EXPECT_EQ(s.params[2].type, ArgType::kTensorList);
  EXPECT_FALSE(s.params[2].keyword_only);
  EXPECT_TRUE(s.params[3].keyword_only);
  EXPECT_EQ(s.params[3].fixed_length, 2);
  EXPECT_EQ(s.params[3].default_value.i, 1);
  EXPECT_EQ(s.params[4].default_value.kind, Default::Kind::kFloat);
  EXPECT_DOUBLE_EQ(s.params[4].default_value.f, 1e-5);
  EXPECT_EQ(s.params[4].default_value.source, "1e-5");
  EXPECT_EQ(s.params[5].default_value.kind, Default::Kind::kBool);
  EXPECT_EQ(s.params[6].default_value.text, "mean");
  EXPECT_EQ(s.params[7].default_value.kind, Default::Kind::kNone);
  EXPECT_EQ(s.params[8].default_value.list, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(s.results[0].name, "x");
  EXPECT_TRUE(s.results[0].mutated);
  EXPECT_EQ(s.find_param("eps"), 4);
  EXPECT_EQ(s.find_result("y"), 1);
  EXPECT_EQ(s.find_param("y"), -1);
}

TEST(Signature, NamesASingleOutput) {
  EXPECT_EQ(parse("f() -> Tensor").results[0].name, "result");
  EXPECT_EQ(parse("f(Tensor result) -> Tensor").results[0].name, "output");
}

TEST(Signature, TypeNamesReadBack) {
  for (const char* type :
       {"Tensor",  "Tensor?", "Tensor(a)", "Tensor(a!)", "Tensor(b!)?", "Tensor[]", "Tensor?[]",  "Scalar",
        "Scalar?", "int",     "int?",      "int[]",      "int[]?",      "int[2]",   "int[3]?",    "float",
        "float[]", "bool",    "bool[]",    "str",        "dtype?",      "device",   "Generator?", "Scalar[]"}) {
    EXPECT_EQ(type_name(parse("f(" + std::string(type) + " x) -> Tensor").params[0]), type);
  }
  EXPECT_EQ(type_name(parse("f(Tensor(a) x) -> Tensor(a)[]").results[0]), "Tensor(a)[]");
}

struct BadSignature {
  const char* text;
  std::size_t offset;
  const char* message;
};

TEST(Signature, SaysWhatIsWrongAndWhere) {
  const BadSignature cases[] = {
      {"", 0, "expected an operator name"},
      {"1f() -> Tensor", 0, "expected an operator name"},
      {"f", 1, "expected '('"},
      {"f(Tensor self -> Tensor", 14, "expected ')'"},
      {"f(Tensr self) -> Tensor", 2, "unknown type 'Tensr'"},
      {"f(Tensor) -> Tensor", 8, "expected a parameter name"},
      {"f(Tensor x, int x) -> Tensor", 16, "appears twice"},
      {"f(Tensor x)", 11, "expected '->'"},
      {"f(Tensor x) -> int", 15, "an output is a Tensor"},
      {"f(Tensor x) -> Tensor?", 15, "an output is a Tensor"},
      {"f(Tensor x) -> (Tensor a, Tensor a)", 33, "output 'a' appears twice"},
      {"f(Tensor x) -> (Tensor x)", 23, "name of a parameter"},
      {"f(Tensor x) -> (Tensor)", 22, "expected a name for the output"},
      {"f(Tensor x) -> (Tensor[] a, Tensor b)", 25, "must be the only output"},
      {"f(Tensor x) -> Tensor y", 22, "expected the end"},
      {"f(Tensor x) -> Tensor(a)", 15, "no parameter is Tensor(a)"},
      {"f(Tensor(a) x) -> Tensor(a!)", 18, "no parameter is Tensor(a!)"},
      {"f(int(a) x) -> Tensor", 5, "only tensors have an alias"},
      {"f(Tensor(A) x) -> Tensor", 9, "expected an alias"},
      {"f(int x=1, int y) -> Tensor", 15, "without a default follows"},
      {"f(int x=1.5) -> Tensor", 8, "does not fit int"},
      {"f(int x=None) -> Tensor", 8, "does not fit int"},
      {"f(bool x=1) -> Tensor", 9, "does not fit bool"},
      {"f(int[2] x=[1, 2, 3]) -> Tensor", 11, "does not fit int[2]"},
      {"f(int[] x=1) -> Tensor", 10, "does not fit int[]"},
      {"f(int[] x=[1, true]) -> Tensor", 10, "does not fit int[]"},
      {"f(Tensor x=1) -> Tensor", 11, "does not fit Tensor"},
      {"f(dtype x=f32) -> Tensor", 10, "expected a number"},
      {"f(int x=99999999999999999999) -> Tensor", 8, "does not fit int"},
      {"f(float x=1e999) -> Tensor", 10, "out of range"},
      {"f(float x=-inf) -> Tensor", 10, "no number"},
      {"f(int x=1-) -> Tensor", 8, "no number"},
      {"f(str x=\"a) -> Tensor", 8, "does not end"},
      {"f(str x=\"a\\n\") -> Tensor", 10, "neither escapes"},
      {"f(str[] x) -> Tensor", 2, "no list of str"},
      {"f(int?[] x) -> Tensor", 2, "only tensor lists"},
      {"f(int[0] x) -> Tensor", 6, "a length above 0"},
      {"f(int[99999999999] x) -> Tensor", 6, "a length above 0"},
      {"f(Tensor[2] x) -> Tensor", 9, "no fixed length"},
      {"f(*, int x, *, int y) -> Tensor", 12, "only one '*'"},
      {"f(int x, *) -> Tensor", 10, "after '*'"},
      {"a::b::c() -> Tensor", 4, "expected '('"},
      {"f(int x,) -> Tensor", 8, "expected a type"},
  };
  for (const BadSignature& c : cases) {
    Signature signature;
    SignatureError error;
    EXPECT_FALSE(parse_signature(c.text, signature, error)) << c.text;
    EXPECT_EQ(error.offset, c.offset) << c.text << ": " << error.message;
    EXPECT_NE(error.message.find(c.message), std::string::npos) << c.text << ": " << error.message;
  }
}

TEST(Signature, EveryPrefixAndByteIsRead) {
  std::string text = "my::f(Tensor(a!) self, int[2]? k=[1, -2], *, str s=\"x\") -> (Tensor(a!) y, Tensor z)";
  Signature signature;
  SignatureError error;
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(parse_signature(text.substr(0, n), signature, error));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (char c : {'\0', '\xff', '(', '"', '[', '9'}) {
      std::string changed = text;
      changed[at] = c;
      if (parse_signature(changed, signature, error)) continue;
      EXPECT_LE(error.offset, changed.size());
    }
  }
}

// Kernels carry these numbers in their binaries: they must never change.
TEST(CallLayoutHash, IsStable) {
  EXPECT_EQ(hash("add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"), 0xe91a3b77dc01539cu);
  EXPECT_EQ(hash("f() -> Tensor"), 0xc2f1a98ba7d8cd04u);
  EXPECT_EQ(hash("conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, "
                 "int[2] dilation=1, int groups=1) -> Tensor"),
            0xdb98e639c364511fu);
}

TEST(CallLayoutHash, IgnoresWhatAKernelDoesNotSee) {
  std::uint64_t h = hash("f(Tensor self, int n) -> Tensor");
  EXPECT_EQ(h, hash("g(Tensor self, int n) -> Tensor"));
  EXPECT_EQ(h, hash("f(Tensor self, int n=3) -> Tensor"));
  EXPECT_EQ(h, hash("f( Tensor self , * , int n )->Tensor"));
  EXPECT_EQ(h, hash("f(Tensor(a) self, int n) -> Tensor(a)"));
}

TEST(CallLayoutHash, SeesTheRest) {
  std::uint64_t h = hash("f(Tensor self, int n) -> Tensor");
  for (const char* other :
       {"f(Tensor self, int m) -> Tensor", "f(Tensor self, float n) -> Tensor", "f(Tensor self, int? n) -> Tensor",
        "f(Tensor self, int[] n) -> Tensor", "f(Tensor self, int[2] n) -> Tensor", "f(int n, Tensor self) -> Tensor",
        "f(Tensor(a!) self, int n) -> Tensor", "f(Tensor? self, int n) -> Tensor", "f(Tensor self) -> Tensor",
        "f(Tensor self, int n, int m) -> Tensor", "f(Tensor self, int n) -> Tensor[]",
        "f(Tensor self, int n) -> (Tensor a)", "f(Tensor self, int n) -> (Tensor result, Tensor b)"}) {
    EXPECT_NE(h, hash(other)) << other;
  }
}

}  // namespace
}  // namespace sy
