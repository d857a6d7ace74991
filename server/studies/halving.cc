#include "server/studies/halving.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::studies {
namespace {

constexpr int64_t kLeast = 2;  // evaluations of a run in a rung: its start and a step

/// Rungs until one arm is left.
int64_t RungsToOne(int64_t arms, int64_t eta) {
  int64_t rungs = 1;
  for (int64_t left = arms / eta; left > 1; left /= eta) ++rungs;
  return rungs;
}

absl::Status TooSmall(int64_t budget, int64_t rungs, int64_t arms, int64_t instances) {
  return Refuse(
      "budget", Reason::kInvalidValue,
      absl::StrCat(budget, " evaluations in ", rungs, rungs == 1 ? " rung" : " rungs", " for ",
                   arms, " arms of ", instances, instances == 1 ? " run" : " runs",
                   "; expected at least ", kLeast * rungs * arms * instances));
}

/// An arm's place among others: smaller is better.
struct Place {
  double median = 0;
  double mean = 0;
  size_t arm = 0;

  bool operator<(const Place& other) const {
    return std::tie(median, mean, arm) < std::tie(other.median, other.mean, other.arm);
  }
};

double Comparable(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

Place PlaceOf(size_t arm, const std::vector<size_t>& living,
              const std::vector<std::vector<double>>& values) {
  std::vector<double> ranks;
  for (size_t instance = 0; instance < values[arm].size(); ++instance) {
    const double own = Comparable(values[arm][instance]);
    const auto better = std::count_if(living.begin(), living.end(), [&](size_t other) {
      return Comparable(values[other][instance]) < own;
    });
    ranks.push_back(1 + static_cast<double>(better));
  }
  std::sort(ranks.begin(), ranks.end());
  const size_t n = ranks.size();
  return {(ranks[(n - 1) / 2] + ranks[n / 2]) / 2,
          std::accumulate(ranks.begin(), ranks.end(), 0.0) / static_cast<double>(n), arm};
}

}  // namespace

absl::StatusOr<std::vector<Rung>> PlanRungs(int64_t arms, int64_t instances, int64_t budget,
                                            const std::optional<Halving>& halving) {
  if (halving && halving->eta < 2) {
    return Refuse("halving.eta", Reason::kInvalidValue,
                  absl::StrCat(halving->eta, "; expected 2 or more"));
  }
  const int64_t most = halving ? RungsToOne(arms, halving->eta) : 1;
  const int64_t rungs = halving && halving->rungs != 0 ? halving->rungs : most;
  if (rungs < 1 || rungs > most) {
    return Refuse("halving.rungs", Reason::kInvalidValue,
                  absl::StrCat(rungs, "; expected 1 to ", most, ", or 0 for ", most));
  }
  if (budget / rungs / arms / instances < kLeast) return TooSmall(budget, rungs, arms, instances);
  std::vector<Rung> plan;
  int64_t left = arms;
  int64_t evaluations = 0;
  for (int64_t i = 0; i < rungs; ++i) {
    evaluations += budget / rungs / left / instances;
    plan.push_back({left, evaluations});
    if (halving) left = std::max<int64_t>(1, left / halving->eta);
  }
  return plan;
}

std::vector<size_t> Promoted(const std::vector<size_t>& living,
                             const std::vector<std::vector<double>>& values, size_t keep) {
  std::vector<Place> places;
  for (const size_t arm : living) places.push_back(PlaceOf(arm, living, values));
  std::sort(places.begin(), places.end());
  places.resize(std::min(keep, places.size()));
  std::vector<size_t> promoted;
  for (const Place& place : places) promoted.push_back(place.arm);
  std::sort(promoted.begin(), promoted.end());
  return promoted;
}

}  // namespace thalweg::studies
