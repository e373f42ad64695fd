#include "switchyard/tensor/print.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "switchyard/core/host_scalar.h"

namespace sy {
namespace {

constexpr std::int64_t kSummariseAbove = 1000;
constexpr std::int64_t kEdge = 3;  // entries shown at either end of a summarised dimension
constexpr std::size_t kLine = 80;
constexpr std::size_t kDigits = 4;

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
    return read_element(static_cast<const char*>(t_.raw_data()) + offset * static_cast<std::int64_t>(t_.itemsize()),
                        t_.dtype());
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
  /// NumPy's rules: scientific when values are very large or small or span more than a thousandfold; then all with as
  /// many digits as one needs. Else each with the digits that it needs, and blanks behind. At most four digits.
  void choose_format(const std::vector<Scalar>& values) {
    if (!t_.dtype().is_floating()) return;
    double low = 0, high = 0;
    for (const Scalar& v : values) {
      double a = std::fabs(v.to_double());
      if (!std::isfinite(a) || a == 0) continue;
      low = low == 0 ? a : std::min(low, a);
      high = std::max(high, a);
    }
    scientific_ = high >= 1e8 || (low != 0 && (low < 1e-4 || high / low > 1e3));
    for (const Scalar& v : values) {
      if (!std::isfinite(v.to_double())) continue;
      std::string s = digits(v.to_double());
      std::size_t point = s.find('.');
      fraction_ = std::max(fraction_, (scientific_ ? s.find('e') : s.size()) - point - 1);
    }
  }
  /// The shortest text that reads back as x, cut to four digits behind the point: "0.1", "2.", "1.25e-05".
  std::string digits(double x) const {
    std::chars_format format = scientific_ ? std::chars_format::scientific : std::chars_format::fixed;
    char buffer[512];
    auto write = [&](auto value, auto... precision) {
      return std::string(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value, format, precision...).ptr);
    };
    std::string s = t_.dtype() == kF64 ? write(x) : write(static_cast<float>(x));
    std::string exponent = scientific_ ? s.substr(s.find('e')) : "";
    std::size_t point = s.find('.');
    if (point == std::string::npos) return s.substr(0, s.size() - exponent.size()) + "." + exponent;
    if (s.size() - exponent.size() - point - 1 <= kDigits) return s;
    s = write(x, static_cast<int>(kDigits));
    if (scientific_) exponent = s.substr(s.find('e'));
    s.resize(s.size() - exponent.size());
    while (s.back() == '0') s.pop_back();
    return s + exponent;
  }
  std::string text(const Scalar& v) const {
    if (v.is_bool()) return v.to_bool() ? "true" : "false";
    if (v.is_integral()) return str_cat(v.to_int());
    double x = v.to_double();
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
    std::string s = digits(x);
    std::size_t end = scientific_ ? s.find('e') : s.size();
    s.insert(end, fraction_ - (end - s.find('.') - 1), scientific_ ? '0' : ' ');
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
          out.append(static_cast<std::size_t>(t_.dim() - d) - 1, '\n');  // blank lines between blocks
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
  std::size_t fraction_ = 0;  // characters behind the point
  std::size_t width_ = 0;
};

}  // namespace

std::string Tensor::str() const {
  if (!defined()) return "tensor(undefined)";
  std::string suffix =
      str_cat(", dtype=", dtype().name(), device().is_cpu() ? "" : str_cat(", device=", device().str()),
              requires_grad() ? ", requires_grad=true" : "");
  if (device().is_meta()) return str_cat("tensor(..., shape=", shape_str(shape()), suffix, ")");
  if (numel() == 0) return str_cat("tensor([], shape=", shape_str(shape()), suffix, ")");
  Tensor host = detach().to(Device()).contiguous();
  std::string body;
  Printer(host).print(body);
  std::string out = "tensor(";
  for (std::size_t i = 0; i < body.size(); ++i) {
    out += body[i];
    if (body[i] == '\n' && body[i + 1] != '\n') out += "       ";
  }
  return out + suffix + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& t) { return out << t.str(); }

}  // namespace sy
