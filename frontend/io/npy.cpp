#include "switchyard/io/npy.h"

#include <algorithm>
#include <cstring>

#include "switchyard/io/file.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

constexpr char kMagic[] = "\x93NUMPY";

struct TypeName {
  Dtype dtype;
  const char* descr;
};
constexpr TypeName kTypes[] = {{kBool, "|b1"}, {kU8, "|u1"},  {kI8, "|i1"},  {kI16, "<i2"}, {kI32, "<i4"},
                               {kI64, "<i8"},  {kF16, "<f2"}, {kF32, "<f4"}, {kF64, "<f8"}};

/// Reads the Python dictionary literal of the header: the three keys, in any order, and nothing else.
class Header {
 public:
  Header(std::string_view text, const std::string& path) : text_(text), path_(path) { parse(); }
  std::string descr;
  bool fortran = false;
  std::vector<std::int64_t> shape;

 private:
  void parse() {
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      std::string key = string();
      expect(':');
      if (key == "descr" && !has_descr) {
        descr = string();
        has_descr = true;
      } else if (key == "fortran_order" && !has_order) {
        fortran = boolean();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        tuple();
        has_shape = true;
      } else {
        bad("key '" + key + "'");
      }
      if (!accept(',') && peek() != '}') bad("the text after '" + key + "'");
    }
    skip();
    if (at_ != text_.size() || !has_descr || !has_order || !has_shape) bad("the dictionary");
  }
  [[noreturn]] void bad(const std::string& what) const {
    fail(ErrorCode::kInvalidArgument, path_, ": not a valid .npy file: the header is damaged at ", what);
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad(std::string("'") + c + "'");
  }
  std::string string() {
    char quote = peek();
    if (quote != '\'' && quote != '"') bad("a string");
    std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) bad("a string");
    std::string s(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return s;
  }
  bool boolean() {
    skip();
    for (auto [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (text_.substr(at_, std::strlen(word)) == word) {
        at_ += std::strlen(word);
        return value;
      }
    }
    bad("fortran_order");
  }
  void tuple() {
    expect('(');
    while (!accept(')')) {
      std::int64_t value = 0;
      bool any = false;
      for (char c = peek(); c >= '0' && c <= '9'; c = at_ < text_.size() ? text_[at_] : '\0') {
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)) bad("a size");
        ++at_;
        any = true;
      }
      if (!any) bad("a size");
      accept('L');
      shape.push_back(value);
      if (shape.size() > 64) bad("shape (more than 64 dimensions)");
      if (!accept(',') && peek() != ')') bad("shape");
    }
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

}  // namespace

Tensor load_npy(const std::string& path) {
  std::vector<char> data = read_file(path);
  require(data.size() >= 10 && std::memcmp(data.data(), kMagic, 6) == 0, path, ": not a .npy file");
  int major = static_cast<unsigned char>(data[6]);
  require(major >= 1 && major <= 3, path, ": .npy version ", major, " is unknown");
  std::size_t length =
      static_cast<unsigned char>(data[8]) | static_cast<std::size_t>(static_cast<unsigned char>(data[9])) << 8;
  std::size_t start = 10;
  if (major >= 2) {
    require(data.size() >= 12, path, ": not a valid .npy file: truncated header");
    length |= static_cast<std::size_t>(static_cast<unsigned char>(data[10])) << 16 |
              static_cast<std::size_t>(static_cast<unsigned char>(data[11])) << 24;
    start = 12;
  }
  require(length <= data.size() - start, path, ": not a valid .npy file: truncated header");
  Header header(std::string_view(data.data() + start, length), path);
  std::optional<Dtype> dtype;
  for (const TypeName& t : kTypes) {
    bool one_byte = t.descr[0] == '|';
    if (header.descr == t.descr || (one_byte && header.descr.size() == 3 && header.descr.substr(1) == t.descr + 1))
      dtype = t.dtype;
  }
  require(dtype.has_value(), path, ": arrays of type '", header.descr, "' have no counterpart here");
  std::int64_t numel = 0;
  absl::Status ok = checked_numel(header.shape, &numel);
  require(ok.ok(), path, ": ", std::string(ok.message()));
  std::size_t bytes = static_cast<std::size_t>(numel) * dtype->itemsize();
  std::size_t held = data.size() - start - length;
  require(bytes == held, path, ": the shape needs ", bytes, " bytes of data, the file has ", held);
  std::vector<std::int64_t> stored = header.shape;
  if (header.fortran) std::reverse(stored.begin(), stored.end());
  const char* contents = data.data() + start + length;
  if (*dtype == kBool) {
    for (std::size_t i = 0; i < bytes; ++i) {
      require(contents[i] == 0 || contents[i] == 1, path, ": element ", i, " of a bool array is neither 0 nor 1");
    }
  }
  Tensor t = empty(stored, *dtype, Device());
  copy_from_host(t, contents);
  if (!header.fortran || stored.size() < 2) return t;
  std::vector<std::int64_t> order(stored.size());
  for (std::size_t d = 0; d < order.size(); ++d) order[d] = static_cast<std::int64_t>(order.size() - 1 - d);
  return t.permute(order).contiguous();
}

void save_npy(const std::string& path, const Tensor& t) {
  require(t.defined(), "save_npy ", path, ": the tensor is undefined");
  Tensor host = t.detach();
  if (host.dtype() == kBF16) host = host.to(kF32);
  host = host.to(Device()).contiguous();
  const char* descr = nullptr;
  for (const TypeName& type : kTypes) {
    if (type.dtype == host.dtype()) descr = type.descr;
  }
  require(descr != nullptr, "save_npy ", path, ": dtype ", host.dtype().name(), " has no counterpart in .npy files");
  std::string shape;
  for (std::int64_t n : host.shape()) str_append(&shape, n, host.dim() == 1 ? "," : ", ");
  if (host.dim() > 1) shape.resize(shape.size() - 2);
  std::string header = str_cat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (", shape, "), }");
  // The data starts at a multiple of 64 bytes.
  std::size_t total = (10 + header.size() + 1 + 63) / 64 * 64;
  header.resize(total - 10 - 1, ' ');
  header += '\n';
  std::string head(kMagic, 6);
  head += '\x01';
  head += '\x00';
  head += static_cast<char>(header.size() & 0xff);
  head += static_cast<char>(header.size() >> 8);
  std::vector<char> data(static_cast<std::size_t>(host.numel()) * host.itemsize());
  copy_to_host(host, data.data());
  write_file_atomically(path, {{head.data(), head.size()}, {header.data(), header.size()}, {data.data(), data.size()}});
}

}  // namespace sy
