#include "server/core/optimizers/artificial_bee_colony.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "server/core/entry_of.h"
#include "server/core/populations/differential.h"
#include "server/core/populations/evaluate.h"

namespace thalweg {
namespace {

constexpr Index kUsualSize = 30;

/// The paper's equation 2.1 (fit): positive, the larger the better.
double Fitness(double value) { return value >= 0 ? 1 / (1 + value) : 1 - value; }

}  // namespace

OptionTable<ArtificialBeeColony::Options> ArtificialBeeColony::Table() {
  return Joined<Options>(
      {{"limit", &Options::limit, kCountOrZero,
        "fruitless searches after which a source is left; 0: population times n"}},
      PopulationTable("30"));
}

Index ArtificialBeeColony::UsualSize(Index /*n*/) const { return kUsualSize; }

void ArtificialBeeColony::Begin(Problem& /*problem*/, const Iterate& /*at*/) {
  fruitless_searches_.assign(static_cast<size_t>(members_.size()), 0);
}

absl::Status ArtificialBeeColony::Generation(Problem& problem, Iterate& at) {
  Random random(problem.seed(), at.iteration, 0);
  std::vector<Index> all(static_cast<size_t>(members_.size()));
  std::iota(all.begin(), all.end(), Index{0});
  absl::Status status = Search(all, random, problem, at);
  if (status.ok()) status = Search(ChosenByOnlookers(random), random, problem, at);
  if (status.ok()) status = SendScout(random, problem, at);
  return status;
}

// Near each of `sources`: one coordinate is moved along its difference to that of another source.
absl::Status ArtificialBeeColony::Search(const std::vector<Index>& sources, Random& random,
                                         Problem& problem, Iterate& at) {
  const Matrix& x = members_.points;
  trials_.resize(x.rows(), static_cast<Index>(sources.size()));
  for (Index i = 0; i < trials_.cols(); ++i) {
    const Index source = sources[static_cast<size_t>(i)];
    const Index d = random.Below(x.rows());
    const Index other = OtherThan(random, members_.size(), source);
    trials_.col(i) = x.col(source);
    trials_(d, i) += random.Uniform(-1, 1) * (x(d, source) - x(d, other));
    if (!problem.bounds().any()) continue;
    trials_(d, i) = std::clamp(trials_(d, i), problem.bounds().lower[d], problem.bounds().upper[d]);
  }
  absl::Status status = EvaluateMembers(problem, trials_, at, trial_values_);
  if (!status.ok()) return status;
  for (Index i = 0; i < trials_.cols(); ++i) {
    const Index source = sources[static_cast<size_t>(i)];
    int64_t& fruitless = fruitless_searches_[static_cast<size_t>(source)];
    ++fruitless;
    if (!(trial_values_[i] < members_.values[source])) continue;
    members_.points.col(source) = trials_.col(i);
    members_.values[source] = trial_values_[i];
    fruitless = 0;
  }
  return status;
}

// As many onlookers as sources; each takes one with a probability in proportion to its fitness.
std::vector<Index> ArtificialBeeColony::ChosenByOnlookers(Random& random) const {
  std::vector<double> up_to;
  double sum = 0;
  for (const double value : members_.values) up_to.push_back(sum += Fitness(value));
  std::vector<Index> chosen;
  for (Index i = 0; i < members_.size(); ++i) {
    const double drawn = random.Uniform() * sum;
    const auto place = std::upper_bound(up_to.begin(), up_to.end(), drawn) - up_to.begin();
    chosen.push_back(std::min(static_cast<Index>(place), members_.size() - 1));
  }
  return chosen;
}

// At most one in a cycle, for the source that was searched in vain most often.
absl::Status ArtificialBeeColony::SendScout(Random& random, Problem& problem, Iterate& at) {
  const auto worst = std::max_element(fruitless_searches_.begin(), fruitless_searches_.end());
  const Index n = members_.points.rows();
  const int64_t limit = options_.limit > 0 ? options_.limit : members_.size() * n;
  if (*worst <= limit) return absl::OkStatus();
  trials_.resize(n, 1);
  for (Index d = 0; d < n; ++d) trials_(d, 0) = random.Uniform();
  region_.Stretch(trials_);
  absl::Status status = EvaluateMembers(problem, trials_, at, trial_values_);
  if (!status.ok()) return status;
  const Index source = worst - fruitless_searches_.begin();
  members_.points.col(source) = trials_.col(0);
  members_.values[source] = trial_values_[0];
  *worst = 0;
  return status;
}

void ArtificialBeeColony::RememberMore(State& state) {
  state.Keep("fruitless_searches", fruitless_searches_);
}

OptimizerEntry ArtificialBeeColonyEntry() {
  return EntryOf<Optimizer, ArtificialBeeColony>(
      {.name = "artificial_bee_colony",
       .title = "Artificial bee colony",
       .summary = "Searches near each of many points along one coordinate, near the good ones more "
                  "often, and leaves those that have not improved for long.",
       .formula = "v = x_i but v_d = x_id + U(-1, 1)*(x_id - x_kd); onlookers choose i with "
                  "probability fit_i / sum fit; a scout after `limit` failures",
       .source = "Karaboga & Basturk (2007), J. Global Optimization 39",
       .advice = "For functions whose variables hardly interact, with many minima: it never stops "
                 "exploring. In curved or rotated valleys it creeps; take lshade or cma_es there.",
       .example = "thalweg minimize --function schwefel --lower x=-500 --upper x=500 "
                  "--optimizer artificial_bee_colony"});
}

}  // namespace thalweg
