// Smooth methods on the problems of Moré, Garbow & Hillstrom (1981), from their standard starts to
// their published minima.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/reference/mgh.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using testing::After;
using testing::MghProblem;
using testing::Outcome;
using testing::RunOf;

// Published minima are printed to six digits; where more are known they are refined in 50-digit
// arithmetic, and a local one that is not is known to its printed digits.
bool AtAPublishedMinimum(double value, double start, const MghProblem& problem) {
  for (const MghProblem::Minimum& minimum : problem.minima) {
    const double margin = std::max(1e-8 * (start - minimum.value), 1e-5 * minimum.value);
    if (std::abs(value - minimum.value) <= margin) return true;
  }
  return false;
}

Outcome RunFromStart(const MghProblem& problem, const std::string& method) {
  return RunOf(problem.MakeObjective(),
               {.optimizer = {method, {}},
                .stopping = {After(3000), {"gradient_norm", {{"threshold", 1e-10}}}},
                .start = problem.start});
}

class MghSmooth : public ::testing::TestWithParam<std::string> {};

TEST_P(MghSmooth, ReachesAPublishedMinimum) {
  const auto problems = testing::MghProblems();
  if (problems.empty()) GTEST_SKIP() << "the reference problems are not here";
  for (const MghProblem& problem : problems) {
    const Outcome outcome = RunFromStart(problem, GetParam());

    EXPECT_TRUE(AtAPublishedMinimum(outcome.best.value, outcome.iterates.front().value, problem))
        << problem.name << ": " << outcome.best.value << " after "
        << outcome.iterates.back().evaluations.values << " evaluations, "
        << outcome.reason.criterion << ": " << outcome.reason.detail;
  }
}

INSTANTIATE_TEST_SUITE_P(QuasiNewton, MghSmooth, ::testing::Values("bfgs", "lbfgs", "lbfgsb"),
                         [](const auto& method) { return method.param; });

// Methods that keep a vector or two need thousands of steps where curvatures differ by 1e6 and
// more; these problems are those whose valleys are milder.
class MghGradient : public ::testing::TestWithParam<std::string> {};

TEST_P(MghGradient, ReachesAPublishedMinimumWhereTheValleyIsMild) {
  const std::vector<std::string> mild = {"01_", "13_", "15_", "21_", "25_", "27_", "29_", "30_"};
  for (const MghProblem& problem : testing::MghProblems()) {
    if (std::find(mild.begin(), mild.end(), problem.name.substr(0, 3)) == mild.end()) continue;
    const Outcome outcome = RunFromStart(problem, GetParam());

    EXPECT_TRUE(AtAPublishedMinimum(outcome.best.value, outcome.iterates.front().value, problem))
        << problem.name << ": " << outcome.best.value << ", " << outcome.reason.criterion;
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, MghGradient,
                         ::testing::Values("conjugate_gradient", "barzilai_borwein"),
                         [](const auto& method) { return method.param; });

// Values from Ceres' bounded version of the problems, reproduced by SciPy.
TEST(MghBounded, LbfgsbReachesThePublishedMinimaWithinBounds) {
  for (const MghProblem& problem : testing::MghProblems()) {
    if (!problem.bounded) continue;
    Vector start = problem.start;
    problem.bounded->bounds.Project(start);
    const Outcome outcome =
        RunOf(problem.MakeObjective(),
              {.optimizer = {"lbfgsb", {}},
               .stopping = {After(3000), {"gradient_norm", {{"threshold", 1e-10}}}},
               .start = start,
               .bounds = problem.bounded->bounds});
    // The values are given to eight digits.
    const double margin = 1e-7 * problem.bounded->value + 1e-12 * outcome.iterates.front().value;
    EXPECT_NEAR(outcome.best.value, problem.bounded->value, margin)
        << problem.name << ": " << outcome.reason.criterion << ", " << outcome.reason.detail;
  }
}

}  // namespace
}  // namespace thalweg
