#include "server/core/descent.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Begun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::Point;
using testing::Recorder;
using testing::RunOf;
using ::testing::SizeIs;

Part GradientDescentAt(double rate) { return {"gradient_descent", {{"learning_rate", rate}}}; }

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const Violation& violation : ViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

TEST(Descent, StopsAtTheIterationWhereTheValueFirstChangesByLess) {
  // x_k = 2.5 (1 - 0.8^k), f_k + 1 = 6.25 * 0.64^k: the first k with a change below 1e-8 is 45.
  const Outcome outcome =
      RunOf(testing::ShiftedSquare(), {.optimizer = GradientDescentAt(0.1),
                                       .stopping = {{"value_change", {{"threshold", 1e-8}}}},
                                       .start = Point({0})});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "value_change");
  EXPECT_EQ(outcome.iterates.back().iteration, 45);
  EXPECT_DOUBLE_EQ(outcome.iterates.back().x[0], 2.499891109642585);
  EXPECT_NEAR(outcome.iterates.back().value, -0.99999998814289, 1e-14);
}

TEST(Descent, RecordsEveryIterateOnceBeginningWithTheStart) {
  const auto descent =
      Begun(testing::Square(),
            {.optimizer = GradientDescentAt(0.25), .stopping = {After(100)}, .start = Point({8})});
  Recorder recorder;
  EXPECT_FALSE(descent->Advance(1, 0, nullptr, recorder));
  EXPECT_FALSE(descent->Advance(2, 0, nullptr, recorder));

  ASSERT_THAT(recorder.iterates, SizeIs(4));
  for (int k = 0; k < 4; ++k) {
    const testing::Recorded& iterate = recorder.iterates[static_cast<size_t>(k)];
    EXPECT_EQ(iterate.iteration, k);
    EXPECT_EQ(iterate.x[0], std::ldexp(8, -k));  // each step halves x, without rounding
    EXPECT_EQ(iterate.value, std::ldexp(64, -2 * k));
    EXPECT_EQ(iterate.gradient_norm, std::ldexp(16, -k));
    EXPECT_EQ(iterate.gradient_max, std::ldexp(16, -k));
    EXPECT_EQ(iterate.step_norm, k == 0 ? 0 : std::ldexp(8, -k));
    EXPECT_EQ(iterate.learning_rate, k == 0 ? 0 : 0.25);
    EXPECT_EQ(iterate.evaluations, (Evaluations{k + 1, k + 1}));
    EXPECT_EQ(iterate.flags, kNewBest);
  }
}

TEST(Descent, RecordsTheStartWhereItIsTheAnswerAlready) {
  const Outcome outcome =
      RunOf(testing::Square(), {.optimizer = GradientDescentAt(0.1), .start = Point({0})});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "gradient_norm");
  EXPECT_THAT(outcome.iterates, SizeIs(1));
}

TEST(Descent, LeavesOffAfterTheIterationInWhichItWasInterrupted) {
  const auto descent =
      Begun(testing::Square(), {.optimizer = GradientDescentAt(0.1), .start = Point({1})});
  Recorder recorder;
  int asked = 0;

  const auto reason = descent->Advance(
      10, 0, [&] { return ++asked > 3; }, recorder);

  EXPECT_FALSE(reason);
  EXPECT_EQ(descent->at().iteration, 3);
  EXPECT_THAT(recorder.iterates, SizeIs(4));
}

TEST(Descent, KeepsTheBestWhenLaterIteratesAreWorse) {
  const Outcome outcome =
      RunOf(testing::XCos(),
            {.optimizer = GradientDescentAt(3), .stopping = {After(50)}, .start = Point({15})});

  double least = outcome.iterates.front().value;
  for (const auto& iterate : outcome.iterates) {
    EXPECT_EQ((iterate.flags & kNewBest) != 0, iterate.iteration == 0 || iterate.value < least);
    least = std::min(least, iterate.value);
    EXPECT_EQ(iterate.best_value, least);
  }
  EXPECT_EQ(outcome.best.value, least);
  const auto& best = outcome.iterates[static_cast<size_t>(outcome.best.iteration)];
  EXPECT_EQ(best.value, least);
  EXPECT_EQ(best.x, outcome.best.x);
}

TEST(Descent, KeepsTheFirstOfEqualsAsTheBest) {
  const Outcome outcome =  // from 10 to -10 and back, for ever
      RunOf(testing::Square(),
            {.optimizer = GradientDescentAt(1), .stopping = {After(9)}, .start = Point({10})});

  EXPECT_EQ(outcome.iterates.back().value, 100);
  EXPECT_EQ(outcome.best.iteration, 0);
  EXPECT_EQ(outcome.best.x, Point({10}));
}

TEST(Descent, ReportsValuesOfAMaximisedObjectiveInTheCallersSign) {
  const Outcome outcome = RunOf(testing::Negated(testing::ShiftedSquare()),
                                {.optimizer = GradientDescentAt(0.1),
                                 .stopping = {{"target_value", {{"threshold", 0.99}}}},
                                 .direction = Direction::kMaximize,
                                 .start = Point({0})});

  EXPECT_EQ(outcome.reason.criterion, "target_value");
  EXPECT_EQ(outcome.iterates.front().value, -5.25);
  EXPECT_GE(outcome.iterates.back().value, 0.99);
  EXPECT_EQ(outcome.iterates.back().best_value, outcome.iterates.back().value);
}

TEST(Descent, PrefersTheMoreTellingOfTwoReasonsWhicheverWasGivenFirst) {
  const Outcome outcome = RunOf(testing::ShiftedSquare(),
                                {.optimizer = GradientDescentAt(0.1),
                                 .stopping = {After(45), {"value_change", {{"threshold", 1e-8}}}},
                                 .start = Point({0})});

  EXPECT_EQ(outcome.iterates.back().iteration, 45);
  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
}

TEST(Descent, EndsFailedWhereTheObjectiveCannotBeEvaluated) {
  const auto descent =
      Begun(std::make_unique<testing::Faulty>(testing::Square(), 3, testing::Fault::kStatus),
            {.optimizer = GradientDescentAt(0.1), .start = Point({1})});
  Recorder recorder;

  const auto reason = descent->Advance(10, 0, nullptr, recorder);

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->termination, Termination::kFailed);
  EXPECT_EQ(reason->criterion, "error");
  EXPECT_THAT(reason->detail, HasSubstr("iteration 3: the evaluator has gone"));
  EXPECT_EQ(descent->at().x, recorder.iterates.back().x);
  EXPECT_EQ(descent->at().value, recorder.iterates.back().value);
}

TEST(Descent, ExplainsANonFiniteIterateAndKeepsTheBestFinite) {
  const auto root = [](const Vector& x, Vector* g) {
    if (g != nullptr) (*g)[0] = 0.5 / std::sqrt(x[0]);
    return std::sqrt(x[0]);
  };
  const Outcome outcome =
      RunOf(testing::Make(1, root), {.optimizer = GradientDescentAt(1), .start = Point({1})});

  EXPECT_EQ(outcome.reason.termination, Termination::kNonFinite);
  EXPECT_EQ(outcome.reason.criterion, "non_finite");
  EXPECT_THAT(outcome.reason.detail, HasSubstr("the formula"));
  EXPECT_TRUE(outcome.iterates.back().flags & kNonFinite);
  EXPECT_FALSE(outcome.iterates.back().flags & kNewBest);
  EXPECT_TRUE(std::isnan(outcome.iterates.back().value));
  EXPECT_TRUE(std::isfinite(outcome.best.value));
  EXPECT_THAT(outcome.reason.findings, IsEmpty());  // it left the domain going downhill
}

TEST(Descent, RefusesAStartWhereTheObjectiveIsNotFinite) {
  using testing::Fault;
  for (const Fault fault : {Fault::kNanValue, Fault::kNanGradient, Fault::kInfiniteValue}) {
    auto descent = Descent::Create(std::make_unique<testing::Faulty>(testing::Square(), 0, fault),
                                   {.optimizer = GradientDescentAt(0.1), .start = Point({1})});
    ASSERT_TRUE(descent.ok());

    const absl::Status status = (*descent)->Begin();

    ASSERT_THAT(ViolationsOf(status), SizeIs(1));
    EXPECT_EQ(ViolationsOf(status)[0].reason, Reason::kInitialPointNotFinite);
    EXPECT_EQ(ViolationsOf(status)[0].field, "start");
    EXPECT_THAT(std::string(status.message()), HasSubstr("injected"));
  }
}

TEST(Descent, NamesAllThatIsWrongWithItsSettingsAtOnce) {
  const auto descent = Descent::Create(
      testing::Rosenbrock(),
      {.optimizer = {"adam", {{"beta1", 1.0}, {"bta2", 0.9}}},
       .stopping = {After(10), {"value_chnge", {}}, {"time", {{"threshold", -1.0}}}},
       .start = Point({1, 2, 3})});

  EXPECT_THAT(FieldsOf(descent.status()),
              ElementsAre("optimizer.settings[beta1]", "optimizer.settings[bta2]",
                          "stopping[1].kind", "stopping[2].settings[threshold]", "start"));
}

TEST(Descent, RefusesAnUnknownOptimizerWithTheNearestName) {
  const auto descent =
      Descent::Create(testing::Square(), {.optimizer = {"adma", {}}, .start = Point({1})});

  EXPECT_THAT(FieldsOf(descent.status()), ElementsAre("optimizer.kind"));
  EXPECT_THAT(std::string(descent.status().message()), HasSubstr("did you mean 'adam'?"));
}

TEST(Descent, RefusesAStartThatIsNotFinite) {
  const auto descent = Descent::Create(
      testing::Rosenbrock(), {.optimizer = {"adam", {}}, .start = Point({1, std::nan("")})});

  EXPECT_THAT(FieldsOf(descent.status()), ElementsAre("start"));
  EXPECT_THAT(std::string(descent.status().message()), HasSubstr("x[1] is nan"));
}

TEST(Descent, SeesTheTimeItIsTold) {
  const auto descent = Begun(testing::Square(), {.optimizer = GradientDescentAt(1e-6),
                                                 .stopping = {{"time", {{"threshold", 2.0}}}},
                                                 .start = Point({1})});
  Recorder recorder;

  EXPECT_FALSE(descent->Advance(5, 1.9, nullptr, recorder));
  const auto reason = descent->Advance(5, 2.0, nullptr, recorder);

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->criterion, "time");
  EXPECT_EQ(descent->at().iteration, 6);
}

TEST(Descent, RefusesAStateOfAnotherSize) {
  const DescentSettings small{.optimizer = {"adam", {}}, .start = Point({1})};
  const DescentSettings large{.optimizer = {"adam", {}}, .start = Point({1, 2})};
  State writer = State::Writer();
  Begun(testing::Square(), small)->Remember(writer);
  auto other = Descent::Create(testing::Rosenbrock(), large);
  ASSERT_TRUE(other.ok());

  State reader = State::Reader(writer.TakeBytes());
  (*other)->Remember(reader);

  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kDataLoss);
}

TEST(Descent, MeasuresStepsAndGradientsThatSquaresCannotHold) {
  for (const double scale : {1e-200, 1e200}) {
    const auto plane = [scale](const Vector& x, Vector* g) {
      if (g != nullptr) *g = Point({3 * scale, 4 * scale});
      return 3 * scale * x[0] + 4 * scale * x[1];
    };
    const Outcome outcome =
        RunOf(testing::Make(2, plane),
              {.optimizer = GradientDescentAt(1), .stopping = {After(1)}, .start = Point({0, 0})});

    EXPECT_DOUBLE_EQ(outcome.iterates.front().gradient_norm, 5 * scale);
    EXPECT_DOUBLE_EQ(outcome.iterates.front().gradient_max, 4 * scale);
    EXPECT_DOUBLE_EQ(outcome.iterates.back().step_norm, 5 * scale);
  }
}

TEST(Descent, MovesAStartOutsideTheBoundsOntoThemAndSaysSo) {
  const auto descent = Begun(testing::Square(), {.optimizer = GradientDescentAt(0.1),
                                                 .start = Point({8}),
                                                 .bounds = {Point({1}), Point({2})}});
  EXPECT_EQ(descent->at().x[0], 2);
  ASSERT_THAT(descent->at().notes, SizeIs(1));
  EXPECT_EQ(descent->at().notes[0].code, "start_moved");
  EXPECT_THAT(descent->at().notes[0].text, HasSubstr("moved from 8 to 2"));
}

TEST(Descent, ConvergesOnABoundWhereTheProjectedGradientVanishes) {
  const Outcome outcome = RunOf(testing::Square(), {.optimizer = GradientDescentAt(0.1),
                                                    .start = Point({8}),
                                                    .bounds = {Point({1}), Point({9})}});
  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "gradient_norm");
  EXPECT_EQ(outcome.iterates.back().x[0], 1);
}

}  // namespace
}  // namespace thalweg
