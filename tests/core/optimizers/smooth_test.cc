// What quasi-Newton methods, conjugate gradients and Barzilai-Borwein promise beside what every
// optimizer does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

constexpr Index kN = 6;

// sum of w_i (x_i - 1)^2 / 2 with coupled neighbours: a quadratic of six different curvatures.
std::unique_ptr<Objective> Quadratic() {
  return testing::FromText(
      "sum((i+1)*(x[i]-1)**2 for i in range(6)) + sum((x[i+1]-x[i])**2 for i in range(5))", kN);
}

DescentSettings With(const Part& optimizer, int64_t most, double gradient = 1e-9) {
  return {.optimizer = optimizer,
          .stopping = {After(most), {"gradient_norm", {{"threshold", gradient}}}},
          .start = Point({3, -2, 1, 4, -1, 2})};
}

const Setting kExact = std::vector<Part>{{"exact", {{"tolerance", 1e-14}}}};

TEST(ConjugateGradient, EndsOnAQuadraticInAsManyStepsAsThereAreCurvatures) {
  for (const char* beta :
       {"fletcher_reeves", "polak_ribiere", "hestenes_stiefel", "dai_yuan", "hager_zhang"}) {
    const Part method{"conjugate_gradient", {{"beta", std::string(beta)}, {"line_search", kExact}}};
    const Outcome outcome = RunOf(Quadratic(), With(method, 100));

    EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << beta;
    EXPECT_LE(outcome.iterates.back().iteration, kN) << beta;
  }
}

TEST(QuasiNewton, EndsOnAQuadraticInAsManyStepsAsThereAreCurvatures) {
  for (const char* kind : {"bfgs", "lbfgs", "lbfgsb"}) {
    const Outcome outcome = RunOf(Quadratic(), With({kind, {{"line_search", kExact}}}, 100));

    EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << kind;
    EXPECT_LE(outcome.iterates.back().iteration, kN + 1) << kind;
  }
}

TEST(Lbfgs, IsBfgsWhileItForgetsNothing) {
  const auto path = [](const Part& method) {
    return RunOf(testing::Rosenbrock(),
                 {.optimizer = method, .stopping = {After(12)}, .start = Point({-1.2, 1})})
        .iterates;
  };
  const auto dense = path({"bfgs", {{"value_correction", false}}});
  const auto limited = path({"lbfgs", {{"memory", 20.0}}});

  ASSERT_EQ(dense.size(), limited.size());
  for (size_t k = 0; k < dense.size(); ++k) {
    // The same numbers but for rounding, which the valley lets grow.
    EXPECT_LT((dense[k].x - limited[k].x).norm(), 1e-8) << k;
    EXPECT_EQ(dense[k].evaluations, limited[k].evaluations) << k;
  }
}

TEST(Lbfgs, TakesAHundredThousandVariables) {
  constexpr Index n = 100'000;
  const auto valleys = testing::Make(n, [](const Vector& x, Vector* g) {
    double value = 0;
    for (Index i = 0; i < x.size(); i += 2) {
      const double valley = x[i + 1] - x[i] * x[i];
      (*g)[i] = -400 * x[i] * valley - 2 * (1 - x[i]);
      (*g)[i + 1] = 200 * valley;
      value += 100 * valley * valley + (1 - x[i]) * (1 - x[i]);
    }
    return value;
  });
  Vector start = Vector::Ones(n);
  for (Index i = 0; i < n; i += 2) start[i] = -1.2;
  Problem problem(*valleys, Direction::kMinimize);
  const auto lbfgs = MakeFrom(Optimizers(), "optimizer", {"lbfgs", {}}).value();
  Iterate at;
  at.x = start;
  at.gradient.resize(n);
  ASSERT_TRUE(problem.Evaluate(at).ok());
  for (; at.iteration < 60; ++at.iteration) ASSERT_TRUE(lbfgs->Step(problem, at).ok());

  EXPECT_LT(at.gradient.norm(), 1e-6);
  EXPECT_LT(problem.evaluations().values, 90);
}

TEST(Bfgs, IsRefusedWhereItsMatrixWouldBeTooLarge) {
  const Vector start = Vector::Zero(5000);
  const auto descent =
      Descent::Create(testing::Bowl(5000), {.optimizer = {"bfgs", {}}, .start = start});

  ASSERT_FALSE(descent.ok());
  const auto violations = ViolationsOf(descent.status());
  EXPECT_EQ(violations[0].field, "optimizer.kind");
  EXPECT_THAT(violations[0].description, HasSubstr("4096"));
  EXPECT_THAT(violations[0].description, HasSubstr("lbfgs"));
}

TEST(QuasiNewton, BringsTheGradientBelowWhatTheValuesTell) {
  // A valley on a plateau of 1e6: values differ by less than their rounding (1e-10) long before the
  // gradient is 1e-8.
  const auto raised = [] {
    return testing::FromText("1000000 + 100*(x[1]-x[0]**2)**2 + (1-x[0])**2", 2);
  };
  for (const char* kind : {"bfgs", "lbfgs", "lbfgsb", "conjugate_gradient"}) {
    const Outcome outcome =
        RunOf(raised(), {.optimizer = {kind, {}},
                         .stopping = {After(2000), {"gradient_norm", {{"threshold", 1e-8}}}},
                         .start = Point({-1.2, 1})});

    EXPECT_EQ(outcome.reason.criterion, "gradient_norm") << kind << ": " << outcome.reason.detail;
  }
}

TEST(LineSearchMethod, SaysThatTheGradientDoesNotBelongToTheValue) {
  const auto wrong = [](const Vector& x, Vector* g) {
    if (g != nullptr) *g = -2 * x;
    return x.squaredNorm();
  };
  for (const char* kind : {"bfgs", "lbfgs", "lbfgsb", "conjugate_gradient", "barzilai_borwein"}) {
    const Outcome outcome =
        RunOf(testing::Make(2, wrong),
              {.optimizer = {kind, {}}, .stopping = {After(100)}, .start = Point({1, 2})});

    EXPECT_EQ(outcome.reason.termination, Termination::kStalled) << kind;
    EXPECT_EQ(outcome.reason.criterion, "line_search") << kind;
    EXPECT_THAT(outcome.reason.detail, HasSubstr("does not belong to the value")) << kind;
  }
}

TEST(LineSearchMethod, EndsConvergedWhereTheGradientIsZero) {
  const Outcome outcome =
      RunOf(testing::FromText("0*sum(x)", 2),
            {.optimizer = {"bfgs", {}}, .stopping = {After(100)}, .start = Point({1, 2})});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.iterates.back().iteration, 1);
}

TEST(Lbfgsb, HoldsTheVariablesThatWantOutAndFreesTheOthers) {
  // sum (x_i - c_i)^2 / 2 over a box: the answer is c projected. Coupling moves the free ones.
  const Bounds bounds{Vector::Constant(kN, 0.5), Vector::Constant(kN, 3.5)};
  DescentSettings settings = With({"lbfgsb", {}}, 100, 1e-10);
  settings.bounds = bounds;
  bounds.Project(settings.start);
  const Outcome outcome =
      RunOf(testing::FromText("sum((x[i]-i)**2 for i in range(6)) + x[0]*x[5]", kN), settings);

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_LT((outcome.best.x - Point({0.5, 1, 2, 3, 3.5, 3.5})).norm(), 1e-9);
}

TEST(BarzilaiBorwein, IsExactWhereAllCurvaturesAreOne) {
  // Any step shows the curvature, so the second is Newton's.
  const Outcome outcome = RunOf(testing::FromText("sum((x-7)**2)", 3),
                                {.optimizer = {"barzilai_borwein", {}},
                                 .stopping = {After(10), {"gradient_norm", {{"threshold", 1e-12}}}},
                                 .start = Point({1, 2, 3})});

  EXPECT_EQ(outcome.iterates.back().iteration, 2);
}

TEST(BarzilaiBorwein, MayRiseButNotAboveTheLastValues) {
  const Outcome outcome = RunOf(
      testing::Rosenbrock(),
      {.optimizer = {"barzilai_borwein", {}}, .stopping = {After(200)}, .start = Point({-1.2, 1})});
  bool rose = false;
  for (size_t k = 1; k < outcome.iterates.size(); ++k) {
    double highest = -kInfinity;
    for (size_t j = k < 10 ? 0 : k - 10; j < k; ++j) {
      highest = std::max(highest, outcome.iterates[j].value);
    }
    EXPECT_LE(outcome.iterates[k].value, highest) << k;
    rose = rose || outcome.iterates[k].value > outcome.iterates[k - 1].value;
  }
  EXPECT_TRUE(rose);
}

}  // namespace
}  // namespace thalweg
