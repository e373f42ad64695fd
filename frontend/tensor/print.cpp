#include "switchyard/tensor/print.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "switchyard/core/host_scalar.h"

namespace sy {
namespace {

constexpr std::int64_t kSummariseAbove = 1000;
constexpr std::int64_t kEdge = 3;  // entries shown at either end of a summarised dimension
constexpr std::size_t kLine = 80;

/// Elements of a contiguous host tensor as text of one width.
class Printer {
 public:
  explicit Printer(const Tensor& host) : t_(host), summary_(host.numel() > kSummariseAbove) {
    std::vector<Scalar> shown;
    collect(0, 0, shown);
    choose_format(shown);
    for (const Scalar& v : shown) width_ = std::max(width_, text(v).size());
  }

  void print(std::string& out) { print(0, 0, out); }

 private:
  std::int64_t stride(std::int64_t d) const {
    std::int64_t s = 1;
    for (std::int64_t i = d + 1; i < t_.dim(); ++i) s *= t_.shape()[i];
    return s;
  }
  bool skips(std::int64_t d, std::int64_t i) const {
    return summary_ && t_.shape()[d] > 2 * kEdge && i >= kEdge && i < t_.shape()[d] - kEdge;
  }
  Scalar at(std::int64_t offset) const {
    return read_element(static_cast<const char*>(t_.raw_data()) + offset * static_cast<std::int64_t>(t_.itemsize()), t_.dtype());
  }
  void collect(std::int64_t d, std::int64_t offset, std::vector<Scalar>& out) const {
    if (d == t_.dim()) {
      out.push_back(at(offset));
      return;
    }
    for (std::int64_t i = 0; i < t_.shape()[d]; ++i) {
      if (!skips(d, i)) collect(d + 1, offset + i * stride(d), out);
    }
  }
  /// As NumPy: scientific when values span more than a thousandfold or are very small or large; else as many digits, up
  /// to four, as some value needs.
  void choose_format(const std::vector<Scalar>& values) {
    if (!t_.dtype().is_floating()) return;
    double low = 0, high = 0;
    for (const Scalar& v : values) {
      double a = std::fabs(v.to_double());
      if (!std::isfinite(a) || a == 0) continue;
      low = low == 0 ? a : std::min(low, a);
      high = std::max(high, a);
    }
    scientific_ = high >= 1e8 || (low != 0 && (low < 1e-4 || high / low > 1e3 * 1e3));
    if (scientific_) return;
    for (const Scalar& v : values) {
      if (!std::isfinite(v.to_double())) continue;
      char buffer[64];
      std::snprintf(buffer, sizeof(buffer), "%.4f", v.to_double());
      std::string s = buffer;
      while (s.back() == '0') s.pop_back();
      digits_ = std::max(digits_, static_cast<int>(s.size() - s.find('.') - 1));
    }
  }
  std::string text(const Scalar& v) const {
    if (v.is_bool()) return v.to_bool() ? "true" : "false";
    if (v.is_integral()) return str_cat(v.to_int());
    double x = v.to_double();
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
    char buffer[64];
    if (scientific_) std::snprintf(buffer, sizeof(buffer), "%.4e", x);
    else std::snprintf(buffer, sizeof(buffer), "%.*f", digits_, x);
    std::string s = buffer;
    if (scientific_) return s;
    if (digits_ == 0) return s + '.';
    for (std::size_t i = s.size(); s[--i] == '0';) s[i] = ' ';
    return s;
  }
  void print(std::int64_t d, std::int64_t offset, std::string& out) {
    if (d == t_.dim()) {
      std::string s = text(at(offset));
      out.append(width_ - s.size(), ' ');
      out += s;
      return;
    }
    out += '[';
    bool inner = d == t_.dim() - 1;
    std::size_t line = out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1;
    std::string indent(static_cast<std::size_t>(d) + 1, ' ');
    for (std::int64_t i = 0; i < t_.shape()[d]; ++i) {
      bool skipped = skips(d, i);
      if (i > 0) {
        out += ',';
        if (!inner) {
          out.append(static_cast<std::size_t>(t_.dim() - d) - 1, '\n');
          out += indent;
        } else if (out.size() - line + width_ + 2 > kLine) {
          out += '\n' + indent;
          line = out.size() - indent.size();
        } else {
          out += ' ';
        }
      }
      if (skipped) {
        out += "...";
        i = t_.shape()[d] - kEdge - 1;
      } else {
        print(d + 1, offset + i * stride(d), out);
      }
    }
    out += ']';
  }

  const Tensor& t_;
  bool summary_, scientific_ = false;
  int digits_ = 0;
  std::size_t width_ = 0;
};

}  // namespace

std::string Tensor::str() const {
  if (!defined()) return "tensor(undefined)";
  std::string suffix = str_cat(", dtype=", dtype().name(), device().is_cpu() ? "" : str_cat(", device=", device().str()),
                               requires_grad() ? ", requires_grad=true" : "");
  if (device().is_meta()) return str_cat("tensor(..., shape=", shape_str(shape()), suffix, ")");
  if (numel() == 0) return str_cat("tensor([], shape=", shape_str(shape()), suffix, ")");
  Tensor host = detach().to(Device()).contiguous();
  std::string body;
  Printer(host).print(body);
  std::string out = "tensor(";
  for (char c : body) {
    if (c != '\n' && out.back() == '\n') out += "       ";
    out += c;
  }
  return out + suffix + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& t) { return out << t.str(); }

}  // namespace sy
