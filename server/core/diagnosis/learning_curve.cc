#include "server/core/diagnosis/learning_curve.h"

namespace thalweg {
namespace {

void Keep(State& state, LearningCurve::Point& point) {
  state.Keep("epoch", point.epoch);
  state.Keep("training", point.training);
  state.Keep("validation", point.validation);
}

}  // namespace

void LearningCurve::Add(const Point& point) {
  if (added_ == 0) first_ = best_ = point;
  if (point.validation < best_.validation) best_ = point;
  points_[static_cast<size_t>(added_ % kLength)] = point;
  ++added_;
}

void LearningCurve::Remember(State& state) {
  state.Keep("measured", added_);
  if (added_ < 0) state.Fail("a negative count");
  Keep(state, first_);
  Keep(state, best_);
  for (Point& point : points_) Keep(state, point);
}

}  // namespace thalweg
