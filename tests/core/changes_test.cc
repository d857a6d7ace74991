// A descent whose settings change on the way, and one that is recorded from an iterate on.

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/descent.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Begun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::Recorded;
using testing::RunOf;

Part Momentum(double rate) { return {"momentum", {{"learning_rate", rate}, {"momentum", 0.5}}}; }

DescentSettings On(Part optimizer, int64_t steps) {
  return {.optimizer = std::move(optimizer),
          .stopping = {After(steps)},
          .start = Point({-0.6, 1.3}),
          .seed = 7};
}

Change At(int64_t iteration, Part optimizer, int64_t steps) {
  return {iteration, std::move(optimizer), {After(steps)}, {}};
}

/// Keeps the notes of all iterates, "iteration code: text".
class Notes final : public IterateSink {
 public:
  void Record(const IterateRecord& record) override {
    for (const Note& note : record.at.notes) {
      all.push_back(std::to_string(record.at.iteration) + " " + note.code + ": " + note.text);
    }
  }
  std::vector<std::string> all;
};

std::vector<std::string> NotesOf(const DescentSettings& settings) {
  Notes notes;
  const auto descent = Begun(testing::Quadratic2(), settings);
  EXPECT_TRUE(descent->Advance(1000, 0, nullptr, notes));
  return notes.all;
}

TEST(Changes, TakeEffectRightAfterTheirIterate) {
  DescentSettings settings = On({"gradient_descent", {{"learning_rate", 0.01}}}, 20);
  const Outcome before = RunOf(testing::Quadratic2(), settings);
  settings.changes = {At(7, {"gradient_descent", {{"learning_rate", 0.001}}}, 20)};
  const Outcome changed = RunOf(testing::Quadratic2(), settings);

  for (size_t k = 0; k <= 20; ++k) {
    EXPECT_EQ(changed.iterates[k].x == before.iterates[k].x, k <= 7) << k;
    EXPECT_EQ(changed.iterates[k].learning_rate, k == 0 ? 0 : k <= 7 ? 0.01 : 0.001) << k;
    EXPECT_EQ((changed.iterates[k].flags & kChanged) != 0, k == 8) << k;
  }
}

TEST(Changes, AreToldWithOldAndNewValues) {
  DescentSettings settings = On(Momentum(0.01), 20);
  settings.changes = {At(7, Momentum(0.001), 25),
                      {9, {"nesterov", {}}, {After(25), {"stall", {{"window", 9.0}}}}, 8},
                      At(11, {"nesterov", {{"momentum", 0.5}}}, 25)};

  EXPECT_THAT(NotesOf(settings),
              ElementsAre("8 changed: learning_rate 0.01 -> 0.001, iterations.threshold 20 -> 25",
                          "10 changed: momentum -> nesterov, also stops at stall(window=9), "
                          "seed 7 -> 8",
                          "12 changed: momentum default -> 0.5, no longer stops at stall"));
}

TEST(Changes, OfTheSameMethodKeepItsMemory) {
  const DescentSettings settings = On(Momentum(0.01), 20);
  DescentSettings changed = settings;
  for (int64_t k = 0; k < 20; ++k) changed.changes.push_back(At(k, Momentum(0.01), 20));

  std::vector<Recorded> iterates = RunOf(testing::Quadratic2(), changed).iterates;
  for (Recorded& iterate : iterates) {
    iterate.flags &= ~uint32_t{kChanged};
    iterate.notes.clear();
  }

  EXPECT_EQ(iterates, RunOf(testing::Quadratic2(), settings).iterates);
  EXPECT_EQ(NotesOf(changed).front(), "1 changed: the same settings again");
}

TEST(Changes, ToAnotherMethodBeginItAtTheIterateReached) {
  DescentSettings settings = On(Momentum(0.01), 20);
  settings.changes = {At(7, {"adam", {{"learning_rate", 0.1}}}, 20)};
  const Outcome changed = RunOf(testing::Quadratic2(), settings);
  DescentSettings afresh = On({"adam", {{"learning_rate", 0.1}}}, 13);
  afresh.start = changed.iterates[7].x;

  const Outcome adam = RunOf(testing::Quadratic2(), afresh);

  for (size_t k = 0; k <= 13; ++k) EXPECT_EQ(changed.iterates[7 + k].x, adam.iterates[k].x) << k;
}

TEST(Changes, EvaluateTheGradientWhereItIsNewAndDropItWhereItIsOld) {
  DescentSettings settings = On({"nelder_mead", {}}, 40);
  settings.changes = {At(10, {"gradient_descent", {{"learning_rate", 0.01}}}, 40),
                      At(20, {"nelder_mead", {}}, 40)};

  const Outcome outcome = RunOf(testing::Quadratic2(), settings);

  EXPECT_TRUE(std::isnan(outcome.iterates[10].gradient_norm));
  EXPECT_EQ(outcome.iterates[10].evaluations.gradients, 0);
  EXPECT_EQ(outcome.iterates[11].evaluations.gradients, 2);  // at iterate 10, and at 11
  EXPECT_EQ(outcome.iterates[20].evaluations.gradients, 11);
  EXPECT_TRUE(std::isnan(outcome.iterates[21].gradient_norm));
  EXPECT_EQ(outcome.iterates[40].evaluations.gradients, 11);
  EXPECT_LT(outcome.best.value, outcome.iterates[10].best_value);
}

TEST(Changes, SayWhereAMethodMustForgetBecauseItsMemoryHasAnotherForm) {
  DescentSettings settings = On({"lbfgs", {{"memory", 10.0}}}, 8);
  settings.stopping.push_back({"gradient_norm", {{"threshold", 1e-300}}});
  settings.changes = {{4, {"lbfgs", {{"memory", 3.0}}}, settings.stopping, {}}};

  EXPECT_THAT(NotesOf(settings).front(), HasSubstr("memory 10 -> 3; the method begins afresh"));
}

TEST(Changes, AnIterateWithOneIsNotTheLastAsItsOldRulesWouldHaveIt) {
  DescentSettings settings = On(Momentum(0.01), 20);
  const Outcome limited = RunOf(testing::Quadratic2(), settings);
  settings.changes = {At(20, Momentum(0.01), 30)};

  const Outcome longer = RunOf(testing::Quadratic2(), settings);

  EXPECT_EQ(limited.iterates.back(), longer.iterates[20]);
  EXPECT_EQ(longer.iterates.size(), 31U);
}

TEST(Changes, AreRememberedAtEveryIterate) {
  DescentSettings settings = On(Momentum(0.01), 30);
  settings.changes = {At(7, Momentum(0.001), 30),
                      At(12, {"adam", {}}, 30),
                      {13, {"nelder_mead", {}}, {After(30), {"stall", {{"window", 50.0}}}}, 8}};
  const std::vector<Recorded> whole = RunOf(testing::Quadratic2(), settings).iterates;
  for (int64_t k = 0; k < 30; ++k) {
    const auto first = Begun(testing::Quadratic2(), settings);
    testing::Recorder recorder;
    ASSERT_FALSE(first->Advance(k, 0, nullptr, recorder));
    State writer = State::Writer();
    first->Remember(writer);
    auto second = *Descent::Create(testing::Quadratic2(), settings);
    State reader = State::Reader(writer.TakeBytes());
    second->Remember(reader);
    ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();
    ASSERT_TRUE(second->Advance(30, 0, nullptr, recorder));

    ASSERT_TRUE(recorder.iterates.size() == whole.size()) << "left at " << k;
    for (size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(recorder.iterates[i].x, whole[i].x);
  }
}

TEST(Changes, CanBeMadeWhileItDescends) {
  DescentSettings settings = On(Momentum(0.01), 20);
  const auto live = Begun(testing::Quadratic2(), settings);
  testing::Recorder recorder;
  ASSERT_FALSE(live->Advance(7, 0, nullptr, recorder));
  ASSERT_TRUE(live->ChangeSettings(At(7, Momentum(1), 99)).ok());
  ASSERT_TRUE(live->ChangeSettings(At(7, Momentum(0.001), 25)).ok());  // in its place
  ASSERT_TRUE(live->Advance(1000, 0, nullptr, recorder));
  settings.changes = {At(7, Momentum(0.001), 25)};

  EXPECT_EQ(recorder.iterates, RunOf(testing::Quadratic2(), settings).iterates);
}

TEST(Changes, ThatAreNotGoodAreRefusedAndChangeNothing) {
  const DescentSettings settings = On(Momentum(0.01), 20);
  const auto live = Begun(testing::Quadratic2(), settings);

  const absl::Status status = live->ChangeSettings({0, {"momentun", {}}, {{"stal", {}}}, {}});

  ASSERT_EQ(ViolationsOf(status).size(), 2U);
  EXPECT_EQ(ViolationsOf(status)[0].field, "optimizer.kind");
  EXPECT_EQ(ViolationsOf(status)[1].field, "stopping[0].kind");
  EXPECT_EQ(RunOf(*live).iterates, RunOf(testing::Quadratic2(), settings).iterates);
}

TEST(Changes, AreCheckedFromTheBeginningWithTheirPlaces) {
  DescentSettings settings = On(Momentum(0.01), 20);
  const auto field = [&settings] {
    const auto violations = ViolationsOf(Descent::Create(testing::Quadratic2(), settings).status());
    return violations.empty() ? "" : violations[0].field + ": " + violations[0].description;
  };
  settings.changes = {At(3, Momentum(0.01), 20), At(3, Momentum(0.01), 20)};
  EXPECT_EQ(field(), "changes[1].iteration: is 3; must be 4 or more");
  settings.changes = {At(-1, Momentum(0.01), 20)};
  EXPECT_EQ(field(), "changes[0].iteration: is -1; must be 0 or more");
  settings.changes = {At(3, Momentum(-1), 20)};
  EXPECT_THAT(field(), HasSubstr("changes[0].optimizer.settings[learning_rate]"));
  settings.changes = {At(3, {"levenberg", {}}, 20)};
  EXPECT_THAT(field(), HasSubstr("changes[0].optimizer.kind"));
}

TEST(FirstIteration, RecordsFromThereOnWhatItWouldHaveAnyway) {
  const DescentSettings settings = On(Momentum(0.01), 20);
  const std::vector<Recorded> whole = RunOf(testing::Quadratic2(), settings).iterates;
  for (const int64_t first : {0, 1, 10, 19, 20}) {
    DescentSettings later = settings;
    later.first_iteration = first;

    const std::vector<Recorded> part = RunOf(testing::Quadratic2(), later).iterates;

    EXPECT_EQ(part, std::vector<Recorded>(whole.begin() + first, whole.end())) << first;
  }
}

TEST(FirstIteration, IsReachedWhateverTheRulesSayBefore) {
  DescentSettings settings = On(Momentum(0.01), 20);
  settings.first_iteration = 50;

  const Outcome outcome = RunOf(testing::Quadratic2(), settings);

  ASSERT_EQ(outcome.iterates.size(), 1U);
  EXPECT_EQ(outcome.iterates[0].iteration, 50);
  EXPECT_EQ(outcome.reason.criterion, "iterations");
}

}  // namespace
}  // namespace thalweg
