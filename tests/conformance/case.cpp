#include "switchyard/testing/case.h"

#include <algorithm>
#include <set>

namespace sy::testing {
namespace {

constexpr Layout kLayouts[] = {Layout::kContiguous, Layout::kTransposed, Layout::kStepped, Layout::kBroadcast,
                               Layout::kNegative};

/// Calls fn on every tensor of a sample.
template <typename AnySample, typename Fn>
void for_each_spec(AnySample& sample, Fn&& fn) {
  for (auto& [name, value] : sample) {
    if (auto* spec = std::get_if<TensorSpec>(&value)) fn(*spec);
    if (auto* list = std::get_if<std::vector<TensorSpec>>(&value)) {
      for (auto& spec : *list) {
        if (!spec.absent) fn(spec);
      }
    }
  }
}

class CaseMaker {
 public:
  CaseMaker(const OperatorSamples& op, Tier tier) : op_(op), tier_(tier), set_(dtype_set(op, 0)) {}

  std::vector<Case> run() {
    for (std::size_t s = 0; s < op_.samples.size(); ++s) {
      dtypes_and_layouts(s);
      if (s < 2 || tier_ == Tier::kFull) sizes(s);
    }
    if (!op_.samples.empty()) {
      promotions();
      lone_values();
      special_values_of();
    }
    return std::move(cases_);
  }

 private:
  bool full() const { return tier_ == Tier::kFull; }
  bool layouts_matter() const { return op_.name != "as_strided" && op_.name != "as_strided_backward"; }

  Case base(std::size_t s, std::size_t d) {
    Case c;
    c.op = &op_;
    c.sample = op_.samples[s];
    c.variation = str_cat("sample ", s);
    if (!set_.empty()) c.t[0] = set_[d];
    for (int v = 1; v < 4; ++v) {
      std::vector<Dtype> set = dtype_set(op_, v);
      if (!set.empty()) c.t[v] = set[(cases_.size() + d) % set.size()];
    }
    c.seed = 1 + cases_.size();
    if (op_.kind == "pointwise") c.values = Values::kSmooth;
    return c;
  }

  /// Layouts of the tensors: the first has layout l, the next ones further ones.
  std::vector<Layout> layouts(std::size_t l, std::size_t shift) const {
    std::vector<Layout> out;
    for (std::size_t k = 0; k < kNumLayouts; ++k) out.push_back(kLayouts[(l + k * shift) % kNumLayouts]);
    return out;
  }

  void add_layouts(Case c, std::size_t l, std::size_t shift) {
    c.layouts = layouts(l, shift);
    c.seed += l * 7 + shift;
    cases_.push_back(std::move(c));
  }

  void dtypes_and_layouts(std::size_t s) {
    Case declared = base(s, 0);  // the sample as it stands: dtype arguments absent
    if (op_.kind == "factory" || set_.empty()) {
      for (auto& t : declared.t) t.reset();
      cases_.push_back(declared);
    }
    for (std::size_t d = 0; d < set_.size(); ++d) {
      add_layouts(base(s, d), 0, 0);
      if (!layouts_matter()) continue;
      bool all = full() || set_[d] == kF32 || set_[d] == kI32;
      for (std::size_t l = 0; l < kNumLayouts; ++l) {
        if (!all && l != 1 + (d + s) % 4) continue;
        if (full()) {
          for (std::size_t shift = 0; shift < kNumLayouts; ++shift) add_layouts(base(s, d), l, shift);
        } else {
          add_layouts(base(s, d), l, (d + s + l) % kNumLayouts);
        }
      }
    }
    other_variables(s);
  }

  /// Every dtype of T1 to T3, and for the quick tier not every pair.
  void other_variables(std::size_t s) {
    for (int v = 1; v < 4; ++v) {
      std::vector<Dtype> set = dtype_set(op_, v);
      for (std::size_t d = 0; d < set_.size(); ++d) {
        for (std::size_t k = 0; k < set.size(); ++k) {
          if (!full() && set.size() > 3 && op_.name != "cast" && (d + k + s) % 3 != 0) continue;
          if (!full() && set.size() <= 3 && d != k) continue;
          Case c = base(s, d);
          c.t[v] = set[k];
          c.variation += str_cat(", T", v, " ", set[k].name());
          cases_.push_back(std::move(c));
        }
      }
    }
  }

  /// Other sizes: empty, larger than a vector, larger than a block; and 0-d. The reference says which are legal.
  void sizes(std::size_t s) {
    std::set<std::int64_t> found;
    Sample sample = op_.samples[s];
    for_each_spec(sample, [&](TensorSpec& spec) { found.insert(spec.shape.begin(), spec.shape.end()); });
    for (std::size_t d = 0; d < set_.size(); ++d) {
      bool chosen =
          full() || set_[d] == kF32 || set_[d] == kF64 || set_[d] == kBF16 || set_[d] == kI64 || set_[d] == kU8;
      if (!chosen || !layouts_matter()) continue;
      std::size_t l = d;
      for (std::int64_t from : found) {
        for (std::int64_t to :
             {std::int64_t{0}, std::int64_t{1}, std::int64_t{37}, std::int64_t{130}, std::int64_t{9001}}) {
          if (from == to || (to == 130 && found.size() > 3)) continue;
          Case c = base(s, d);
          c.sample = with_size(c.sample, from, to);
          if (to == 130 && op_.group == "index" && num_elements(c.sample) > 1000) continue;  // results are far larger
          if (to == 9001 && (s != 0 || num_elements(c.sample) > 100000 || !cheap_when_long(from))) continue;
          c.variation += str_cat(", size ", from, " as ", to);
          c.may_refuse = true;
          add_layouts(std::move(c), l++ % kNumLayouts, 1 + l % 4);
        }
      }
      Case c = base(s, d);
      for_each_spec(c.sample, [](TensorSpec& spec) { spec.shape.clear(); });
      c.variation += ", 0-d";
      c.may_refuse = true;
      add_layouts(std::move(c), l, 1);
    }
  }

  /// Whether one size of thousands is affordable on a plain implementation.
  bool cheap_when_long(std::int64_t from) {
    bool repeated = false;
    Sample sample = op_.samples[0];
    for_each_spec(sample,
                  [&](TensorSpec& spec) { repeated |= std::count(spec.shape.begin(), spec.shape.end(), from) > 1; });
    if (repeated || op_.group == "index" || op_.group == "view") return false;
    for (const char* part : {"pool", "conv", "attention", "linear"}) {
      if (op_.name.find(part) != std::string::npos) return false;
    }
    return true;
  }

  void promotions() {
    if (op_.promotion == "none" || set_.empty()) return;
    std::vector<std::string> params;
    Signature signature = op_.parsed();
    for (std::size_t i = 0; i < signature.params.size(); ++i) {
      if (op_.params[i].kind == DtypeSpec::Kind::kVariable && op_.params[i].index == 0)
        params.push_back(signature.params[i].name);
    }
    constexpr Dtype kTen[] = {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64};
    bool list = signature.params[0].type == ArgType::kTensorList;
    for (std::size_t a = 0; a < 10; ++a) {
      for (std::size_t b = 0; b < 10; ++b) {
        if (!full() && (a + b * 3) % 5 != 0 && params.size() > 1) continue;
        Case c = base(0, 0);
        c.t[0] = kTen[a];
        if (params.size() > 1 || list)
          c.mixed[params.back()] = kTen[b];
        else if (b != 0)
          continue;
        c.variation += ", promotion";
        c.may_refuse = true;
        cases_.push_back(std::move(c));
      }
    }
  }

  void lone_values() {
    if (op_.kind != "pointwise" || set_.empty()) return;
    std::size_t tensors = 0;
    for (const auto& [name, value] : op_.samples[0]) tensors += std::holds_alternative<TensorSpec>(value);
    if (tensors < 2) return;
    for (std::size_t d = 0; d < set_.size(); ++d) {
      for (Case::Lone lone : {Case::Lone::kCpuTensor, Case::Lone::kNumber}) {
        Case c = base(0, d);
        c.lone = lone;
        c.variation += lone == Case::Lone::kNumber ? ", last tensor a number" : ", last tensor 0-d on the CPU";
        c.may_refuse = true;
        add_layouts(std::move(c), d % kNumLayouts, 1);
        if (op_.promotion == "none") continue;
        c = base(0, d);
        c.lone = lone;
        c.mixed[op_.parsed().params.back().name] = kF64;
        c.variation += ", last tensor a lone f64";
        c.may_refuse = true;
        cases_.push_back(std::move(c));
      }
    }
  }

  void special_values_of() {
    if (op_.kind != "pointwise" && op_.kind != "reduction") return;
    for (std::size_t d = 0; d < set_.size(); ++d) {
      if (op_.name == "cast") continue;  // out of range is unspecified
      for (std::size_t s = 0; s < op_.samples.size(); ++s) {
        if (s != 0 && op_.kind == "pointwise" && op_.samples[s].size() == op_.samples[0].size()) continue;
        Case c = base(s, d);
        c.special = true;
        c.variation += ", special values";
        if (op_.kind == "pointwise") {
          std::int64_t n = num_special_values(set_[d]);
          for_each_spec(c.sample, [&](TensorSpec& spec) { spec.shape = {n * n}; });
        }
        cases_.push_back(std::move(c));
      }
    }
  }

  const OperatorSamples& op_;
  Tier tier_;
  std::vector<Dtype> set_;
  std::vector<Case> cases_;
};

}  // namespace

std::string Case::str() const {
  std::string text = str_cat(op->name, ": ", variation);
  for (int v = 0; v < 4; ++v) {
    if (t[v]) str_append(&text, ", T", v, "=", t[v]->name());
  }
  for (const auto& [name, dtype] : mixed) str_append(&text, ", ", name, " in ", dtype.name());
  str_append(&text, ", layouts");
  for (std::size_t k = 0; k < std::min<std::size_t>(layouts.size(), 3); ++k)
    str_append(&text, " ", layout_name(layouts[k]));
  return text;
}

std::vector<Case> make_cases(const OperatorSamples& op, Tier tier) { return CaseMaker(op, tier).run(); }

std::vector<Case> plain_cases(const OperatorSamples& op, std::optional<Dtype> t0) {
  std::vector<Case> cases;
  for (std::size_t s = 0; s < op.samples.size(); ++s) {
    Case c;
    c.op = &op;
    c.sample = op.samples[s];
    c.variation = str_cat("sample ", s);
    c.t[0] = t0;
    for (int v = 1; v < 4; ++v) {
      std::vector<Dtype> set = dtype_set(op, v);
      if (!set.empty()) c.t[v] = t0 && std::find(set.begin(), set.end(), *t0) != set.end() ? *t0 : set[0];
    }
    c.seed = 11 + s;
    cases.push_back(std::move(c));
  }
  return cases;
}

Sample with_size(Sample sample, std::int64_t from, std::int64_t to) {
  auto replace = [&](std::vector<std::int64_t>& list) { std::replace(list.begin(), list.end(), from, to); };
  for_each_spec(sample, [&](TensorSpec& spec) { replace(spec.shape); });
  for (const char* name : {"size", "normalized_shape", "input_size", "weight_size", "size_in"}) {
    if (auto it = sample.find(name); it != sample.end()) {
      if (auto* list = std::get_if<std::vector<std::int64_t>>(&it->second)) replace(*list);
    }
  }
  return sample;
}

std::int64_t num_elements(const Sample& sample) {
  std::int64_t total = 0;
  for_each_spec(sample, [&](const TensorSpec& spec) {
    std::int64_t numel = 1;
    for (std::int64_t size : spec.shape) numel *= size;
    total += numel;
  });
  return total;
}

bool has_variant(const OperatorSamples& op, const std::string& variant) {
  return std::find(op.variants.begin(), op.variants.end(), variant) != op.variants.end();
}

bool has_tag(const OperatorSamples& op, const std::string& tag) {
  return std::find(op.tags.begin(), op.tags.end(), tag) != op.tags.end();
}

std::vector<Dtype> dtype_set(const OperatorSamples& op, int variable) {
  std::vector<Dtype> set;
  for (const std::string& name : op.dtypes[variable]) set.push_back(*Dtype::parse(name));
  return set;
}

}  // namespace sy::testing
