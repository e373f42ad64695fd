#include "iteration.h"

#include <numeric>

namespace sy::opencl {

namespace {

std::vector<int> all_dims(std::size_t n) {
  std::vector<int> dims(n);
  std::iota(dims.begin(), dims.end(), 0);
  return dims;
}

std::string number(int i) { return std::to_string(i); }

}  // namespace

Iteration::Iteration(sdk::Ints full, const std::vector<sdk::Ints>& given)
    : Iteration(full, given, all_dims(full.size())) {}

Iteration::Iteration(sdk::Ints full, const std::vector<sdk::Ints>& given, const std::vector<int>& dims)
    : strides(given.size()) {
  for (const int dim : dims) {
    const auto d = static_cast<std::size_t>(dim);
    const std::int64_t n = full[d];
    if (n == 1) continue;
    bool merges = !shape.empty();
    for (std::size_t k = 0; merges && k < given.size(); ++k) merges = strides[k].back() == given[k][d] * n;
    if (merges) {
      shape.back() *= n;
      for (std::size_t k = 0; k < given.size(); ++k) strides[k].back() = given[k][d];
    } else {
      shape.push_back(n);
      for (std::size_t k = 0; k < given.size(); ++k) strides[k].push_back(given[k][d]);
    }
  }
}

std::int64_t Iteration::size() const {
  std::int64_t n = 1;
  for (const std::int64_t size : shape) n *= size;
  return n;
}

bool Iteration::is_flat() const {
  if (rank() > 1) return false;
  for (const Dims& s : strides) {
    if (!s.empty() && s[0] != 1) return false;
  }
  return true;
}

void Iteration::pad_to(int wanted) {
  while (rank() < wanted) {
    shape.insert(shape.begin(), 1);
    for (Dims& s : strides) s.insert(s.begin(), 0);
  }
}

void Iteration::add_to(Launch& launch) const {
  for (std::size_t d = 1; d < shape.size(); ++d) launch.index(shape[d]);
  for (const Dims& s : strides) {
    for (const std::int64_t stride : s) launch.index(stride);
  }
}

std::string iteration_parameters(int rank, int operands, const std::string& prefix) {
  std::string text;
  for (int d = 1; d < rank; ++d) text += ", const idx " + prefix + "d" + number(d);
  for (int k = 0; k < operands; ++k) {
    for (int d = 0; d < rank; ++d) text += ", const idx " + prefix + "s" + number(k) + "_" + number(d);
  }
  return text;
}

std::string iteration_positions(int rank, int operands, const std::string& prefix) {
  std::string text;
  for (int k = 0; k < operands; ++k) text += "  idx " + prefix + "at" + number(k) + " = 0;\n";
  for (int d = rank - 1; d >= 0; --d) {
    const std::string size = prefix + "d" + number(d);
    const std::string rest = prefix + "rest";
    text += "  { const idx c = " + (d == 0 ? rest : rest + " % " + size) + ";";
    if (d != 0) text += " " + rest + " /= " + size + ";";
    for (int k = 0; k < operands; ++k) {
      text += " " + prefix + "at" + number(k) + " += c * " + prefix + "s" + number(k) + "_" + number(d) + ";";
    }
    text += " }\n";
  }
  return text;
}

}  // namespace sy::opencl
