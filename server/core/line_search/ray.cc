#include "server/core/line_search/ray.h"

#include <algorithm>
#include <cmath>

namespace thalweg {

Ray::Ray(Problem& problem, const Iterate& at, const Vector& direction, double slope, double longest,
         Place& place)
    : problem_(problem),
      at_(at),
      direction_(direction),
      slope_(slope),
      longest_(longest),
      place_(place) {
  place_.x.resize(at.x.size());
  place_.gradient.resize(at.x.size());
}

absl::StatusOr<bool> Ray::Try(double step, double good, Trial& trial) {
  while (!spent()) {
    const absl::Status status = Evaluate(step, trial);
    if (!status.ok()) return status;
    if (std::isfinite(trial.change) && std::isfinite(trial.slope)) {
      finite_ = true;
      if (trial.change < best_.change) best_ = trial;
      return true;
    }
    if (step > good) longest_ = std::min(longest_, good + 0.5 * (step - good));
    step = good + 0.1 * (step - good);
  }
  return false;
}

absl::StatusOr<Found> Ray::Settle(Trial& trial) {
  if (best_.step == 0) return Found::kNone;
  if (last_ != best_.step) {
    const absl::Status status = Evaluate(best_.step, trial);
    if (!status.ok()) return status;
  }
  trial = best_;
  return Found::kLower;
}

absl::Status Ray::Evaluate(double step, Trial& trial) {
  ++trials_;
  last_ = step;
  place_.x = at_.x + step * direction_;
  problem_.bounds().Project(place_.x);  // x + a*d may miss a bound by a rounding
  const absl::Status status = problem_.ValueAndGradient(place_.x, place_.value, place_.gradient);
  trial.step = step;
  trial.change = place_.value - at_.value;
  trial.slope = place_.gradient.dot(direction_);
  const double size = std::max(std::abs(at_.value), std::abs(place_.value));
  const double told = step * (slope_ + trial.slope) / 2;
  if (std::abs(trial.change) > kValueRounding * size) {
    contradicted_ = trial.change > 0 && told < 0;
  } else {
    trial.change = contradicted_ ? std::abs(trial.change) : told;
  }
  return status;
}

}  // namespace thalweg
