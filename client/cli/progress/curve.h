#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thalweg::cli {

/// A curve over the iterations that never grows beyond a few thousand points: when it is full every
/// second point goes, so that old and new stay equally dense.
class Curve {
 public:
  void Add(int64_t iteration, double value);

  struct Point {
    int64_t iteration;
    double value;
  };
  const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Point> points_;
  int64_t least_step_ = 0;  // iterations between two points, at least
};

/// The curve as lines of Braille characters, `width` x `height` of them, with labels at the left
/// (highest and lowest value) and below (first and last iteration). Values that are not finite are
/// left out. Empty where there are fewer than two points to draw.
std::vector<std::string> Draw(const std::vector<Curve::Point>& points, int width, int height);

}  // namespace thalweg::cli
