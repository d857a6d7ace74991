#include "server/core/optimizers/lshade.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/populations/differential.h"
#include "server/core/populations/evaluate.h"

namespace thalweg {
namespace {

constexpr int64_t kEvaluationsPerCoordinate = 2000;
constexpr int64_t kBudgetGrowth = 2;
constexpr double kDeviation = 0.1;  // of F (Cauchy's scale) and CR around the memory's entries
constexpr int kMostDraws = 100;
constexpr int64_t kLargestBudget = int64_t{1} << 53;
constexpr Range kShare{0, 1, true, false};

}  // namespace

OptionTable<Lshade::Options> Lshade::Table() {
  return Joined<Options>(
      {
          {"budget", &Options::budget, kCountOrZero,
           "evaluations over which the population shrinks in the first descent; 0: 2000 n"},
          {"smallest_population", &Options::smallest_population, Range{4, 1e6, false, false},
           "members at the end of a descent; as large as the population: it never shrinks"},
          {"most_restarts", &Options::most_restarts, kCountOrZero,
           "further descents, each with twice the budget, while none has ended where the best did"},
          {"best_share", &Options::best_share, kShare,
           "p: the share of the population, the best of it, that attracts the others"},
          {"archive_rate", &Options::archive_rate, Range{0, 5, false, false},
           "replaced members that are kept for differences, per member"},
          {"memory", &Options::memory, Range{1, 1000, false, false},
           "H: how many past generations' successful F and CR are remembered"},
          {"crossover_floor", &Options::crossover_floor, kUnit,
           "CR is at least this in the first part of a descent"},
          {"crossover_floor_until", &Options::crossover_floor_until, kUnit,
           "that part, as a share of the budget"},
          {"factor_cap", &Options::factor_cap, kShare,
           "F is at most this in the first part of a descent"},
          {"factor_cap_until", &Options::factor_cap_until, kUnit,
           "that part, as a share of the budget"},
      },
      PopulationTable("30 sqrt(n)"));
}

Index Lshade::UsualSize(Index n) const {
  return static_cast<Index>(std::round(30 * std::sqrt(static_cast<double>(n))));
}

// --- descents ---

void Lshade::Begin(Problem& problem, const Iterate& at) {
  spent_ = at.trials;
  BeginDescent(options_.budget > 0 ? options_.budget : kEvaluationsPerCoordinate * problem.size());
}

void Lshade::BeginDescent(int64_t budget) {
  const auto entries = static_cast<size_t>(options_.memory);
  factors_.assign(entries, 0.5);
  crossovers_.assign(entries, 0.5);
  next_memory_ = 0;
  first_size_ = members_.size();
  const double capacity = options_.archive_rate * static_cast<double>(first_size_);
  archive_.resize(members_.points.rows(), static_cast<Index>(capacity));
  archived_ = 0;
  budget_ = budget;
}

double Lshade::Elapsed() const {
  return std::min(1.0, static_cast<double>(spent_) / static_cast<double>(budget_));
}

bool Lshade::DescentIsOver() const {
  return restarts_ < options_.most_restarts && (spent_ >= budget_ || Collapsed());
}

absl::Status Lshade::Restart(Problem& problem, Iterate& at) {
  champion_ = at.x;
  const int64_t budget = std::min(kBudgetGrowth * budget_, kLargestBudget);
  absl::Status status = SpreadOut(problem, first_size_, nullptr, at);
  if (!status.ok()) return status;
  ++restarts_;
  spent_ = at.trials;
  BeginDescent(budget);
  at.flags |= kRestarted;
  at.notes.push_back({"restart", absl::StrFormat("descent %d begins with %d members and %d "
                                                 "evaluations; the best value so far is kept",
                                                 restarts_ + 1, first_size_, budget)});
  return status;
}

// Where two descents from fresh populations end at the same point, a third would too.
bool Lshade::EndedAtChampion() const {
  if (champion_.size() == 0 || !Collapsed()) return false;
  Population ends;
  ends.points.resize(champion_.size(), 2);
  ends.points << champion_, members_.points.col(members_.Best());
  return ends.Spread(region_.Width()) <= std::sqrt(options_.tolerance);
}

std::optional<StopReason> Lshade::Finished() const {
  if (restarts_ >= options_.most_restarts) return PopulationMethod::Finished();
  if (!EndedAtChampion()) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "agreement",
      spread_,
      options_.tolerance,
      absl::StrFormat("descent %d ended where the best of those before had ended", restarts_ + 1),
      {}};
}

// --- one generation ---

absl::Status Lshade::Generation(Problem& problem, Iterate& at) {
  if (DescentIsOver()) return Restart(problem, at);
  Random random(problem.seed(), at.iteration, 0);
  Propose(problem.bounds(), random);
  absl::Status status = EvaluateMembers(problem, trials_, at, trial_values_);
  if (!status.ok()) return status;
  spent_ += trials_.cols();
  Select(random);
  Shrink(random);
  return status;
}

Lshade::Settings Lshade::Draw(Random& random) const {
  const auto entry = static_cast<size_t>(random.Below(static_cast<Index>(factors_.size())));
  Settings drawn{factors_[entry], 0};
  if (crossovers_[entry] >= 0) {
    drawn.crossover = std::clamp(crossovers_[entry] + kDeviation * random.Normal(), 0.0, 1.0);
  }
  for (int i = 0; i < kMostDraws; ++i) {
    const double factor = factors_[entry] + kDeviation * random.Cauchy();
    if (!(factor > 0)) continue;
    drawn.factor = std::min(factor, 1.0);
    break;
  }
  if (Elapsed() < options_.crossover_floor_until) {
    drawn.crossover = std::max(drawn.crossover, options_.crossover_floor);
  }
  if (Elapsed() < options_.factor_cap_until) {
    drawn.factor = std::min(drawn.factor, options_.factor_cap);
  }
  return drawn;
}

// current-to-pbest/1: towards one of the best, and along the difference of a member and of one of
// the members or of the archive.
void Lshade::Propose(const Bounds& bounds, Random& random) {
  const Matrix& x = members_.points;
  const Index size = members_.size();
  const std::vector<Index> order = members_.Ranked();
  const double share = options_.best_share * static_cast<double>(size);
  const Index attracting = std::clamp(static_cast<Index>(std::round(share)), Index{2}, size);
  trials_.resize(x.rows(), size);
  drawn_.resize(static_cast<size_t>(size));
  for (Index i = 0; i < size; ++i) {
    const Settings drawn = Draw(random);
    const Index best = order[static_cast<size_t>(random.Below(attracting))];
    const Index first = OtherThan(random, size, i);
    const Index second = OtherThan(random, size + static_cast<Index>(archived_), i, first);
    const Matrix& pool = second < size ? x : archive_;
    const auto other = pool.col(second < size ? second : second - size);
    trials_.col(i) =
        x.col(i) + drawn.factor * (x.col(best) - x.col(i)) + drawn.factor * (x.col(first) - other);
    CrossOver(drawn.crossover, x.col(i), random, trials_.col(i));
    PullInside(bounds, x.col(i), trials_.col(i));
    drawn_[static_cast<size_t>(i)] = drawn;
  }
}

// A trial that is no worse takes its parent's place; one that is better teaches F and CR.
void Lshade::Select(Random& random) {
  std::vector<Index> improved;
  Vector gains(members_.size());
  for (Index i = 0; i < members_.size(); ++i) {
    if (!(trial_values_[i] <= members_.values[i])) continue;
    if (trial_values_[i] < members_.values[i]) {
      // From +infinity any finite value is a gain beyond measure; it counts as none of its own.
      const double gain = members_.values[i] - trial_values_[i];
      gains[static_cast<Index>(improved.size())] = std::isfinite(gain) ? gain : 0;
      improved.push_back(i);
      Archive(i, random);
    }
    members_.points.col(i) = trials_.col(i);
    members_.values[i] = trial_values_[i];
  }
  Learn(improved, gains);
}

// Lehmer means of the successful F and CR, weighted by what they gained.
void Lshade::Learn(const std::vector<Index>& improved, const Vector& gains) {
  const auto count = static_cast<Index>(improved.size());
  const double most = count > 0 ? gains.head(count).maxCoeff() : 0;
  if (!(most > 0)) return;
  double f = 0;
  double ff = 0;
  double c = 0;
  double cc = 0;
  for (Index s = 0; s < count; ++s) {
    const double weight = gains[s] / most;
    const auto& [factor, crossover] = drawn_[static_cast<size_t>(improved[static_cast<size_t>(s)])];
    f += weight * factor;
    ff += weight * factor * factor;
    c += weight * crossover;
    cc += weight * crossover * crossover;
  }
  const auto entry = static_cast<size_t>(next_memory_);
  factors_[entry] = ff / f;
  crossovers_[entry] = crossovers_[entry] < 0 || c == 0 ? -1 : cc / c;
  next_memory_ = (next_memory_ + 1) % options_.memory;
}

void Lshade::Archive(Index member, Random& random) {
  if (archive_.cols() == 0) return;
  const bool full = archived_ >= archive_.cols();
  const Index place = full ? random.Below(archive_.cols()) : static_cast<Index>(archived_++);
  archive_.col(place) = members_.points.col(member);
}

// The population's size falls linearly with the evaluations; the worst leave.
void Lshade::Shrink(Random& random) {
  const double first = static_cast<double>(first_size_);
  const double last = std::min(first, static_cast<double>(options_.smallest_population));
  const auto size = static_cast<Index>(std::round(first + (last - first) * Elapsed()));
  if (size < members_.size()) members_.Keep(members_.Ranked(), size);

  const double capacity = options_.archive_rate * static_cast<double>(members_.size());
  while (static_cast<double>(archived_) > capacity) {
    const Index leaving = random.Below(static_cast<Index>(archived_));
    --archived_;
    archive_.col(leaving) = archive_.col(static_cast<Index>(archived_));
  }
}

void Lshade::RememberMore(State& state) {
  state.Keep("archive", archive_);
  state.Keep("archived", archived_);
  state.Keep("factors", factors_);
  state.Keep("crossovers", crossovers_);
  state.Keep("next_memory", next_memory_);
  state.Keep("first_size", first_size_);
  state.Keep("budget", budget_);
  state.Keep("spent", spent_);
  state.Keep("restarts", restarts_);
  state.Keep("champion", champion_);
}

OptimizerEntry LshadeEntry() {
  return EntryOf<Optimizer, Lshade>(
      {.name = "lshade",
       .title = "L-SHADE (self-adaptive differential evolution)",
       .summary = "Differential evolution that learns its own factors and crossover rates and "
                  "lets its population shrink; begins again until two descents agree.",
       .formula = "u = x_i + F*(x_pbest - x_i) + F*(x_r1 - x_r2), crossed with x_i at rate CR; "
                  "F, CR drawn around what was successful",
       .source = "Tanabe & Fukunaga (2014), IEEE CEC; Brest, Maucec & Boskovic (2017), IEEE CEC",
       .advice = "The first choice where there are many minima, up to about 50 variables, without "
                 "gradients and without settings. It costs thousands of evaluations per variable: "
                 "for one smooth valley cma_es or a quasi-Newton method is far cheaper.",
       .example = "thalweg minimize --function rastrigin --dimension 10 "
                  "--lower x=-5.12 --upper x=5.12 --optimizer lshade"});
}

}  // namespace thalweg
