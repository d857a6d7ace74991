#include "server/core/populations/population_method.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/populations/evaluate.h"
#include "server/core/sampling.h"

namespace thalweg {
namespace {

// Numbers a population may hold: 128 MiB; trials, and what a method archives, come on top.
constexpr Index kMostNumbers = Index{1} << 24;

}  // namespace

OptionTable<PopulationOptions> PopulationTable(const std::string& usual_size) {
  using Options = PopulationOptions;
  return {
      {"population", &Options::population, Range{0, 1e6, false, false},
       absl::StrCat("members of the population; 0: ", usual_size)},
      {"initial_spread", &Options::initial_spread, kPositive,
       "half width, in units of x, of the first population around the start, in coordinates that "
       "do not have two finite bounds; those that do are filled from bound to bound"},
      {"tolerance", &Options::tolerance, kUnitHalfOpen,
       "ends the run once the population is narrower than this, relative to the first one"},
      {"patience", &Options::patience, kCountOrZero,
       "ends the run after so many generations without a better point; 0: never"},
  };
}

Capabilities PopulationMethod::capabilities() const {
  const Index size = std::max(least_, static_cast<Index>(shared_.population));
  return {
      .gradient = false, .bounds = true, .random = true, .most_coordinates = kMostNumbers / size};
}

absl::Status PopulationMethod::Step(Problem& problem, Iterate& at) {
  at.flags |= kRejected;  // until EvaluateMembers finds something better
  absl::Status status;
  if (members_.size() == 0) {
    const Index n = problem.size();
    const Index most = kMostNumbers / n;
    const Index size = shared_.population > 0 ? static_cast<Index>(shared_.population)
                                              : std::min(UsualSize(n), most);
    region_ = RegionAround(at.x, problem.bounds(), shared_.initial_spread);
    const Vector start = at.x;
    status = SpreadOut(problem, std::max(size, least_), &start, at);
    if (status.ok()) Begin(problem, at);
  } else {
    status = Generation(problem, at);
  }
  if (!status.ok()) return status;
  fruitless_ = (at.flags & kRejected) != 0 ? fruitless_ + 1 : 0;
  spread_ = members_.Spread(region_.Width());
  at.learning_rate = spread_;
  return status;
}

absl::Status PopulationMethod::SpreadOut(Problem& problem, Index size, const Vector* start,
                                         Iterate& at) {
  const Index n = problem.size();
  const double start_value = at.value;
  Matrix points = LatinHypercube(n, size, problem.seed(), at.iteration);
  region_.Stretch(points);
  absl::Status status;
  if (start == nullptr) {
    status = EvaluateMembers(problem, points, at, members_.values);
  } else {
    points.col(0) = *start;
    Vector others;
    status = EvaluateMembers(problem, points.rightCols(size - 1), at, others);
    members_.values.resize(size);
    members_.values << start_value, others;
  }
  members_.points = std::move(points);
  return status;
}

// Near a minimum of value v the objective is flat to rounding, eps |v|, at sqrt(eps) of its width
// already: no narrower population can be told from chance.
bool PopulationMethod::Collapsed() const {
  if (spread_ <= shared_.tolerance) return true;
  if (spread_ > std::sqrt(shared_.tolerance)) return false;
  const double low = members_.values.minCoeff();
  const double high = members_.values.maxCoeff();
  const double rounding = 4 * std::numeric_limits<double>::epsilon();
  return high - low <= rounding * std::max(std::abs(low), std::abs(high));
}

std::optional<StopReason> PopulationMethod::Finished() const {
  if (members_.size() == 0) return std::nullopt;
  if (Collapsed()) {
    return StopReason{Termination::kConverged,
                      "population_spread",
                      spread_,
                      shared_.tolerance,
                      absl::StrFormat("the population has collapsed to %.3g of its first width, or "
                                      "to what rounding can tell apart",
                                      spread_),
                      {}};
  }
  if (shared_.patience > 0 && fruitless_ >= shared_.patience) {
    return StopReason{Termination::kStalled,
                      "patience",
                      static_cast<double>(fruitless_),
                      static_cast<double>(shared_.patience),
                      absl::StrFormat("no better point was found in %d generations", fruitless_),
                      {}};
  }
  return std::nullopt;
}

void PopulationMethod::Remember(State& state) {
  members_.Remember(state, "members");
  region_.Remember(state);
  state.Keep("spread", spread_);
  state.Keep("fruitless", fruitless_);
  RememberMore(state);
}

}  // namespace thalweg
