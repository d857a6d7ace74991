#include "client/cli/progress/curve.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

constexpr size_t kMostPoints = 4096;
constexpr int kLabelWidth = 9;

/// A grid of dots, 2 x 4 to a Braille character.
class Dots {
 public:
  Dots(int width, int height)
      : width_(width), cells_(static_cast<size_t>(width) * static_cast<size_t>(height)) {}

  void Set(int column, int row) {
    // Bits of a Braille character by row, for its left and its right column (Unicode 15, 21.1).
    static constexpr unsigned kBits[4][2] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cells_[Cell(column / 2, row / 4)] |= kBits[row % 4][column % 2];
  }

  std::string Row(int row) const {
    std::string text;
    for (int column = 0; column < width_; ++column) {
      const unsigned code = 0x2800U + cells_[Cell(column, row)];
      text += {static_cast<char>(0xE0U | (code >> 12U)),
               static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
               static_cast<char>(0x80U | (code & 0x3FU))};
    }
    return text;
  }

 private:
  size_t Cell(int column, int row) const { return static_cast<size_t>(row * width_ + column); }

  int width_;
  std::vector<unsigned> cells_;
};

/// Where the points go on the grid.
struct Frame {
  double left, right, low, high;
  int columns, rows;  // of dots

  int Column(const Curve::Point& point) const {
    const double part = (static_cast<double>(point.iteration) - left) / (right - left);
    return std::clamp(static_cast<int>(std::lround(part * (columns - 1))), 0, columns - 1);
  }
  int Row(double value) const {
    const double part = high > low ? (high - value) / (high - low) : 0.5;
    return std::clamp(static_cast<int>(std::lround(part * (rows - 1))), 0, rows - 1);
  }
};

/// Draws from point to point, so that the curve has no holes.
void DrawSegments(const std::vector<Curve::Point>& points, const Frame& frame, Dots& dots) {
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    const int x0 = frame.Column(points[i]), x1 = frame.Column(points[i + 1]);
    const int y0 = frame.Row(points[i].value), y1 = frame.Row(points[i + 1].value);
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int s = 0; s <= steps; ++s)
      dots.Set(x0 + (x1 - x0) * s / steps, y0 + (y1 - y0) * s / steps);
  }
}

}  // namespace

void Curve::Add(int64_t iteration, double value) {
  if (!points_.empty() && iteration - points_.back().iteration < least_step_) {
    points_.back().value = value;  // the newest is always there
    return;
  }
  points_.push_back({iteration, value});
  if (points_.size() < kMostPoints) return;
  for (size_t i = 0; 2 * i < points_.size(); ++i) points_[i] = points_[2 * i];
  points_.resize((points_.size() + 1) / 2);
  least_step_ =
      (points_.back().iteration - points_.front().iteration) / static_cast<int64_t>(points_.size());
}

std::vector<std::string> Draw(const std::vector<Curve::Point>& points, int width, int height) {
  std::vector<Curve::Point> finite;
  std::copy_if(points.begin(), points.end(), std::back_inserter(finite),
               [](const Curve::Point& point) { return std::isfinite(point.value); });
  if (finite.size() < 2 || width < 8 || height < 1) return {};

  const auto [lowest, highest] = std::minmax_element(
      finite.begin(), finite.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  const Frame frame{static_cast<double>(finite.front().iteration),
                    static_cast<double>(finite.back().iteration),
                    lowest->value,
                    highest->value,
                    2 * width,
                    4 * height};
  Dots dots(width, height);
  DrawSegments(finite, frame, dots);

  std::vector<std::string> lines;
  for (int row = 0; row < height; ++row) {
    std::string label;
    if (row == 0) label = ShortText(frame.high, 3);
    if (row == height - 1 && height > 1) label = ShortText(frame.low, 3);
    lines.push_back(absl::StrFormat("%*s ", kLabelWidth, label) + dots.Row(row));
  }
  const std::string first = absl::StrCat(finite.front().iteration);
  const std::string last = absl::StrCat(finite.back().iteration);
  const int room = width - static_cast<int>(first.size());
  lines.push_back(std::string(kLabelWidth + 1, ' ') + first +
                  absl::StrFormat("%*s", std::max(room, 1), last));
  return lines;
}

}  // namespace thalweg::cli
