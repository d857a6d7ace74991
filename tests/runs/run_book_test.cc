#include "server/runs/run_book.h"

#include <algorithm>
#include <barrier>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/runs/retention.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using testing::ElementsAre;

class Books : public testing::Test {
 protected:
  void Open(const RunBookOptions& options = SmallOptions()) {
    book_.reset();
    auto book = RunBook::Open(store_, events_, options);
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }
  std::string Made(const RunSpec& spec, const std::string& request_id = "") {
    const auto run = book_->Create(spec, request_id, false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->id : "";
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

// --- Create ---

class Create : public Books {};

TEST_F(Create, RunsToTheEndAndKeepsTheWholeTrace) {
  Open();

  const std::string id = Made(SpecOf("adam", 500));
  const runs::Run run = Finished(*book_, id);

  EXPECT_EQ(run.state, RunState::kFinished);
  EXPECT_EQ(run.stop_reason->criterion, "iterations");
  EXPECT_EQ(run.iterations, 500);
  EXPECT_EQ(run.last->iteration, 500);
  EXPECT_EQ(run.last->value, run.value);
  EXPECT_EQ(run.best->value, run.best_value);
  EXPECT_EQ(run.best->iteration, run.best_iteration);
  EXPECT_EQ(ReadTrace(*book_, id).rows(), 501U);
}

TEST_F(Create, TellsOfEveryCompilation) {
  class Compilations final : public EventSink {
   public:
    using EventSink::On;
    void On(const ObjectiveCompiled& event) override { ++(event.ok ? compiled : refused); }
    int compiled = 0, refused = 0;
  } compilations;
  auto book = *RunBook::Open(store_, compilations, SmallOptions());
  RunSpec wrong = SpecOf("adam", 5);
  wrong.objective.function = "";
  wrong.objective.expression = "x**";

  EXPECT_TRUE(book->Create(SpecOf("adam", 5), "", /*validate_only=*/true).ok());
  EXPECT_FALSE(book->Create(wrong, "", /*validate_only=*/true).ok());

  EXPECT_EQ(compilations.compiled, 1);
  EXPECT_EQ(compilations.refused, 1);
}

TEST_F(Create, FillsInWhatIsLeftOpen) {
  Open();
  RunSpec spec;
  spec.objective.function = "rosenbrock";
  spec.optimizer.kind = "adam";

  const auto run = book_->Create(spec, "", true);

  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->id, "");
  EXPECT_FALSE(run->spec.start.empty());
  EXPECT_TRUE(run->spec.seed.has_value());
  EXPECT_TRUE(run->spec.optimizer.settings.contains("learning_rate"));
  EXPECT_EQ(run->spec.traced_coordinates, 2);
  std::set<std::string> rules;
  for (const Part& rule : run->spec.stopping) {
    rules.insert(rule.kind);
    EXPECT_FALSE(rule.kind == "iterations" && rule.settings.empty());
  }
  EXPECT_TRUE(rules.contains("divergence") && rules.contains("gradient_norm"));
  EXPECT_TRUE(book_->List({})->runs.empty());
}

TEST_F(Create, ComputesTheSameBitsFromTheFilledInSpec) {
  Open();
  const std::string first = Made(SpecOf("adam", 300));
  Finished(*book_, first);
  const std::string second = Made(book_->Get(first)->spec);
  Finished(*book_, second);

  EXPECT_EQ(BitsOf(ReadTrace(*book_, first)), BitsOf(ReadTrace(*book_, second)));
}

TEST_F(Create, KeepsWithinTheBounds) {
  Open();
  RunSpec spec = SpecOf("adam", 300);
  spec.objective.upper = {{"x", {0.5, kInfinity}}};

  const runs::Run run = Finished(*book_, Made(spec));

  EXPECT_LE(run.last->x.at("x").at(0), 0.5);
  EXPECT_EQ(run.spec.objective.upper, spec.objective.upper);
}

struct Mistake {
  std::string what;
  std::function<void(RunSpec&)> make;
  std::string field;
  Reason reason;
};

class Mistakes : public Books, public testing::WithParamInterface<Mistake> {};

TEST_P(Mistakes, AreRefusedWithTheirField) {
  Open();
  RunSpec spec = SpecOf("adam", 10);
  GetParam().make(spec);

  const absl::Status status = book_->Create(spec, "", false).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  const std::vector<Violation> violations = ViolationsOf(status);
  ASSERT_EQ(violations.size(), 1U) << status;
  EXPECT_EQ(violations[0].field, GetParam().field) << status;
  EXPECT_EQ(violations[0].reason, GetParam().reason) << status;
  EXPECT_TRUE(book_->List({})->runs.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Specs, Mistakes,
    testing::Values(Mistake{"Function", [](RunSpec& s) { s.objective.function = "rosenbrok"; },
                            "objective.function", Reason::kUnknownName},
                    Mistake{"Syntax",
                            [](RunSpec& s) {
                              s.objective = {.expression = "x +",
                                             .function = "",
                                             .variables = {},
                                             .parameters = {},
                                             .dimension = 0};
                              s.start = {{"x", {1}}};
                            },
                            "objective.expression", Reason::kSyntaxError},
                    Mistake{"Start",
                            [](RunSpec& s) {
                              s.start = {{"x", {1, kInfinity}}};
                            },
                            "start.x[1]", Reason::kInvalidValue},
                    Mistake{"NonFiniteStart",
                            [](RunSpec& s) {
                              s.objective = {.expression = "log(x)",
                                             .function = "",
                                             .variables = {},
                                             .parameters = {},
                                             .dimension = 0};
                              s.start = {{"x", {-1}}};
                            },
                            "start", Reason::kInitialPointNotFinite},
                    Mistake{"Bounds",
                            [](RunSpec& s) {
                              s.objective.lower = {{"x", {1, 2, 3}}};
                            },
                            "objective.lower.x", Reason::kWrongShape},
                    Mistake{"Optimizer",
                            [](RunSpec& s) {
                              s.optimizer = {"adma", {}};
                            },
                            "optimizer.kind", Reason::kUnknownName},
                    Mistake{"Setting",
                            [](RunSpec& s) { s.optimizer.settings["learning_rate"] = -1.0; },
                            "optimizer.settings[learning_rate]", Reason::kInvalidValue},
                    Mistake{"Rule",
                            [](RunSpec& s) {
                              s.stopping.push_back({"never", {}});
                            },
                            "stopping[1].kind", Reason::kUnknownName},
                    Mistake{"Name", [](RunSpec& s) { s.display_name = std::string(129, 'x'); },
                            "display_name", Reason::kInvalidValue},
                    Mistake{"Label",
                            [](RunSpec& s) {
                              s.labels = {{"Upper", "x"}};
                            },
                            "labels", Reason::kInvalidValue},
                    Mistake{"LabelValue",
                            [](RunSpec& s) {
                              s.labels = {{"k", std::string(129, 'x')}};
                            },
                            "labels[k]", Reason::kInvalidValue},
                    Mistake{"Size", [](RunSpec& s) { s.objective.dimension = 2'000'000; },
                            "objective", Reason::kQuotaExceeded}),
    [](const auto& test) { return test.param.what; });

TEST_F(Create, SaysEverythingThatIsWrongAtOnce) {
  Open();
  RunSpec spec = SpecOf("adma", 10);
  spec.objective.function = "rosenbrok";
  spec.labels = {{"", "x"}};

  const absl::Status status = book_->Create(spec, "", false).status();

  EXPECT_GE(ViolationsOf(status).size(), 3U) << status;
}

TEST_F(Create, WithAKnownRequestIdGivesTheRunMadeBefore) {
  Open();
  const std::string id = Made(SpecOf("adam", 10), "r-1");

  EXPECT_EQ(Made(SpecOf("adam", 10), "r-1"), id);
  Finished(*book_, id);
  EXPECT_EQ(Made(SpecOf("adam", 10), "r-1"), id);
  Open();  // as after a restart
  EXPECT_EQ(Made(SpecOf("adam", 10), "r-1"), id);
  EXPECT_NE(Made(SpecOf("adam", 10), "r-2"), id);
}

TEST_F(Create, WithAReusedRequestIdIsRefused) {
  Open();
  Made(SpecOf("adam", 10), "r-1");

  const absl::Status status = book_->Create(SpecOf("adam", 11), "r-1", false).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kRequestIdReused));
}

TEST_F(Create, MakesOneRunOfManyConcurrentRequestsWithOneId) {
  Open();
  for (int round = 0; round < 20; ++round) {
    const std::string request_id = "same " + std::to_string(round);
    std::barrier together(8);
    std::vector<std::thread> callers;
    std::vector<std::string> ids(8);
    for (std::string& id : ids) {
      callers.emplace_back([&] {
        together.arrive_and_wait();
        id = Made(SpecOf("adam", 10), request_id);
      });
    }
    for (std::thread& caller : callers) caller.join();

    EXPECT_THAT(ids, testing::Each(ids[0]));
    EXPECT_EQ(book_->List({})->runs.size(), static_cast<size_t>(round + 1));
  }
}

TEST_F(Create, RefusesMoreUnfinishedRunsThanAllowed) {
  RunBookOptions options = SmallOptions();
  options.max_unfinished_runs = 2;
  Open(options);
  const std::string id = Made(EndlessSpec());
  Made(EndlessSpec());

  const absl::Status status = book_->Create(EndlessSpec(), "", false).status();
  ASSERT_TRUE(book_->Cancel(id).ok());

  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kQuotaExceeded));
  Made(EndlessSpec());
}

TEST_F(Create, IsRefusedOnceTheServerDrains) {
  Open();
  book_->Drain();

  const absl::Status status = book_->Create(SpecOf("adam", 10), "", false).status();

  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kShuttingDown));
}

// --- List ---

class List : public Books {};

TEST_F(List, PagesNewestFirstWhileRunsComeAndGo) {
  Open();
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) expected.insert(expected.begin(), Made(SpecOf("adam", 5)));

  std::vector<std::string> ids;
  RunQuery query;
  query.page_size = 10;
  do {
    const auto page = book_->List(query);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const runs::Run& run : page->runs) ids.push_back(run.id);
    query.page_token = page->next_page_token;
    Made(SpecOf("adam", 5));  // comes before the first page
  } while (!query.page_token.empty());

  EXPECT_EQ(ids, expected);
}

TEST_F(List, FiltersByStateAndLabel) {
  Open();
  RunSpec red = SpecOf("adam", 5);
  red.labels = {{"colour", "red"}};
  RunSpec endless_red = EndlessSpec();
  endless_red.labels = red.labels;
  const std::string finished = Made(red);
  Finished(*book_, finished);
  const std::string running = Made(endless_red);
  WaitForIteration(*book_, running, 0);
  Made(EndlessSpec());

  RunQuery query;
  query.label = {"colour", "red"};
  EXPECT_EQ(book_->List(query)->runs.size(), 2U);
  query.state = RunState::kRunning;
  ASSERT_EQ(book_->List(query)->runs.size(), 1U);
  EXPECT_EQ(book_->List(query)->runs[0].id, running);
  query.state = RunState::kFinished;
  EXPECT_EQ(book_->List(query)->runs[0].id, finished);
  query.label = {"colour", "blue"};
  EXPECT_TRUE(book_->List(query)->runs.empty());
}

TEST_F(List, RefusesForgedTokensAndPageSizes) {
  Open();
  for (int i = 0; i < 3; ++i) Made(SpecOf("adam", 5));
  RunQuery query;
  query.page_size = 1;
  const std::string token = book_->List(query)->next_page_token;
  ASSERT_FALSE(token.empty());

  query.state = RunState::kRunning;  // another query
  query.page_token = token;
  EXPECT_THAT(ReasonsOf(book_->List(query).status()), ElementsAre(Reason::kPageTokenInvalid));
  query.page_token = "forged";
  EXPECT_THAT(ReasonsOf(book_->List(query).status()), ElementsAre(Reason::kPageTokenInvalid));
  query = {};
  query.page_size = 0;
  EXPECT_THAT(ReasonsOf(book_->List(query).status()), ElementsAre(Reason::kInvalidValue));
}

// --- ListIterates ---

class Iterates : public Books {};

TEST_F(Iterates, OfARangeComeInPagesWithoutHoles) {
  Open();
  const std::string id = Made(SpecOf("adam", 2500));
  Finished(*book_, id);
  IterateQuery query{.from = 100, .to = 2200, .max_points = 0, .page_size = 777, .page_token = ""};

  std::vector<int64_t> iterations;
  int pages = 0;
  do {
    const auto page = book_->ListIterates(id, query);
    ASSERT_TRUE(page.ok()) << page.status();
    iterations.insert(iterations.end(), page->block.iteration.begin(), page->block.iteration.end());
    query.page_token = page->next_page_token;
    ++pages;
  } while (!query.page_token.empty());

  EXPECT_EQ(pages, 3);
  ASSERT_EQ(iterations.size(), 2101U);
  EXPECT_EQ(iterations.front(), 100);
  EXPECT_EQ(iterations.back(), 2200);
}

TEST_F(Iterates, AreDecimatedToTheFirstLastLeastAndGreatestOfBuckets) {
  Open();
  const std::string id = Made(SpecOf("adam", 2499));
  Finished(*book_, id);
  const IterateBlock all = ReadTrace(*book_, id);
  IterateQuery query;
  query.max_points = 100;
  query.page_size = 30;

  IterateBlock points;
  do {
    const auto page = book_->ListIterates(id, query);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->block.rows(), 30U);
    points.AppendRows(page->block, 0, page->block.rows());
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());

  IterateBlock expected;  // 25 buckets of 100
  for (size_t begin = 0; begin < 2500; begin += 100) {
    AppendExtremes(all, begin, begin + 100, false, expected);
  }
  EXPECT_EQ(BitsOf(points), BitsOf(expected));
}

TEST_F(Iterates, BeyondTheEndOfARunAreOutOfRange) {
  Open();
  const std::string id = Made(SpecOf("adam", 10));
  Finished(*book_, id);
  IterateQuery query;
  query.from = 12;
  WatchOptions options;
  options.from_iteration = 12;

  const absl::Status listed = book_->ListIterates(id, query).status();
  const absl::Status watched = book_->Watch(id, options, [] {}).status();

  for (const absl::Status& status : {listed, watched}) {
    EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
    EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kIterationOutOfRange));
  }
  query.from = options.from_iteration = 11;  // where a watcher of all would go on: nothing is left
  EXPECT_TRUE(book_->ListIterates(id, query)->block.empty());
  EXPECT_EQ(WatchAll(*book_, id, options).size(), 2U);
}

TEST_F(Iterates, OfALongRunAreThinnedWithinItsBudget) {
  RunBookOptions options = SmallOptions();
  options.max_trace_bytes_per_run = 1'000'000;  // about 11 000 iterates
  Open(options);
  const std::string id = Made(SpecOf("adam", 50'000));
  const runs::Run run = Finished(*book_, id);

  const IterateBlock trace = ReadTrace(*book_, id);

  EXPECT_LT(trace.bytes(), 1'000'000U);
  EXPECT_EQ(trace.first(), 0);
  EXPECT_EQ(trace.last(), 50'000);
  const size_t oldest_full = trace.RowAt(run.oldest_iteration);
  EXPECT_GT(run.oldest_iteration, 40'000);
  EXPECT_EQ(trace.rows() - oldest_full, static_cast<size_t>(50'000 - run.oldest_iteration + 1));
  const std::vector<WatchUpdate> updates = WatchAll(*book_, id);
  EXPECT_EQ(std::get<Gap>(updates.at(1).what).reason, "thinned");
}

// --- Watch ---

class Watch : public Books {};

TEST_F(Watch, OfManyWatchersEachSeesEveryIterateOnce) {
  RunBookOptions options = SmallOptions();
  options.max_resident_trace_bytes = 100'000;  // much is read from the store
  Open(options);
  const std::string id = Made(SpecOf("adam", 20'000));
  std::vector<std::thread> watchers;
  for (int i = 0; i < 4; ++i) {
    watchers.emplace_back([&] {
      int64_t next = 0;
      for (const WatchUpdate& update : WatchAll(*book_, id)) {
        if (const auto* block = std::get_if<std::shared_ptr<const IterateBlock>>(&update.what)) {
          for (const int64_t iteration : (*block)->iteration) ASSERT_EQ(iteration, next++);
          EXPECT_EQ(update.next_iteration, next);
        }
      }
      EXPECT_EQ(next, 20'001);
    });
  }
  for (std::thread& watcher : watchers) watcher.join();
}

TEST_F(Watch, ThatIsNeverReadHoldsNothingUp) {
  Open();
  const std::string id = Made(SpecOf("adam", 5000));
  const auto idle = book_->Watch(id, {}, [] {});

  EXPECT_EQ(Finished(*book_, id).iterations, 5000);
}

TEST_F(Watch, OfADeletedRunEndsWithNotFound) {
  Open();
  const std::string id = Made(SpecOf("adam", 50));
  Finished(*book_, id);
  Open();  // nothing is in memory any more
  auto watcher = book_->Watch(id, {}, [] {});
  ASSERT_TRUE((*watcher)->Next(std::chrono::steady_clock::now()).ok());

  ASSERT_TRUE(book_->Delete(id).ok());

  EXPECT_TRUE(absl::IsNotFound((*watcher)->Next(std::chrono::steady_clock::now()).status()));
  EXPECT_THAT(ReasonsOf(book_->Get(id).status()), ElementsAre(Reason::kRunNotFound));
}

TEST_F(Books, GiveEveryRunItsShareOfTheWorkers) {
  Open(SmallOptions(2));
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(Made(EndlessSpec()));
  for (const std::string& id : ids) WaitForIteration(*book_, id, 2000);
  std::vector<int64_t> before;
  for (const std::string& id : ids) before.push_back(book_->Get(id)->iterations);
  WaitForIteration(*book_, ids[0], before[0] + 40'000);
  book_->Drain();

  int64_t least = INT64_MAX;
  int64_t most = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    least = std::min(least, book_->Get(ids[i])->iterations - before[i]);
    most = std::max(most, book_->Get(ids[i])->iterations - before[i]);
  }
  EXPECT_GT(least, most / 3) << "shares are equal by time; a busy machine blurs iterations";
}

}  // namespace
}  // namespace thalweg::runs
