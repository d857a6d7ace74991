#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "server/core/state.h"

namespace thalweg {

/// What is kept of how a model was learnt, to tell at its end how it went: the last iterates at
/// which f over all rows, or the loss over the rows held out, were computed; and the best of them.
class LearningCurve {
 public:
  static constexpr int64_t kLength = 16;

  struct Point {
    double epoch = 0;
    double training = std::numeric_limits<double>::quiet_NaN();    ///< f over all training rows.
    double validation = std::numeric_limits<double>::quiet_NaN();  ///< NaN: none are held out.
  };

  void Add(const Point& point);

  int64_t count() const { return added_ < kLength ? added_ : kLength; }
  /// The point `back` before the last one; back < count().
  const Point& Before(int64_t back) const {
    return points_[static_cast<size_t>((added_ - 1 - back) % kLength)];
  }
  const Point& first() const { return first_; }
  const Point& best() const { return best_; }  ///< By validation, where there is some.

  void Remember(State& state);

 private:
  std::array<Point, kLength> points_;  // by number, modulo kLength
  Point first_, best_;
  int64_t added_ = 0;
};

}  // namespace thalweg
