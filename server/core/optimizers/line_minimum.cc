#include "server/core/optimizers/line_minimum.h"

#include <algorithm>
#include <cmath>

#include "server/core/optimizers/direct_search.h"

namespace thalweg {
namespace {

constexpr int kMostExpansions = 60;
constexpr int kMostRefinements = 80;
constexpr double kGrowth = 2.618033988749895;       // golden section squared
constexpr double kGoldenPart = 0.3819660112501051;  // its complement's square

/// Low, middle, high of a valley: the middle is no higher than the other two, unless an end is as
/// far as one may go.
struct Bracket {
  LinePoint low, middle, high;
};

class Search {
 public:
  Search(const std::function<absl::Status(double, double&)>& value_at, const LineLimits& limits)
      : value_at_(value_at), limits_(limits) {}

  absl::StatusOr<LinePoint> Run(double value) {
    Bracket bracket;
    if (absl::Status status = Enclose({0, value}, bracket); !status.ok()) return status;
    return Refine(bracket);
  }

 private:
  absl::Status At(double t, LinePoint& point) {
    point.t = t;
    absl::Status status = value_at_(t, point.value);
    point.value = Comparable(point.value);
    return status;
  }
  double Within(double t) const { return std::min(std::max(t, limits_.low), limits_.high); }

  // Steps in the direction that goes down, each longer than the last, until it goes up again.
  absl::Status Enclose(const LinePoint& start, Bracket& bracket) {
    LinePoint up = start;
    LinePoint down = start;
    if (limits_.high > 0) {
      if (auto status = At(Within(limits_.first_step), up); !status.ok()) return status;
    }
    if (up.value < start.value) return Descend(start, up, bracket);
    if (limits_.low < 0) {
      if (auto status = At(Within(-limits_.first_step), down); !status.ok()) return status;
    }
    if (down.value < start.value) return Descend(start, down, bracket);
    bracket = {down, start, up};
    return absl::OkStatus();
  }

  absl::Status Descend(LinePoint before, LinePoint lowest, Bracket& bracket) {
    LinePoint ahead = lowest;
    for (int i = 0; i < kMostExpansions; ++i) {
      const double t = Within(lowest.t + (kGrowth - 1) * (lowest.t - before.t));
      if (t == lowest.t) break;
      if (auto status = At(t, ahead); !status.ok()) return status;
      if (ahead.value >= lowest.value) break;
      before = lowest;
      lowest = ahead;
    }
    bracket = {before, lowest, ahead};
    if (bracket.low.t > bracket.high.t) std::swap(bracket.low, bracket.high);
    return absl::OkStatus();
  }

  // Brent's localmin: parabolas through the three lowest points where they help, golden sections
  // where they do not.
  absl::StatusOr<LinePoint> Refine(const Bracket& bracket) {
    double a = bracket.low.t;
    double b = bracket.high.t;
    LinePoint x = bracket.middle;  // the lowest
    const bool low_is_second = bracket.low.value <= bracket.high.value;
    LinePoint w = low_is_second ? bracket.low : bracket.high;  // the second lowest
    LinePoint v = low_is_second ? bracket.high : bracket.low;  // the third, or the second before
    double step = b - a;
    double step_before = b - a;
    for (int i = 0; i < kMostRefinements; ++i) {
      const double middle = (a + b) / 2;
      const double tolerance = limits_.relative * std::abs(x.t) + limits_.absolute;
      if (std::abs(x.t - middle) <= 2 * tolerance - (b - a) / 2) break;

      const double parabolic = Parabola(x, w, v);
      if (std::abs(parabolic) < std::abs(step_before) / 2 && x.t + parabolic > a &&
          x.t + parabolic < b) {
        step_before = step;
        step = parabolic;
        const double t = x.t + step;
        if (t - a < 2 * tolerance || b - t < 2 * tolerance) {
          step = x.t < middle ? tolerance : -tolerance;
        }
      } else {
        step_before = (x.t < middle ? b : a) - x.t;
        step = kGoldenPart * step_before;
      }
      const double least = step > 0 ? tolerance : -tolerance;
      LinePoint u;
      const double t = Within(x.t + (std::abs(step) >= tolerance ? step : least));
      if (t == x.t) break;
      if (auto status = At(t, u); !status.ok()) return status;
      if (u.value <= x.value) {
        (u.t < x.t ? b : a) = x.t;
        v = w;
        w = x;
        x = u;
      } else {
        (u.t < x.t ? a : b) = u.t;
        if (u.value <= w.value || w.t == x.t) {
          v = w;
          w = u;
        } else if (u.value <= v.value || v.t == x.t || v.t == w.t) {
          v = u;
        }
      }
    }
    return x;
  }

  // From x to the lowest point of the parabola through all three; infinite where there is none.
  static double Parabola(const LinePoint& x, const LinePoint& w, const LinePoint& v) {
    const double r = (x.t - w.t) * (x.value - v.value);
    const double q = (x.t - v.t) * (x.value - w.value);
    const double step = ((x.t - v.t) * q - (x.t - w.t) * r) / (-2 * (q - r));
    return std::isfinite(step) ? step : std::numeric_limits<double>::infinity();
  }

  const std::function<absl::Status(double, double&)>& value_at_;
  const LineLimits& limits_;
};

}  // namespace

absl::StatusOr<LinePoint> LineMinimum(
    const std::function<absl::Status(double t, double& value)>& value_at, double value,
    const LineLimits& limits) {
  return Search(value_at, limits).Run(value);
}

}  // namespace thalweg
