#include "server/core/functions/rules.h"

#include <utility>

namespace thalweg::functions {
namespace {

Vector Repeated(const std::vector<double>& pattern, Index n) {
  Vector point(n);
  for (Index i = 0; i < n; ++i) point[i] = pattern[static_cast<size_t>(i) % pattern.size()];
  return point;
}

}  // namespace

TestFunction::PointRule Everywhere(double value) {
  return [value](Index n) -> Vector { return Vector::Constant(n, value); };
}

TestFunction::PointRule At(Point point) {
  return [pattern = std::vector<double>(point)](Index n) { return Repeated(pattern, n); };
}

TestFunction::PointsRule Only(TestFunction::PointRule point) {
  return [point = std::move(point)](Index n) { return std::vector<Vector>{point(n)}; };
}

TestFunction::PointsRule Each(std::initializer_list<Point> points) {
  std::vector<std::vector<double>> patterns(points.begin(), points.end());
  return [patterns = std::move(patterns)](Index n) {
    std::vector<Vector> minimisers;
    for (const auto& pattern : patterns) minimisers.push_back(Repeated(pattern, n));
    return minimisers;
  };
}

TestFunction::PointsRule EachSign(double x, double y) {
  return Each({{x, y}, {x, -y}, {-x, y}, {-x, -y}});
}

TestFunction::ValueRule Always(double value) {
  return [value](Index) { return value; };
}

TestFunction::ValueRule TimesN(double value) {
  return [value](Index n) { return value * static_cast<double>(n); };
}

}  // namespace thalweg::functions
