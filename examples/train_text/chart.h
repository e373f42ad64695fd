// The loss curve as an SVG file.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

struct Curve {
  std::string name, colour;
  std::vector<std::pair<double, double>> points;  // step, loss
};
struct Level {
  std::string name, colour;
  double value;
};

/// Leaves out what is not finite. Throws sy::Error when the file cannot be written.
void write_chart(const std::string& path, const std::vector<Curve>& curves, const std::vector<Level>& levels);
