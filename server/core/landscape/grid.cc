#include "server/core/landscape/grid.h"

#include <algorithm>
#include <cmath>

namespace thalweg::landscape {
namespace {

void Summarise(Samples& samples) {
  for (Index i = 0; i < samples.values.size(); ++i) {
    const double value = samples.values[i];
    if (!std::isfinite(value)) {
      ++samples.non_finite;
      continue;
    }
    if (samples.least < 0 || value < samples.values[samples.least]) samples.least = i;
    if (samples.greatest < 0 || value > samples.values[samples.greatest]) samples.greatest = i;
  }
}

}  // namespace

// std::lerp hits both ends, is monotonic and does not overflow.
double Axis::operator[](Index i) const {
  return std::lerp(interval.from, interval.to,
                   static_cast<double>(i) / static_cast<double>(count - 1));
}

absl::StatusOr<Samples> Sample(Objective& objective, const Plane& plane, const Axis& u,
                               const Axis& v, Index at_once) {
  const Index rows = plane.is_line() ? 1 : v.count;
  Samples samples;
  samples.values.resize(rows * u.count);
  Matrix points;
  Vector values;
  for (Index row = 0; row < rows; ++row) {
    const Vector base = plane.is_line() ? plane.origin : Vector(plane.origin + v[row] * plane.v);
    for (Index first = 0; first < u.count; first += at_once) {
      const Index count = std::min(at_once, u.count - first);
      points.resize(base.size(), count);
      values.resize(count);
      for (Index p = 0; p < count; ++p) points.col(p) = base + u[first + p] * plane.u;
      const absl::Status status = objective.Values(points, values);
      if (!status.ok()) return status;
      samples.values.segment(row * u.count + first, count) = values;
    }
  }
  Summarise(samples);
  return samples;
}

}  // namespace thalweg::landscape
