// Nothing alarming is said of runs that ended well: test functions with smooth minima, solved.

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/functions/catalogue.h"
#include "server/core/objective_spec.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Outcome;

class EveryFunction : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryFunction, IsNoCauseForAlarmWhereItWasSolved) {
  const TestFunction& function = **FindTestFunction(GetParam());
  const Index n = function.dimensions.usual;
  const auto minimum = function.minimum(n);
  for (const auto* kind : {"lbfgs", "bfgs", "newton_trust_region", "truncated_newton"}) {
    if (FindEntry(Optimizers(), kind) == nullptr) continue;
    auto objective = BuildObjective({.function = function.name, .dimension = n}, {});
    ASSERT_TRUE(objective.ok()) << objective.status();
    const Outcome outcome = testing::RunOf(*std::move(objective),
                                           {.optimizer = {kind, {}}, .start = function.start(n)});
    const auto& certificate = outcome.reason.certificate;
    const bool solved = certificate && certificate->verdict == Verdict::kLocalMinimum;
    const bool lowest = minimum && outcome.best.value <= *minimum + 1e-8;
    if (!solved && !lowest) continue;
    for (const Finding& finding : outcome.reason.findings) {
      EXPECT_TRUE(finding.informational)
          << kind << " ended " << TerminationName(outcome.reason.termination) << " by "
          << outcome.reason.criterion << " at " << outcome.best.value << ", " << certificate->text
          << "\n"
          << finding.code << ": " << finding.text << " (" << finding.evidence << ")";
    }
  }
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const TestFunction& function : TestFunctions()) {
    if (function.smooth) names.push_back(function.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Smooth, EveryFunction, ::testing::ValuesIn(Names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace thalweg
