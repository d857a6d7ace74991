#include "server/studies/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "server/studies/profiles.h"
#include "server/studies/verdict.h"

namespace thalweg::studies {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Attempts = std::vector<const Attempt*>;

void Add(const Cost& more, Cost& sum) {
  sum.iterations += more.iterations;
  sum.evaluations += more.evaluations;
  sum.seconds += more.seconds;
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return kInfinity;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

ArmAtTarget AtTarget(const Attempts& attempts, size_t target) {
  Cost spent;
  double successes = 0;
  for (const Attempt* attempt : attempts) {
    const std::optional<Cost>& reached = attempt->reached[target];
    Add(reached ? *reached : attempt->spent, spent);
    if (reached) ++successes;
  }
  ArmAtTarget at;
  if (successes == 0) return at;
  at.success_rate = successes / static_cast<double>(attempts.size());
  at.expected = {spent.iterations / successes, spent.evaluations / successes,
                 spent.seconds / successes};
  return at;
}

ArmResult ResultOf(const Attempts& attempts, size_t targets) {
  ArmResult result;
  result.best_value = kInfinity;
  std::vector<double> best_values;
  for (const Attempt* attempt : attempts) {
    best_values.push_back(attempt->best_value);
    result.best_value = std::min(result.best_value, attempt->best_value);
    Add(attempt->spent, result.spent);
    ++result.endings[attempt->ending];
  }
  result.median_value = MedianOf(std::move(best_values));
  for (size_t target = 0; target < targets; ++target) {
    result.targets.push_back(AtTarget(attempts, target));
  }
  return result;
}

// The tightest target that either reaches decides, then the best value.
bool Better(const ArmResult& a, const ArmResult& b) {
  for (size_t target = a.targets.size(); target-- > 0;) {
    const std::optional<Cost>& cost_a = a.targets[target].expected;
    const std::optional<Cost>& cost_b = b.targets[target].expected;
    if (cost_a && cost_b) return cost_a->evaluations < cost_b->evaluations;
    if (cost_a || cost_b) return cost_a.has_value();
  }
  return a.median_value < b.median_value;
}

/// Arms from best to worst; equal ones in their own order. Sets the ranks.
std::vector<size_t> RankArms(std::vector<ArmResult>& arms) {
  std::vector<size_t> order(arms.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&arms](size_t a, size_t b) { return Better(arms[a], arms[b]); });
  for (size_t place = 0; place < order.size(); ++place) {
    const bool equal = place > 0 && !Better(arms[order[place - 1]], arms[order[place]]);
    arms[order[place]].rank = equal ? arms[order[place - 1]].rank : static_cast<int64_t>(place) + 1;
  }
  return order;
}

}  // namespace

std::vector<Target> TargetsFor(const std::vector<double>& given) {
  std::vector<Target> targets;
  for (const double value : given) targets.push_back({0, value});
  std::stable_sort(targets.begin(), targets.end(),
                   [](const Target& a, const Target& b) { return a.value > b.value; });
  if (!targets.empty()) return targets;
  for (const double tau : kTaus) targets.push_back({tau, 0});
  return targets;
}

double ValueOf(const Target& target, double start_value, double best_of_study) {
  if (target.tau == 0) return target.value;
  return best_of_study + target.tau * (start_value - best_of_study);
}

double BestOf(const std::vector<Attempt>& attempts) {
  double best = kInfinity;
  for (const Attempt& attempt : attempts) best = std::min(best, attempt.best_value);
  return best;
}

Results Tabulate(const std::vector<Target>& targets, const std::vector<Attempt>& attempts,
                 const std::vector<std::string>& titles, int64_t variables) {
  Results results;
  results.targets = targets;
  std::vector<Attempts> by_arm(titles.size());
  for (const Attempt& attempt : attempts) by_arm[attempt.arm].push_back(&attempt);
  for (const Attempts& of_arm : by_arm) {
    results.arms.push_back(ResultOf(of_arm, targets.size()));
  }
  const std::vector<size_t> order = RankArms(results.arms);
  AddProfiles(attempts, variables, results);
  results.winner = WinnerOf(results, order, titles);
  return results;
}

}  // namespace thalweg::studies
