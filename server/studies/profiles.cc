#include "server/studies/profiles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace thalweg::studies {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kRatios = 21;       // 1, sqrt(2), 2 ... 1024
constexpr int kMostBudgets = 32;  // powers of two

/// Costs by problem, infinite where an arm did not solve it.
using Problem = std::vector<double>;  // by arm

std::vector<Problem> ProblemsOf(const std::vector<Attempt>& attempts, size_t arms, size_t targets) {
  std::map<std::pair<size_t, size_t>, Problem> problems;  // by instance and target
  for (const Attempt& attempt : attempts) {
    for (size_t target = 0; target < targets; ++target) {
      Problem& costs = problems[{attempt.instance, target}];
      costs.resize(arms, kInfinity);
      if (attempt.reached[target]) costs[attempt.arm] = attempt.reached[target]->evaluations;
    }
  }
  std::vector<Problem> list;
  for (auto& [key, costs] : problems) list.push_back(std::move(costs));
  return list;
}

/// The share of problems whose cost for `arm`, in units of `unit(problem)`, is within each bound.
template <typename Unit>
std::vector<double> Shares(const std::vector<Problem>& problems, size_t arm,
                           const std::vector<double>& bounds, Unit unit) {
  std::vector<double> shares;
  for (const double bound : bounds) {
    const auto within = std::count_if(problems.begin(), problems.end(), [&](const Problem& costs) {
      return costs[arm] < kInfinity && costs[arm] <= bound * unit(costs);
    });
    shares.push_back(
        problems.empty() ? 0 : static_cast<double>(within) / static_cast<double>(problems.size()));
  }
  return shares;
}

double Least(const Problem& costs) { return *std::min_element(costs.begin(), costs.end()); }

/// Powers of two from below the cheapest solution to above the dearest.
std::vector<double> BudgetsFor(const std::vector<Problem>& problems, double unit) {
  double least = kInfinity;
  double greatest = 0;
  for (const Problem& costs : problems) {
    for (const double cost : costs) {
      if (cost == kInfinity) continue;
      least = std::min(least, cost / unit);
      greatest = std::max(greatest, cost / unit);
    }
  }
  std::vector<double> budgets;
  if (!(least > 0 && least < kInfinity)) return budgets;
  double budget = std::exp2(std::floor(std::log2(least)));
  while (static_cast<int>(budgets.size()) < kMostBudgets) {
    budgets.push_back(budget);
    if (budget >= greatest) break;
    budget *= 2;
  }
  return budgets;
}

}  // namespace

void AddProfiles(const std::vector<Attempt>& attempts, int64_t variables, Results& results) {
  const auto problems = ProblemsOf(attempts, results.arms.size(), results.targets.size());
  const double unit = static_cast<double>(variables) + 1;
  for (int i = 0; i < kRatios; ++i) results.ratios.push_back(std::exp2(i / 2.0));
  results.budgets = BudgetsFor(problems, unit);
  for (size_t arm = 0; arm < results.arms.size(); ++arm) {
    results.arms[arm].performance = Shares(problems, arm, results.ratios, Least);
    results.arms[arm].data =
        Shares(problems, arm, results.budgets, [unit](const Problem&) { return unit; });
  }
}

}  // namespace thalweg::studies
