#pragma once

#include <array>
#include <cstdint>

#include "server/core/state.h"
#include "server/core/vector.h"

namespace thalweg {

/// What is kept of the way, to tell at its end how it went: a few numbers of each of the last
/// iterates, and of two far earlier ones. Values are in the problem's sign.
class Path {
 public:
  static constexpr int64_t kLength = 16;
  /// `turn` is only computed up to so many coordinates: beyond, a pass over x and g is not free.
  static constexpr Index kMostTurning = 4096;

  struct Place {
    int64_t iteration = 0;
    double value = 0;
    double gradient_norm = 0;  ///< NaN where no gradients are computed.
    double step_norm = 0;
    /// Cosine between the step that led here and the gradient found: positive where it crossed the
    /// bottom of a valley, 0 where it stopped there, NaN where unknown.
    double turn = 0;
  };

  void Add(const Place& place) {
    places_[static_cast<size_t>(place.iteration % kLength)] = place;
    if ((place.iteration & (place.iteration - 1)) != 0) return;
    before_milestone_ = milestone_;  // iterations 0, 1, 2, 4, 8 ...
    milestone_ = place;
  }

  /// The iterate `back` before the last one, at `last`; back < count(last).
  const Place& Before(int64_t last, int64_t back) const {
    return places_[static_cast<size_t>((last - back) % kLength)];
  }
  static int64_t count(int64_t last) { return last + 1 < kLength ? last + 1 : kLength; }
  /// At a quarter to half of all iterations.
  const Place& milestone() const { return before_milestone_; }

  void Remember(State& state);

 private:
  std::array<Place, kLength> places_;  // by iteration, modulo kLength
  Place milestone_, before_milestone_;
};

}  // namespace thalweg
