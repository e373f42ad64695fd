#include "codegen/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace sy::codegen {
namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string format(const Location& location, const std::string& message) {
  if (location.line == 0) return location.file + ": " + message;
  return location.file + ":" + std::to_string(location.line) + ":" + std::to_string(location.column) + ": " + message;
}

}  // namespace

Location Text::at(std::size_t offset) const {
  Location where = location;
  if (one_line) where.column += static_cast<int>(offset);
  return where;
}

void Diagnostics::error(const Location& location, const std::string& message) {
  errors_.push_back({location, message});
}

std::vector<std::string> Diagnostics::messages(std::size_t cap) const {
  auto key = [](const Error& e) { return std::tie(e.location.file, e.location.line, e.location.column, e.message); };
  std::vector<Error> sorted = errors_;
  std::sort(sorted.begin(), sorted.end(), [&](const Error& a, const Error& b) { return key(a) < key(b); });
  auto same = [&](const Error& a, const Error& b) { return key(a) == key(b); };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  std::vector<std::string> lines;
  for (const Error& e : sorted) {
    if (lines.size() == cap) {
      lines.push_back("and " + std::to_string(sorted.size() - cap) + " more errors");
      break;
    }
    lines.push_back(format(e.location, e.message));
  }
  return lines;
}

void Diagnostics::print(std::ostream& out) const {
  for (const std::string& line : messages()) out << line << '\n';
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 2) + 1;
  for (const std::string& candidate : candidates) {
    std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best = nearest(word, candidates);
  return best.empty() ? "" : ", did you mean '" + best + "'?";
}

}  // namespace sy::codegen
