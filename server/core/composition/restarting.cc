#include "server/core/composition/restarting.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/norms.h"
#include "server/core/random.h"
#include "server/core/sampling.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr Range kStarts{1, 100'000, false, false};
constexpr size_t kMostMinima = 1000;     // told apart; later ones are not counted
constexpr double kSameMinimum = 1e-6;    // of max(1, |f|)
constexpr double kSamePlace = 1e-3;      // of max(1, |x|): where a flat minimum is, is not sharp
constexpr Index kMostNumbers = 1 << 20;  // of places kept; without them values tell minima apart

// What both entries say of their inner optimizer.
template <typename Options>
OptionTable<Options> LegTable() {
  return {
      {"optimizer", &Options::optimizer, From("optimizer"), "what descends from each start"},
      {"until", &Options::until, From("stopping rule"),
       "ends a descent; also ended where the optimizer can go no further. Default: gradient_norm"},
  };
}

template <typename Options>
absl::StatusOr<std::unique_ptr<Leg>> MakeLeg(const Options& options) {
  absl::StatusOr<Leg> leg = Leg::Make(options.optimizer, options.until);
  if (leg.ok()) return std::make_unique<Leg>(*std::move(leg));
  std::vector<Violation> violations = ViolationsOf(leg.status());
  for (Violation& violation : violations) {  // "until[0].kind" -> "settings[until][0].kind"
    const size_t end = std::min(violation.field.find_first_of("[."), violation.field.size());
    violation.field =
        absl::StrCat("settings[", violation.field.substr(0, end), "]", violation.field.substr(end));
  }
  return Refuse(std::move(violations));
}

}  // namespace

// --- what both share ---

Capabilities Restarting::capabilities() const {
  Capabilities can = leg_->optimizer().capabilities();
  can.searches_on = true;
  can.batches = false;  // it compares values of one function
  can.random = can.random || starts_ > 1;
  return can;
}

absl::Status Restarting::BeginNext(Problem& problem, Iterate& at) {
  if (!leg_->begun()) {
    RunBegins(at.x);
    return leg_->Begin(problem, 0, /*evaluated=*/true, at);
  }
  for (++start_; start_ < starts_; ++start_) {
    Vector x = StartAt(start_, problem);
    problem.bounds().Project(x);
    double value = 0;
    if (absl::Status status = problem.Value(x, value); !status.ok()) return status;
    if (!std::isfinite(value)) continue;  // outside the domain of f
    at.x = std::move(x);
    at.flags |= kRestarted;
    over_ = false;
    return leg_->Begin(problem, start_, /*evaluated=*/false, at);
  }
  Finish();
  return absl::OkStatus();
}

absl::Status Restarting::Step(Problem& problem, Iterate& at) {
  if (over_ || !leg_->begun()) {
    absl::Status status = BeginNext(problem, at);
    if (!status.ok() || finished_) return status;
  }
  const auto reason = leg_->Step(problem, at);
  if (!reason.ok()) return reason.status();
  if (!reason->has_value()) return absl::OkStatus();
  over_ = true;
  const Best& best = leg_->best();
  LegIsOver(start_, best, problem);
  Count(best);
  at.notes.push_back(
      {"start", absl::StrFormat("Start %d of %d ended at %.10g: %s.", start_ + 1, starts_,
                                problem.Signed(best.value), (*reason)->detail)});
  if (start_ + 1 == starts_) Finish();
  return absl::OkStatus();
}

void Restarting::Count(const Best& best) {
  const Index kept = places_.cols();  // of the first minima; where n is large, of none
  for (size_t i = 0; i < values_.size(); ++i) {
    const double scale = std::max({1.0, std::abs(best.value), std::abs(values_[i])});
    if (std::abs(best.value - values_[i]) > kSameMinimum * scale) continue;
    const auto column = static_cast<Index>(i);
    if (column < kept &&
        Distance(best.x, places_.col(column)) > kSamePlace * std::max(1.0, NormsOf(best.x).two)) {
      continue;
    }
    values_[i] = std::min(values_[i], best.value);
    ++times_[i];
    return;
  }
  if (values_.size() >= kMostMinima) return;
  const Index n = best.x.size();
  if (kept == static_cast<Index>(values_.size()) && n * (kept + 1) <= kMostNumbers) {
    places_.conservativeResize(n, kept + 1);
    places_.col(kept) = best.x;
  }
  values_.push_back(best.value);
  times_.push_back(1);
}

void Restarting::Finish() {
  const auto least = std::min_element(values_.begin(), values_.end());
  const int64_t times = times_[static_cast<size_t>(least - values_.begin())];
  finished_ = StopReason{
      Termination::kConverged,
      "starts",
      static_cast<double>(starts_),
      static_cast<double>(starts_),
      absl::StrFormat("all %d starts are used; they led to %d different points, and %d of them to "
                      "the best",
                      starts_, values_.size(), times),
      {}};
}

void Restarting::Remember(State& state) {
  state.Keep("start", start_);
  state.Keep("start_over", over_);
  state.Keep("minima", values_);
  state.Keep("times", times_);
  state.Keep("places", places_);
  if (values_.size() != times_.size()) state.Fail("minima and their counts differ in number");
  leg_->Remember(state);
}

// --- multi_start ---

OptionTable<MultiStart::Options> MultiStart::Table() {
  OptionTable<Options> table = LegTable<Options>();
  table.push_back({"starts", &Options::starts, kStarts, "how many, the given one included"});
  table.push_back({"sampling",
                   &Options::sampling,
                   {},
                   "sobol: a scrambled Sobol sequence (a Latin hypercube beyond 64 coordinates); "
                   "latin_hypercube; uniform: at random",
                   {"sobol", "latin_hypercube", "uniform"}});
  table.push_back({"spread", &Options::spread, kPositive,
                   "where a coordinate lacks a bound, starts are within this of the given one"});
  return table;
}

absl::StatusOr<std::unique_ptr<Optimizer>> MultiStart::Make(const Options& options) {
  auto leg = MakeLeg(options);
  if (!leg.ok()) return leg.status();
  return std::make_unique<MultiStart>(*std::move(leg), options);
}

Vector MultiStart::StartAt(int64_t start, const Problem& problem) {
  const Index n = problem.size();
  const auto others = static_cast<Index>(starts()) - 1;
  Vector unit(n);
  if (options_.sampling == "uniform") {
    Random random(problem.seed(), start, 0);
    for (double& coordinate : unit) coordinate = random.Uniform();
  } else if (options_.sampling == "sobol" && n <= kSobolDimensions) {
    unit = Sobol(n, problem.seed()).Point(static_cast<uint64_t>(start - 1));
  } else {
    unit = LatinHypercube(n, others, problem.seed()).col(static_cast<Index>(start) - 1);
  }
  const Bounds& bounds = problem.bounds();
  Vector x(n);
  for (Index i = 0; i < n; ++i) {
    double low = centre_[i] - options_.spread;
    double high = centre_[i] + options_.spread;
    if (bounds.any() && std::isfinite(bounds.lower[i])) low = bounds.lower[i];
    if (bounds.any() && std::isfinite(bounds.upper[i])) high = bounds.upper[i];
    x[i] = low + (std::max(high, low) - low) * unit[i];
  }
  return x;
}

void MultiStart::Remember(State& state) {
  Restarting::Remember(state);
  state.Keep("centre", centre_);
}

// --- restarts ---

OptionTable<Restarts::Options> Restarts::Table() {
  OptionTable<Options> table = LegTable<Options>();
  table.push_back({"restarts", &Options::restarts, kStarts, "how often it begins afresh"});
  table.push_back({"perturbation", &Options::perturbation, kNonNegative,
                   "standard deviation by which each coordinate is moved; 0: not at all"});
  table.push_back({"temperature", &Options::temperature, kNonNegative,
                   "a worse minimum is taken with probability exp(-rise/temperature), in units of "
                   "f; 0: never"});
  return table;
}

absl::StatusOr<std::unique_ptr<Optimizer>> Restarts::Make(const Options& options) {
  auto leg = MakeLeg(options);
  if (!leg.ok()) return leg.status();
  return std::make_unique<Restarts>(*std::move(leg), options);
}

void Restarts::LegIsOver(int64_t start, const Best& best, const Problem& problem) {
  const double rise = best.value - from_value_;
  const bool hot = options_.temperature > 0 &&
                   Random(problem.seed(), start, 1).Uniform() < Exp(-rise / options_.temperature);
  if (from_.size() > 0 && rise >= 0 && !hot) return;
  from_ = best.x;
  from_value_ = best.value;
}

Vector Restarts::StartAt(int64_t start, const Problem& problem) {
  Vector x = from_;
  Random random(problem.seed(), start, 0);
  if (options_.perturbation > 0) {
    for (double& coordinate : x) coordinate += options_.perturbation * random.Normal();
  }
  return x;
}

void Restarts::Remember(State& state) {
  Restarting::Remember(state);
  state.Keep("from", from_);
  state.Keep("from_value", from_value_);
}

// --- the rows of the catalogue ---

OptimizerEntry MultiStartEntry() {
  return EntryOf<Optimizer, MultiStart>(
      {.name = "multi_start",
       .title = "Multi-start",
       .summary = "Descends from many starts, spread evenly, and tells which minima they led to.",
       .formula = "x = best of optimizer(start_i), start_i from a low-discrepancy sequence",
       .source = "Rinnooy Kan & Timmer (1987); Sobol (1967)",
       .advice = "For a smooth function of few coordinates with several minima, where you want to "
                 "know how many there are and how often each is found. Give bounds, or a spread.",
       .example =
           "thalweg minimize --function himmelblau --optimizer multi_start --set starts=10"});
}

OptimizerEntry RestartsEntry() {
  return EntryOf<Optimizer, Restarts>(
      {.name = "restarts",
       .title = "Restarts (basin hopping)",
       .summary = "Begins afresh from the best point, moved at random, whenever a descent is over.",
       .formula = "x = best + perturbation*N(0, I); descend; accept if lower or by temperature",
       .source = "Wales & Doye (1997); Li & Scheraga (1987)",
       .advice = "For functions whose good minima lie near each other. With perturbation=0 it only "
                 "clears the optimizer's memory, which helps a method that has stalled.",
       .example = "thalweg minimize --function rastrigin --optimizer restarts --set perturbation=1 "
                  "--set restarts=50"});
}

}  // namespace thalweg
