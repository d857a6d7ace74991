#pragma once

namespace thalweg {

/// How far a model of f is believed, and what trials do to that. As in MINPACK (Moré (1978),
/// section 4), but that a radius shrinks from the length of the step that failed.
struct TrustRadius {
  double radius = 0;  ///< 0: before the first step.

  /// The first radius: `wish`, but not beyond the model's minimiser, which is `newton` away.
  void BeginAt(double wish, double newton) {
    if (radius == 0) radius = wish > 0 && wish < newton ? wish : newton;
  }

  /// After a trial step of `length` that brought `ratio` of the reduction the model promised;
  /// `shrink` in [0.1, 0.5] is what it shrinks by where that is little. `inside`: it was the
  /// model's minimiser, which the radius did not bound.
  void Judge(double ratio, double length, double shrink, bool inside);

  /// The best part of the step by the parabola through f, its slope along the step and the value
  /// at its end, within [0.1, 0.5]; 0.25 where that value is not finite.
  static double Shrink(double value, double slope, double value_at_end);
};

}  // namespace thalweg
