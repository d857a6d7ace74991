#include "server/core/populations/cma_descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "absl/strings/str_format.h"
#include "server/core/deterministic_math.h"

namespace thalweg {
namespace {

constexpr int64_t kMostFlat = 10;         // generations
constexpr double kWorstCondition = 1e14;  // of C
constexpr double kLargestGrowth = 1e4;    // of deviations, relative to the first
constexpr int64_t kLongestMemory = 2000;  // generations
constexpr int64_t kBetweenLooks = 50;     // generations, for stagnation

std::vector<Index> Ranked(const Vector& values) {
  std::vector<Index> order(static_cast<size_t>(values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return values[a] < values[b]; });
  return order;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Whether the median of the last third is no better than that of the first.
bool NoBetter(const std::vector<double>& values) {
  const auto third = static_cast<std::ptrdiff_t>(values.size() / 3);
  return Median({values.end() - third, values.end()}) >=
         Median({values.begin(), values.begin() + third});
}

StopReason Over(Termination termination, const char* criterion, double measured, double threshold,
                std::string detail) {
  return {termination, criterion, measured, threshold, std::move(detail), {}};
}

}  // namespace

void CmaDescent::Learn(const Vector& values) {
  const CmaForm& form = distribution_.form();
  const std::vector<Index> order = Ranked(values);
  Note(values, order);
  const auto value = [&](Index rank) { return values[order[static_cast<size_t>(rank)]]; };
  if (!std::isfinite(value(distribution_.constants().mu - 1))) {
    // Too few members are known to say where to go: nearer to the mean there may be more.
    distribution_.ScaleSigma(0.5);
    return;
  }
  const bool flat = value(0) == value(std::min(form.lambda - 1, 1 + form.lambda / 4));
  flat_ = flat ? flat_ + 1 : 0;
  distribution_.Update(order);
  const CmaConstants& constants = distribution_.constants();
  if (flat) distribution_.ScaleSigma(Exp(0.2 + constants.c_sigma / constants.d_sigma));
}

void CmaDescent::Note(const Vector& values, const std::vector<Index>& order) {
  const double best = values[order.front()];
  last_range_ = values[order.back()] - best;
  if (generations_ == 0) {
    for (const double value : values) {
      if (std::isfinite(value)) first_range_ = std::max(first_range_, value - best);
    }
  }
  ++generations_;
  bests_.push_back(best);
  medians_.push_back(values[order[order.size() / 2]]);
  const auto most = static_cast<size_t>(std::max(Window(), LongWindow()));
  while (bests_.size() > most) {
    bests_.erase(bests_.begin());
    medians_.erase(medians_.begin());
  }
}

int64_t CmaDescent::Window() const {
  const auto& [n, lambda, active, diagonal] = distribution_.form();
  return std::min<int64_t>(kLongestMemory, 10 + (30 * n + lambda - 1) / lambda);
}

int64_t CmaDescent::LongWindow() const {
  const auto& [n, lambda, active, diagonal] = distribution_.form();
  return std::min<int64_t>(kLongestMemory, std::max(120 + 30 * n / lambda, generations_ / 5));
}

double CmaDescent::RecentRange() const {
  const auto window = static_cast<std::ptrdiff_t>(Window());
  const auto [low, high] = std::minmax_element(bests_.end() - window, bests_.end());
  return std::max(*high - *low, last_range_);
}

bool CmaDescent::HasNoEffect() const {
  const Vector& mean = distribution_.mean();
  const Vector step =
      0.2 * distribution_.sigma() * distribution_.scale().cwiseProduct(distribution_.Deviations());
  for (Index d = 0; d < mean.size(); ++d) {
    if (distribution_.scale()[d] > 0 && mean[d] + step[d] == mean[d]) return true;
  }
  return false;
}

bool CmaDescent::Stagnates() const {
  if (generations_ % kBetweenLooks != 0) return false;
  if (static_cast<int64_t>(bests_.size()) < LongWindow()) return false;
  return NoBetter(bests_) && NoBetter(medians_);
}

double CmaDescent::StepSize() const {
  return distribution_.sigma() *
         distribution_.scale().cwiseProduct(distribution_.Deviations()).maxCoeff();
}

std::optional<StopReason> CmaDescent::WhyOver(const Tolerances& tolerances) const {
  if (generations_ == 0) return std::nullopt;
  const double relative = distribution_.sigma() / first_sigma_;
  const double widest = relative * distribution_.Deviations().maxCoeff();
  const double longest = std::max(widest, relative * distribution_.path().cwiseAbs().maxCoeff());
  if (!(longest >= tolerances.x)) {
    return Over(Termination::kConverged, "tolerance_x", longest, tolerances.x,
                absl::StrFormat("all deviations have shrunk to %.3g of the first ones", longest));
  }
  if (flat_ >= kMostFlat) {
    return Over(Termination::kStalled, "flat", static_cast<double>(flat_),
                static_cast<double>(kMostFlat),
                absl::StrFormat("the better members of %d generations had equal values: "
                                "the objective is flat here, or resolved to rounding",
                                flat_));
  }
  if (static_cast<int64_t>(bests_.size()) >= Window()) {
    const double range = RecentRange();
    const double rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(bests_.back());
    const double threshold = std::max(tolerances.value * std::min(1.0, first_range_), rounding);
    if (range <= threshold) {
      return Over(Termination::kConverged, "tolerance_value", range, threshold,
                  absl::StrFormat("values have differed by %.3g at most in %d generations", range,
                                  Window()));
    }
  }
  if (HasNoEffect()) {
    return Over(Termination::kConverged, "no_effect", distribution_.sigma(), 0,
                "deviations are below the spacing of floating-point numbers at the mean");
  }
  if (const double condition = distribution_.Condition(); !(condition <= kWorstCondition)) {
    return Over(Termination::kStalled, "condition", condition, kWorstCondition,
                absl::StrFormat("the covariance has become degenerate: condition %.3g", condition));
  }
  if (widest > kLargestGrowth) {
    return Over(Termination::kStalled, "growth", widest, kLargestGrowth,
                absl::StrFormat("deviations have grown to %.3g times the first ones: those were "
                                "far too small, or the objective falls without end",
                                widest));
  }
  if (Stagnates()) {
    return Over(Termination::kStalled, "stagnation", 0, static_cast<double>(LongWindow()),
                absl::StrFormat("best and median value have not improved in %d generations",
                                bests_.size()));
  }
  if (most_generations_ > 0 && generations_ >= most_generations_) {
    return Over(Termination::kLimit, "generations", static_cast<double>(generations_),
                static_cast<double>(most_generations_),
                absl::StrFormat("the descent has had its %d generations", generations_));
  }
  return std::nullopt;
}

void CmaDescent::Remember(State& state) {
  distribution_.Remember(state);
  state.Keep("first_sigma", first_sigma_);
  state.Keep("most_generations", most_generations_);
  state.Keep("generations", generations_);
  state.Keep("first_range", first_range_);
  state.Keep("last_range", last_range_);
  state.Keep("flat", flat_);
  state.Keep("bests", bests_);
  state.Keep("medians", medians_);
  if (!state.writing() && bests_.size() != medians_.size()) {
    state.Fail("there are not as many best as median values");
  }
}

}  // namespace thalweg
