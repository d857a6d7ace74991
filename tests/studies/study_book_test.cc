#include "server/studies/study_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <thread>

#include "server/storage/catalogue.h"
#include "tests/runs/books.h"

// The life of a study, over each store.
namespace thalweg::studies {
namespace {

using runs::Bell;
using runs::ReasonsOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A sweep of learning rates on a parabola: too small, good, oscillating, too large.
StudySpec RateSweep() {
  StudySpec spec;
  spec.base.objective.expression = "x**2";
  spec.base.start = {{"x", {1}}};
  spec.base.optimizer = {"gradient_descent", {}};
  spec.base.stopping = {{"gradient_norm", {{"threshold", 1e-6}}}};
  spec.base.seed = 1;
  spec.vary = {{"optimizer.settings[learning_rate]",
                {Setting(0.01), Setting(0.4), Setting(0.9), Setting(1.1)}}};
  return spec;
}

/// Eight rates on Beale's function, halved twice.
StudySpec HalvedSweep() {
  StudySpec spec;
  spec.base.objective.function = "beale";
  spec.base.optimizer = {"adam", {}};
  spec.base.stopping = {{"iterations", {{"threshold", 1e9}}}};
  spec.base.seed = 1;
  spec.vary = {{"optimizer.settings[learning_rate]",
                {Setting(1e-5), Setting(1e-4), Setting(1e-3), Setting(0.003), Setting(0.01),
                 Setting(0.03), Setting(0.1), Setting(0.3)}}};
  spec.budget = 4800;
  spec.halving = Halving{2, 0};
  return spec;
}

class Studies : public testing::TestWithParam<std::string> {
 protected:
  Studies() {
    char name[] = "/tmp/thalweg_studies_XXXXXX";
    directory_ = mkdtemp(name);
    const std::string url = GetParam() == "sqlite" ? "sqlite:" + directory_ + "/data" : "memory:";
    store_ = *OpenStore(url);
    Open();
  }
  ~Studies() override {
    Close();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open(int workers = 2) {
    runs_ = *runs::RunBook::Open(*store_, events_, runs::SmallOptions(workers));
    studies_ = *StudyBook::Open(*runs_, *store_, events_, options_);
  }
  /// As a stop of the server, or a crash: nothing is left but the store.
  void Close() {
    studies_.reset();
    runs_.reset();
  }

  Study Make(const StudySpec& spec) {
    auto study = studies_->Create(spec, "", false);
    EXPECT_TRUE(study.ok()) << study.status();
    return study.ok() ? *std::move(study) : Study();
  }

  /// All updates until the last, or until `enough` says so.
  std::vector<StudyUpdate> Watch(const std::string& id, const StudyWatchOptions& options = {},
                                 const std::function<bool(const StudyUpdate&)>& enough = nullptr) {
    Bell bell;
    std::vector<StudyUpdate> updates;
    auto watcher = studies_->Watch(id, options, bell.Wake());
    if (!watcher.ok()) {
      ADD_FAILURE() << watcher.status();
      return updates;
    }
    while (true) {
      auto step = (*watcher)->Next(std::chrono::steady_clock::now());
      if (!step.ok()) {
        ADD_FAILURE() << step.status();
        return updates;
      }
      if (step->update) {
        updates.push_back(*std::move(step->update));
        if (updates.back().last || (enough && enough(updates.back()))) return updates;
      } else if (step->not_before) {
        bell.WaitUntil(*step->not_before);
      } else {
        bell.Wait();
      }
    }
  }
  Study Finished(const std::string& id) {
    const std::vector<StudyUpdate> updates = Watch(id);
    if (updates.empty()) return {};
    return *std::get<std::shared_ptr<const Study>>(updates.back().what);
  }
  /// What a study came to, without what differs from one to the next: ids and times.
  std::string OutcomeOf(Study study) {
    std::string traces;
    for (std::string& run : study.runs) {
      traces += runs::BitsOf(runs::ReadTrace(*runs_, run));
      run.clear();
    }
    for (const Arm& arm : study.arms) {
      traces += arm.title + " " + std::to_string(arm.last_rung.value_or(-1)) + "\n";
    }
    return traces + (study.results && study.results->winner ? study.results->winner->sentence : "");
  }

  std::string directory_;
  std::unique_ptr<runs::RunStore> store_;
  EventSink events_;
  StudyBookOptions options_;
  std::unique_ptr<runs::RunBook> runs_;
  std::unique_ptr<StudyBook> studies_;
};

TEST_P(Studies, OfLearningRatesShowCrawlingGoodOscillatingAndDiverging) {
  const Study study = Finished(Make(RateSweep()).id);

  EXPECT_EQ(study.state, StudyState::kFinished);
  ASSERT_TRUE(study.results);
  EXPECT_EQ(study.results->winner->arm, 1U);
  EXPECT_EQ(study.results->arms[1].rank, 1);
  EXPECT_EQ(study.results->arms[3].endings.count("diverged"), 1U);
  EXPECT_EQ(study.results->arms[3].targets[0].success_rate, 0);
  EXPECT_GT(study.results->arms[0].targets[3].expected->evaluations,
            10 * study.results->arms[1].targets[3].expected->evaluations);
}

TEST_P(Studies, MakeOrdinaryRunsThatSayWhereTheyBelong) {
  const Study study = Finished(Make(RateSweep()).id);

  runs::RunQuery query;
  query.label = {"study", study.id};
  const auto page = runs_->List(query);
  EXPECT_THAT(page->runs, SizeIs(4));
  const auto third = runs_->Get(study.runs[2]);
  EXPECT_EQ(third->spec.labels.at("arm"), "2");
  EXPECT_EQ(third->spec.display_name, "learning_rate=0.9");
}

TEST_P(Studies, ShareABudgetByHalvingAndGiveUpTheWorst) {
  const Study study = Finished(Make(HalvedSweep()).id);

  EXPECT_THAT(study.rungs, ElementsAre(Rung{8, 200}, Rung{4, 600}, Rung{2, 1400}));
  int64_t spent = 0;
  std::map<int64_t, int> dropped;
  for (size_t arm = 0; arm < study.arms.size(); ++arm) {
    const auto run = runs_->Get(study.runs[arm]);
    spent += run->evaluations.all();
    if (study.arms[arm].last_rung) {
      ++dropped[*study.arms[arm].last_rung];
      EXPECT_EQ(run->state, runs::RunState::kCancelled);
      EXPECT_EQ(run->evaluations.all(),
                study.rungs[static_cast<size_t>(*study.arms[arm].last_rung)].evaluations);
    } else {
      EXPECT_EQ(run->stop_reason->criterion, "evaluations");
      EXPECT_EQ(run->evaluations.all(), 1400);
    }
  }
  EXPECT_THAT(dropped, ElementsAre(std::pair(0, 4), std::pair(1, 2)));
  EXPECT_EQ(spent, 4800);
  EXPECT_FALSE(study.arms[6].last_rung) << "0.1 is the best rate here";
}

TEST_P(Studies, ComeToTheSameWhateverTheWorkersAndTheRestarts) {
  const std::string expected = OutcomeOf(Finished(Make(HalvedSweep()).id));
  Close();
  Open(/*workers=*/1);
  EXPECT_EQ(OutcomeOf(Finished(Make(HalvedSweep()).id)), expected);

  // Reopened while the runs are made, after each rung, and at the end.
  const std::string id = Make(HalvedSweep()).id;
  Close();
  Open(/*workers=*/4);
  for (int64_t rung = 0; rung < 3; ++rung) {
    Watch(id, {}, [rung](const StudyUpdate& update) {
      const auto* study = std::get_if<std::shared_ptr<const Study>>(&update.what);
      return study != nullptr && (*study)->rung >= rung;
    });
    Close();
    Open();
  }
  const Study study = Finished(id);
  EXPECT_EQ(OutcomeOf(study), expected);
  EXPECT_THAT(std::set<std::string>(study.runs.begin(), study.runs.end()), SizeIs(8));
  runs::RunQuery query;
  query.label = {"study", id};
  EXPECT_THAT(runs_->List(query)->runs, SizeIs(8)) << "a run was made twice";
  Close();
  Open();
  EXPECT_EQ(OutcomeOf(*studies_->Get(id)), expected);
}

TEST_P(Studies, KeepCommonSeedsAndStarts) {
  StudySpec spec = RateSweep();
  spec.starts = {{{"x", {1}}}, {{"x", {-2}}}};
  spec.repetitions = 2;

  const Study study = Finished(Make(spec).id);

  ASSERT_THAT(study.runs, SizeIs(16));
  for (size_t run = 0; run < 16; ++run) {
    const auto made = runs_->Get(study.runs[run]);
    EXPECT_EQ(made->spec.seed, 1 + run % 2);
    EXPECT_THAT(made->spec.start.at("x"), ElementsAre(run % 4 < 2 ? 1 : -2));
  }
  EXPECT_EQ(study.results->arms[1].endings.at("converged"), 4);
}

TEST_P(Studies, NameTheRunsToAWatcherThatSawTheStudyBeforeThemAndAfterItsEnd) {
  const std::string id = Make(RateSweep()).id;
  Bell bell;
  const auto watcher = studies_->Watch(id, {}, bell.Wake());
  ASSERT_TRUE((*watcher)->Next(std::chrono::steady_clock::now()).ok());
  const Study study = Finished(id);
  std::set<std::string> named;
  for (bool last = false; !last;) {
    auto step = (*watcher)->Next(std::chrono::steady_clock::now());
    ASSERT_TRUE(step.ok() && step->update);
    last = step->update->last;
    const auto* news = std::get_if<RunNews>(&step->update->what);
    if (news == nullptr) continue;
    EXPECT_EQ(news->id, study.runs[news->run]);
    named.insert(news->id);
  }
  EXPECT_THAT(named, SizeIs(study.runs.size()));
}

TEST_P(Studies, TellAWatcherEachIterateOfEachRunOnceAndEndWithTheResults) {
  const std::string id = Make(RateSweep()).id;

  const std::vector<StudyUpdate> updates = Watch(id);

  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<const Study>>(updates.front().what));
  std::map<size_t, int64_t> next;
  for (const StudyUpdate& update : updates) {
    const auto* news = std::get_if<RunNews>(&update.what);
    if (news == nullptr) continue;
    const auto* rows = std::get_if<std::shared_ptr<const runs::IterateBlock>>(&news->update.what);
    if (rows == nullptr) continue;
    EXPECT_EQ((*rows)->first(), next[news->run]);
    next[news->run] = (*rows)->last() + 1;
  }
  const Study study = *std::get<std::shared_ptr<const Study>>(updates.back().what);
  EXPECT_EQ(study.state, StudyState::kFinished);
  for (size_t run = 0; run < study.runs.size(); ++run) {
    EXPECT_EQ(next[run], runs_->Get(study.runs[run])->iterations + 1);
  }

  // Taken up again where the stream was left, there is nothing that comes twice.
  StudyWatchOptions resumed;
  for (size_t run = 0; run < study.runs.size(); ++run) resumed.from[study.runs[run]] = next[run];
  for (const StudyUpdate& update : Watch(id, resumed)) {
    const auto* news = std::get_if<RunNews>(&update.what);
    if (news != nullptr) {
      EXPECT_TRUE(std::holds_alternative<runs::Run>(news->update.what));
    }
  }
}

TEST_P(Studies, CanBeCancelledAndKeepWhatWasDone) {
  StudySpec spec = RateSweep();
  spec.base.optimizer.settings["learning_rate"] = 1e-12;
  spec.base.stopping = {{"iterations", {{"threshold", 1e15}}}};
  spec.vary = {{"start.values[x]", {Setting(1.0), Setting(2.0)}}};
  const std::string id = Make(spec).id;
  Watch(id, {}, [](const StudyUpdate& update) {
    const auto* news = std::get_if<RunNews>(&update.what);
    return news != nullptr && news->update.next_iteration > 10;
  });

  const auto study = studies_->Cancel(id);

  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_EQ(study->state, StudyState::kCancelled);
  EXPECT_TRUE(study->results);
  for (const std::string& run : study->runs) {
    if (!run.empty()) {
      EXPECT_EQ(runs_->Get(run)->state, runs::RunState::kCancelled);
    }
  }
  EXPECT_THAT(ReasonsOf(studies_->Cancel(id).status()), ElementsAre(Reason::kInvalidState));
}

TEST_P(Studies, LeaveRunsAloneThatSomeoneElsePaused) {
  const Study made = Make(HalvedSweep());
  // Wherever it is by then: in its first rung or at its end.
  Watch(made.id, {}, [](const StudyUpdate& update) {
    const auto* study = std::get_if<std::shared_ptr<const Study>>(&update.what);
    return study != nullptr && !(*study)->runs[6].empty();
  });
  const std::string id = studies_->Get(made.id)->runs[6];
  if (runs_->Pause(id).ok()) {
    EXPECT_TRUE(runs_->Resume(id).ok());
  }
  EXPECT_EQ(Finished(made.id).state, StudyState::kFinished);
}

TEST_P(Studies, AreMadeOncePerRequest) {
  const auto first = studies_->Create(RateSweep(), "request", false);
  const auto again = studies_->Create(RateSweep(), "request", false);
  StudySpec other = RateSweep();
  other.repetitions = 2;

  EXPECT_EQ(again->id, first->id);
  EXPECT_THAT(ReasonsOf(studies_->Create(other, "request", false).status()),
              ElementsAre(Reason::kRequestIdReused));
  Close();
  Open();
  EXPECT_EQ(studies_->Create(RateSweep(), "request", false)->id, first->id);
}

TEST_P(Studies, OnlyValidatedLeaveNothingBehind) {
  const auto study = studies_->Create(RateSweep(), "", /*validate_only=*/true);

  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_EQ(study->id, "");
  EXPECT_EQ(study->arms[3].title, "learning_rate=1.1");
  EXPECT_THAT(studies_->List({})->studies, IsEmpty());
  EXPECT_THAT(runs_->List({})->runs, IsEmpty());
}

TEST_P(Studies, NameTheArmThatIsWrong) {
  StudySpec spec = RateSweep();
  spec.vary[0].values[2] = Setting(-1.0);

  const absl::Status status = studies_->Create(spec, "", false).status();

  ASSERT_THAT(ViolationsOf(status), SizeIs(1));
  EXPECT_EQ(ViolationsOf(status)[0].field, "arms[2].run.optimizer.settings[learning_rate]");
  EXPECT_THAT(ViolationsOf(status)[0].description, HasSubstr("(learning_rate=-1)"));
  EXPECT_THAT(runs_->List({})->runs, IsEmpty()) << "nothing is made for a study that is refused";
}

TEST_P(Studies, SayOnceWhatIsWrongWithAllArms) {
  StudySpec spec = RateSweep();
  spec.base.objective.expression = "x**";

  const absl::Status status = studies_->Create(spec, "", false).status();

  ASSERT_THAT(ViolationsOf(status), SizeIs(1));
  EXPECT_EQ(ViolationsOf(status)[0].field, "run.objective.expression");
}

TEST_P(Studies, DoNotCompareWhereConstraintsMayBeViolated) {
  StudySpec spec = RateSweep();
  spec.base.objective.constraints = {{.expression = "x >= 1"}};

  const absl::Status status = studies_->Create(spec, "", false).status();

  ASSERT_THAT(ViolationsOf(status), SizeIs(1));
  EXPECT_EQ(ViolationsOf(status)[0].field, "run.objective.constraints");
}

TEST_P(Studies, AreForgottenWithTheirRuns) {
  const Study study = Finished(Make(RateSweep()).id);

  EXPECT_TRUE(studies_->Delete(study.id).ok());

  EXPECT_THAT(ReasonsOf(studies_->Get(study.id).status()), ElementsAre(Reason::kStudyNotFound));
  for (const std::string& run : study.runs) EXPECT_FALSE(runs_->Get(run).ok());
  EXPECT_THAT(ReasonsOf(studies_->Delete(study.id)), ElementsAre(Reason::kStudyNotFound));
}

TEST_P(Studies, ListNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(Make(RateSweep()).id);

  const auto first = studies_->List({.page_size = 2});
  const auto second = studies_->List({.page_size = 2, .page_token = first->next_page_token});

  ASSERT_THAT(first->studies, SizeIs(2));
  EXPECT_EQ(first->studies[0].id, ids[2]);
  ASSERT_THAT(second->studies, SizeIs(1));
  EXPECT_EQ(second->studies[0].id, ids[0]);
  EXPECT_EQ(second->next_page_token, "");
  EXPECT_THAT(ReasonsOf(studies_->List({.page_token = "x"}).status()),
              ElementsAre(Reason::kPageTokenInvalid));
}

TEST_P(Studies, GoOnWhereRunsThatAreOverWereDeleted) {
  const Study made = Make(HalvedSweep());
  const std::vector<StudyUpdate> updates = Watch(made.id, {}, [](const StudyUpdate& update) {
    const auto* study = std::get_if<std::shared_ptr<const Study>>(&update.what);
    return study != nullptr && (*study)->rung == 1;
  });
  const auto study = studies_->Get(made.id);
  for (size_t arm = 0; arm < study->arms.size(); ++arm) {
    if (study->arms[arm].last_rung) runs_->Delete(study->runs[arm]).IgnoreError();
  }
  EXPECT_EQ(Finished(made.id).state, StudyState::kFinished);
}

INSTANTIATE_TEST_SUITE_P(Every, Studies, testing::Values("memory", "sqlite"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace thalweg::studies
