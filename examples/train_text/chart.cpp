#include "chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "switchyard/core/error.h"

namespace {

constexpr double kWidth = 760, kHeight = 420, kLeft = 56, kRight = 150, kTop = 20, kBottom = 44;

struct Scale {
  double low, high, from, to;
  double operator()(double v) const { return from + (v - low) / (high - low) * (to - from); }
};

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", v);
  return text;
}

}  // namespace

void write_chart(const std::string& path, const std::vector<Curve>& curves, const std::vector<Level>& levels) {
  double steps = 1, low = 1e9, high = -1e9;
  for (const Curve& c : curves) {
    for (auto [x, y] : c.points) {
      if (!std::isfinite(y)) continue;
      steps = std::max(steps, x);
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  for (const Level& l : levels) {
    if (!std::isfinite(l.value)) continue;
    low = std::min(low, l.value);
    high = std::max(high, l.value);
  }
  if (low > high) low = 0, high = 1;
  low = std::floor(low * 2) / 2;
  high = std::max(std::ceil(high * 2) / 2, low + 0.5);
  double grid = 0.5;
  while (high - low > 12 * grid) grid *= 2;
  Scale x{0, steps, kLeft, kWidth - kRight}, y{low, high, kHeight - kBottom, kTop};
  std::ostringstream svg;
  svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << kWidth << "\" height=\"" << kHeight
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  for (double v = low; v <= high + 1e-9; v += grid) {
    svg << "<line x1=\"" << kLeft << "\" x2=\"" << kWidth - kRight << "\" y1=\"" << y(v) << "\" y2=\"" << y(v)
        << "\" stroke=\"#e4e4e4\"/><text x=\"" << kLeft - 8 << "\" y=\"" << y(v) + 4 << "\" text-anchor=\"end\">"
        << number(v) << "</text>\n";
  }
  for (int i = 0; i <= 4; ++i) {
    double v = steps * i / 4;
    svg << "<text x=\"" << x(v) << "\" y=\"" << kHeight - kBottom + 18 << "\" text-anchor=\"middle\">"
        << number(std::round(v)) << "</text>\n";
  }
  svg << "<text x=\"" << (kLeft + kWidth - kRight) / 2 << "\" y=\"" << kHeight - 8
      << "\" text-anchor=\"middle\">step</text>\n"
      << "<text x=\"14\" y=\"" << kHeight / 2 << "\" transform=\"rotate(-90 14 " << kHeight / 2
      << ")\" text-anchor=\"middle\">loss, nats per byte</text>\n";
  double legend = kTop + 10;
  auto label = [&](const std::string& name, const std::string& colour, bool dashed) {
    svg << "<line x1=\"" << kWidth - kRight + 12 << "\" x2=\"" << kWidth - kRight + 34 << "\" y1=\"" << legend
        << "\" y2=\"" << legend << "\" stroke=\"" << colour << "\" stroke-width=\"2\""
        << (dashed ? " stroke-dasharray=\"5 4\"" : "") << "/><text x=\"" << kWidth - kRight + 40 << "\" y=\""
        << legend + 4 << "\">" << name << "</text>\n";
    legend += 20;
  };
  for (const Level& l : levels) {
    if (!std::isfinite(l.value)) continue;
    svg << "<line x1=\"" << kLeft << "\" x2=\"" << kWidth - kRight << "\" y1=\"" << y(l.value) << "\" y2=\""
        << y(l.value) << "\" stroke=\"" << l.colour << "\" stroke-dasharray=\"5 4\"/>\n";
    label(l.name, l.colour, true);
  }
  for (const Curve& c : curves) {
    svg << "<polyline fill=\"none\" stroke=\"" << c.colour << "\" stroke-width=\"1.5\" points=\"";
    for (auto [px, py] : c.points) {
      if (std::isfinite(py)) svg << number(x(px)) << "," << number(y(py)) << " ";
    }
    svg << "\"/>\n";
    label(c.name, c.colour, false);
  }
  svg << "</svg>\n";
  std::ofstream out(path, std::ios::trunc);
  out << svg.str();
  out.close();
  sy::require(!out.fail(), "chart ", path, ": cannot be written");
}
