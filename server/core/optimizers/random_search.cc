#include "server/core/optimizers/random_search.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/direct_search.h"
#include "server/core/random.h"

namespace thalweg {
namespace {

// Numbers in a batch of points: 8 MiB.
constexpr Index kBatchSize = Index{1} << 20;
// More in one step would keep others waiting.
constexpr Range kSamples{1, 10'000, false, false};

}  // namespace

OptionTable<RandomSearch::Options> RandomSearch::Table() {
  return {
      {"sampling",
       &Options::sampling,
       {},
       "auto: uniform in the box where every coordinate has two bounds, else as gaussian: around "
       "the best so far",
       {"auto", "gaussian"}},
      {"samples", &Options::samples, kSamples, "points of one step"},
      {"width", &Options::width, kPositive,
       "first standard deviation around the best, in units of x (gaussian)"},
      {"grow",
       &Options::grow,
       {1, kInfinity, false, true},
       "factor of the width after a step that found something lower (gaussian)"},
      {"shrink",
       &Options::shrink,
       {0, 1, true, false},
       "factor of the width after one that did not (gaussian)"},
      {"width_tolerance", &Options::width_tolerance, kPositive,
       "it ends where the width is smaller, over max(1, |x|) (gaussian)"},
  };
}

absl::Status RandomSearch::Step(Problem& problem, Iterate& at) {
  if (width_ == 0) width_ = options_.width;
  const Index n = at.x.size();
  const Vector centre = at.x;
  const Index most = std::clamp<Index>(kBatchSize / n, 1, options_.samples);
  Matrix points(n, most);
  Vector values;
  Vector best_x;
  double best_value = at.value;
  for (int64_t first = 0; first < options_.samples; first += most) {
    const Index count = std::min<Index>(most, options_.samples - first);
    for (Index j = 0; j < count; ++j) {
      Draw(problem, at.iteration, first + j, centre, points.col(j));
    }
    if (absl::Status s = problem.Values(points.leftCols(count), values); !s.ok()) return s;
    at.trials += count;
    for (Index j = 0; j < count; ++j) {
      if (Comparable(values[j]) >= best_value) continue;
      best_value = values[j];
      best_x = points.col(j);
    }
  }
  at.learning_rate = Uniform(problem) ? 0 : width_;
  MoveIfLower(best_x, best_value, at);
  if (Uniform(problem)) return absl::OkStatus();
  const bool lower = (at.flags & kRejected) == 0;
  if (!lower || width_ < 0x1p500) width_ *= lower ? options_.grow : options_.shrink;
  width_limit_ = options_.width_tolerance * std::max(1.0, at.x.cwiseAbs().maxCoeff());
  return absl::OkStatus();
}

void RandomSearch::Draw(const Problem& problem, int64_t iteration, int64_t member,
                        const Vector& centre, Eigen::Ref<Vector> point) const {
  Random random(problem.seed(), iteration, member);
  const Bounds& bounds = problem.bounds();
  const bool uniform = Uniform(problem);
  for (Index i = 0; i < point.size(); ++i) {
    point[i] = uniform ? random.Uniform(bounds.lower[i], bounds.upper[i])
                       : centre[i] + width_ * random.Normal();
    if (bounds.any()) point[i] = std::min(std::max(point[i], bounds.lower[i]), bounds.upper[i]);
  }
}

std::optional<StopReason> RandomSearch::Finished() const {
  if (!(width_ < width_limit_)) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "sampling_width",
      width_,
      width_limit_,
      absl::StrFormat("points drawn ever closer to the best, now at %.3g, are not lower", width_),
      {}};
}

void RandomSearch::Remember(State& state) {
  state.Keep("width", width_);
  state.Keep("width_limit", width_limit_);
}

OptimizerEntry RandomSearchEntry() {
  return EntryOf<Optimizer, RandomSearch>(
      {.name = "random_search",
       .title = "Random search",
       .summary = "Tries points at random, in the whole box or around the best so far, and keeps "
                  "the lowest.",
       .formula =
           "x' = lowest of x and samples points: uniform in [lower, upper], or x + width*N(0, "
           "I); width *= grow after a success, shrink without",
       .source = "Brooks (1958); Rechenberg (1973)",
       .advice =
           "The measure that every other global method has to beat, and a way to see what "
           "values an objective takes. Uniform sampling comes near a minimum only as the n-th "
           "root of the number of points: polish what it finds with another method.",
       .example = "thalweg minimize --function rastrigin --optimizer random_search --set "
                  "sampling=gaussian --set width=2 --seed 1"});
}

}  // namespace thalweg
