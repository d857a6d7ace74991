// Optimizers made of others.

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/composition/choice.h"
#include "server/core/descent.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::Recorded;
using testing::RunOf;

using Parts = std::vector<Part>;

// (x^2 + y - 11)^2 + (x + y^2 - 7)^2: four minima of value 0. Himmelblau (1972).
std::unique_ptr<Objective> Himmelblau() {
  return FromText("(x[0]**2 + x[1] - 11)**2 + (x[0] + x[1]**2 - 7)**2", 2);
}

std::vector<Note> NotesOf(const Outcome& outcome) {
  std::vector<Note> notes;
  for (const Recorded& iterate : outcome.iterates) {
    notes.insert(notes.end(), iterate.notes.begin(), iterate.notes.end());
  }
  return notes;
}

Part Stage(const Part& optimizer, const Parts& until) {
  return {"stage", {{"optimizer", Parts{optimizer}}, {"until", until}}};
}

// --- stages ---

TEST(Stages, BeginEachFromTheBestOfTheOneBefore) {
  const Part gradient_descent{"gradient_descent", {{"learning_rate", 0.01}}};
  const Outcome outcome =
      RunOf(Himmelblau(), {.optimizer = {"stages",
                                         {{"stages", Parts{Stage(gradient_descent, {After(7)}),
                                                           Stage({"bfgs", {}}, {})}}}},
                           .stopping = {After(100)},
                           .start = Point({0, 0})});
  const Outcome alone =
      RunOf(Himmelblau(),
            {.optimizer = gradient_descent, .stopping = {After(7)}, .start = Point({0, 0})});

  EXPECT_EQ(outcome.iterates[7].x, alone.iterates[7].x);
  EXPECT_NE(outcome.iterates[8].flags & kRestarted, 0U);
  EXPECT_LT(outcome.iterates[8].value, outcome.iterates[7].value);
  EXPECT_LT(outcome.best.value, 1e-15);
  ASSERT_EQ(NotesOf(outcome).size(), 1U);
  EXPECT_EQ(NotesOf(outcome)[0].code, "stage");
  EXPECT_THAT(
      NotesOf(outcome)[0].text,
      HasSubstr("Stage 1, gradient_descent, is over: the limit of 7 iterations was reached. "
                "Stage 2, bfgs, goes on"));
}

TEST(Stages, CountTheIterationsOfAScheduleFromTheirOwnBeginning) {
  const Part falling{"cosine", {{"initial", 0.02}, {"final", 0.001}, {"steps", 10.0}}};
  const Part part{"gradient_descent", {{"learning_rate", Parts{falling}}}};
  const Outcome outcome =
      RunOf(Himmelblau(),
            {.optimizer = {"stages", {{"stages", Parts{Stage(part, {After(5)}), Stage(part, {})}}}},
             .stopping = {After(10)},
             .start = Point({0, 0})});

  EXPECT_EQ(outcome.iterates[6].learning_rate, outcome.iterates[1].learning_rate);
}

TEST(Stages, GoOnWhereOneHasGoneAstray) {
  const Part wild{"gradient_descent", {{"learning_rate", 10.0}}};
  const Outcome outcome =
      RunOf(Himmelblau(),
            {.optimizer = {"stages", {{"stages", Parts{Stage(wild, {}), Stage({"bfgs", {}}, {})}}}},
             .stopping = {After(100), {"divergence", {{"threshold", 1e300}}}},
             .start = Point({0, 0})});

  EXPECT_LT(outcome.best.value, 1e-15) << outcome.reason.detail;
}

TEST(Stages, SayWhichOfThemIsWrong) {
  const auto made =
      MakeFrom(Optimizers(), "optimizer",
               {"stages", {{"stages", Parts{Stage({"bfgs", {}}, {}), Stage({"bfsg", {}}, {})}}}});

  const auto violations = ViolationsOf(made.status());
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "settings[stages][1].settings.optimizer.kind");
  EXPECT_THAT(violations[0].description, HasSubstr("did you mean 'bfgs'?"));
}

TEST(Stages, MayNotEndByTheClock) {
  const Part time{"time", {{"threshold", 1.0}}};
  const auto made = MakeFrom(Optimizers(), "optimizer",
                             {"stages", {{"stages", Parts{Stage({"bfgs", {}}, {time})}}}});

  EXPECT_THAT(made.status().message(), HasSubstr("time cannot end a part of a run"));
}

// --- multi_start and restarts ---

TEST(MultiStart, FindsAllFourMinimaAndCountsThem) {
  const Outcome outcome = RunOf(Himmelblau(), {.optimizer = {"multi_start", {{"starts", 40.0}}},
                                               .start = Point({0, 0}),
                                               .bounds = {Point({-5, -5}), Point({5, 5})},
                                               .seed = 1});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "starts");
  EXPECT_THAT(outcome.reason.detail, HasSubstr("all 40 starts are used"));
  EXPECT_THAT(outcome.reason.detail, HasSubstr("led to 4 different points"));
  EXPECT_EQ(NotesOf(outcome).size(), 40U);
}

TEST(MultiStart, SpreadsItsStartsAroundTheGivenOneWhereThereAreNoBounds) {
  const Outcome outcome =
      RunOf(Himmelblau(), {.optimizer = {"multi_start", {{"starts", 9.0}, {"spread", 2.0}}},
                           .start = Point({10, 10}),
                           .seed = 1});

  for (const Recorded& iterate : outcome.iterates) {
    if ((iterate.flags & kRestarted) == 0) continue;
    EXPECT_LT(iterate.step_norm, 100);
  }
  EXPECT_LT(outcome.best.value, 1e-12);
}

TEST(MultiStart, SkipsStartsOutsideTheDomain) {
  const Outcome outcome =
      RunOf(FromText("sum(x - log(x))", 2),
            {.optimizer = {"multi_start", {{"starts", 30.0}, {"optimizer", Parts{{"bfgs", {}}}}}},
             .start = Point({3, 3}),
             .seed = 1});

  EXPECT_EQ(outcome.reason.criterion, "starts");
  EXPECT_NEAR(outcome.best.value, 2, 1e-12);
}

// x^2 + 10 sin(x)^2 has its least minimum at 0 and others near multiples of pi.
TEST(Restarts, HopOutOfABasin) {
  const auto bumpy = [] { return FromText("x[0]**2 + 10*sin(x[0])**2", 1); };
  const Part descent{"gradient_descent", {{"learning_rate", 0.02}}};
  const DescentSettings settings{
      .optimizer = {"restarts",
                    {{"restarts", 60.0}, {"perturbation", 2.0}, {"optimizer", Parts{descent}}}},
      .start = Point({9}),
      .seed = 3};
  const Outcome alone = RunOf(bumpy(), {.optimizer = descent, .start = Point({9})});

  EXPECT_GT(alone.best.value, 1);
  EXPECT_LT(RunOf(bumpy(), settings).best.value, 1e-12);
}

TEST(Restarts, OnlyForgetWithoutAPerturbation) {
  const Outcome outcome = RunOf(
      Himmelblau(), {.optimizer = {"restarts",
                                   {{"restarts", 3.0},
                                    {"perturbation", 0.0},
                                    {"until", Parts{After(2)}},
                                    {"optimizer", Parts{{"momentum", {{"learning_rate", 0.01}}}}}}},
                     .start = Point({0, 0})});

  EXPECT_EQ(outcome.iterates.back().iteration, 8);
  EXPECT_NE(outcome.iterates[3].flags & kRestarted, 0U);
  EXPECT_LT(outcome.iterates[8].value, outcome.iterates[2].value);
}

// --- auto ---

Choice Chosen(std::unique_ptr<Objective> f, const Vector& start, const Bounds& bounds = {},
              bool global = false) {
  Problem problem(*f, Direction::kMinimize, bounds);
  Iterate at;
  at.x = start;
  EXPECT_TRUE(problem.Evaluate(at).ok());
  const auto choice = ChooseOptimizer(problem, at, global);
  EXPECT_TRUE(choice.ok()) << choice.status();
  return choice.value_or(Choice{});
}

TEST(Auto, ChoosesByTheFormOfTheObjective) {
  const auto quartic = [](Index n) { return FromText("sum(x**4) + sum(x)", n); };
  const Bounds box{Point({-1, -1}), Point({9, 9})};

  EXPECT_EQ(Chosen(Himmelblau(), Point({0, 0})).kind, "levenberg_marquardt");
  EXPECT_EQ(Chosen(quartic(2), Point({1, 2})).kind, "bfgs");
  EXPECT_EQ(Chosen(quartic(1000), Vector::Ones(1000)).kind, "lbfgs");
  EXPECT_EQ(Chosen(quartic(2), Point({1, 2}), box).kind, "lbfgsb");
  EXPECT_EQ(Chosen(quartic(2), Point({1, 2}), box, /*global=*/true).kind, "lshade");
  EXPECT_EQ(Chosen(FromText("sum(abs(x - 1)) + sum(x)", 2), Point({1, 2})).kind, "nelder_mead");
  EXPECT_EQ(Chosen(FromText("sum(abs(x - 1)) + sum(x)", 50), Vector::Ones(50)).kind, "cma_es");
}

TEST(Auto, SaysWhy) {
  EXPECT_THAT(Chosen(FromText("abs(x[0] - 1) + x[0]", 1), Point({3})).why, HasSubstr("abs("));
  EXPECT_EQ(Chosen(Himmelblau(), Point({0, 0})).why, "it is a sum of 2 squares");
}

// Noise of 1e-6 of the value, as a simulation has it: far above the rounding of f, far below what
// a smooth step of 1e-8 changes.
TEST(Auto, SeesNoise) {
  EXPECT_EQ(Chosen(FromText("1 + exp(x[0]) + 1e-6*sin(1e12*x[0])", 1), Point({0.3})).kind,
            "nelder_mead");
  EXPECT_EQ(Chosen(FromText("1 + exp(x[0]) + 1e-6*sin(x[0])", 1), Point({0.3})).kind, "bfgs");
}

TEST(Auto, TellsItsChoiceInTheTrace) {
  const Outcome outcome = RunOf(Himmelblau(), {.optimizer = {"auto", {}}, .start = Point({0, 0})});

  ASSERT_FALSE(NotesOf(outcome).empty());
  EXPECT_EQ(NotesOf(outcome)[0].code, "choice");
  EXPECT_EQ(NotesOf(outcome)[0].text, "Chose levenberg_marquardt: it is a sum of 2 squares.");
  EXPECT_LT(outcome.best.value, 1e-15);
}

// A kink that no formula shows: the gradient is that of |x| + y^2, given as smooth.
TEST(Auto, GoesOnWithoutGradientsWhereTheyLeadNowhere) {
  const Outcome outcome = RunOf(testing::Make(2,
                                              [](const Vector& x, Vector* g) {
                                                if (g != nullptr)
                                                  *g = Point({x[0] < 0 ? -1.0 : 1.0, 2 * x[1]});
                                                return std::abs(x[0]) + x[1] * x[1];
                                              }),
                                {.optimizer = {"auto", {}}, .start = Point({3, 1})});

  EXPECT_LT(outcome.best.value, 1e-6) << outcome.reason.detail;
}

}  // namespace
}  // namespace thalweg
