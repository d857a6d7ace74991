// A study as the command shows it: the table, the panel, JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/exit_code.h"
#include "client/cli/output/study_text.h"
#include "client/cli/progress/study_panel.h"

namespace thalweg::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Two arms of two runs: the second wins, the first was given up.
v1::Study TwoArms() {
  v1::Study study;
  study.set_name("studies/s");
  study.set_state(v1::STUDY_STATE_FINISHED);
  study.mutable_run()->mutable_objective()->set_function("beale");
  for (const char* title : {"adam", "bfgs"}) {
    v1::StudyArm& arm = *study.add_arms();
    arm.set_title(title);
    arm.add_runs("runs/a");
    arm.add_runs("runs/b");
    v1::StudyArmResult& result = *study.mutable_results()->add_arms();
    result.set_best_value(1e-3);
    (*result.mutable_endings())["converged"] = 2;
    v1::StudyArmAtTarget& at = *result.add_targets();
    at.set_success_rate(0.5);
    at.mutable_expected()->set_evaluations(120);
    result.add_targets();
  }
  study.mutable_results()->mutable_arms(0)->set_rank(2);
  study.mutable_results()->mutable_arms(1)->set_rank(1);
  study.mutable_arms(0)->set_given_up_after_rung(0);
  study.mutable_results()->add_targets()->set_tau(0.1);
  study.mutable_results()->add_targets()->set_value(-3);
  study.mutable_results()->mutable_winner()->set_arm(1);
  study.mutable_results()->mutable_winner()->set_sentence("bfgs wins.");
  return study;
}

TEST(StudySummary, RanksArmsAndEndsWithTheWinner) {
  const std::string text = StudySummary(TwoArms(), {}, {});

  EXPECT_LT(text.find("bfgs"), text.find("adam"));
  EXPECT_THAT(text, HasSubstr("120 (1/2)"));
  EXPECT_THAT(text, HasSubstr("f=-3"));
  EXPECT_THAT(text, HasSubstr("given up after rung 1"));
  EXPECT_THAT(text, ::testing::EndsWith("bfgs wins.\n"));
}

TEST(StudySummary, SaysWhatWasNoticedOnce) {
  v1::Run run;
  run.mutable_termination()->add_findings()->set_code("oscillating");
  const std::string text = StudySummary(TwoArms(), {{"runs/a", run}, {"runs/b", run}}, {});

  EXPECT_THAT(text, ::testing::ContainsRegex("converged +oscillating\n"));
}

TEST(StudySummary, LetsNobodySteerTheTerminal) {
  v1::Study study = TwoArms();
  study.mutable_arms(0)->set_title("a\x1b[2J");
  EXPECT_THAT(StudySummary(study, {}, {}), Not(HasSubstr("\x1b")));
}

TEST(StudyJson, IsOneObjectWithItsResult) {
  Json json;
  WriteStudy(json, TwoArms(), {}, /*result=*/true);

  EXPECT_THAT(json.text(), StartsWith(R"({"result":true,"study":"studies/s")"));
  EXPECT_THAT(json.text(), HasSubstr(R"("targets":[{"tau":0.1},{"value":-3}])"));
  EXPECT_THAT(json.text(), HasSubstr(R"({"success_rate":0,"expected":null})"));
  EXPECT_THAT(json.text(), HasSubstr(R"("sentence":"bfgs wins.")"));
}

TEST(StudyExitCode, IsBadForAStudyThatDidNotFinish) {
  v1::Study study = TwoArms();
  EXPECT_EQ(ExitCodeOf(study), kEndedWell);
  study.set_state(v1::STUDY_STATE_CANCELLED);
  EXPECT_EQ(ExitCodeOf(study), kEndedBadly);
}

TEST(StudyPanel, HasALineAnArmAndTheBestWhereNotAllFit) {
  v1::Study study;
  study.set_name("studies/s");
  for (int i = 0; i < 20; ++i) study.add_arms()->set_title("arm " + std::to_string(i));
  StudyPanel panel;
  panel.Update(study);
  v1::Run run;
  run.set_state(v1::RUN_STATE_RUNNING);
  run.set_iteration(7);
  for (int i = 0; i < 20; ++i) {
    run.set_best_value(20 - i);
    panel.Update(i, run);
  }
  panel.Update(99, run);  // an arm that there is not

  EXPECT_THAT(panel.Lines(80, 40), SizeIs(21));
  const auto few = panel.Lines(40, 4);
  ASSERT_THAT(few, SizeIs(4));
  EXPECT_THAT(few[1], HasSubstr("arm 19"));
  for (const std::string& line : few) EXPECT_LE(line.size(), 40U);
}

}  // namespace
}  // namespace thalweg::cli
