// Every optimizer can be left at any iterate: forked, changed, halted, with the same bits.

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/random.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"
#include "tests/support/optimizer_names.h"
#include "tests/support/tables.h"

namespace thalweg::runs {
namespace {

constexpr int64_t kIterations = 120;

bool PassesOverRows(const std::string& optimizer) {
  const auto names = testing::OptimizersThatPassOverRows(true);
  return std::find(names.begin(), names.end(), optimizer) != names.end();
}

/// A number that follows from another, but for noise.
testing::Tables& Data() {
  static testing::Tables* const tables = [] {
    std::vector<double> x, y;
    for (int i = 0; i < 40; ++i) {
      Random random(5, i, 0);
      x.push_back(random.Normal());
      y.push_back(1 + 2 * x.back() + random.Normal());
    }
    return new testing::Tables(testing::NumbersTable({{"x", x}, {"y", y}}));
  }();
  return *tables;
}

class EveryFork : public ::testing::TestWithParam<std::string> {
 protected:
  EveryFork() { Open(); }

  void Open() {
    RunBookOptions options = SmallOptions();
    options.means.tables = &Data();
    auto book = RunBook::Open(store_, events_, options);
    EXPECT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }

  static RunSpec Spec(int64_t iterations = kIterations) {
    RunSpec spec;
    if (PassesOverRows(GetParam())) {
      spec.objective.model = models::ModelSpec{.dataset = "data", .target = "y"};
    } else {
      spec.objective.function = "rosenbrock";
    }
    spec.optimizer.kind = GetParam();
    spec.stopping = {WithSetting("iterations", "threshold", static_cast<double>(iterations))};
    spec.seed = 11;
    return spec;
  }

  std::string Over(const RunSpec& spec) {
    const auto run = book_->Create(spec, "", false);
    EXPECT_TRUE(run.ok()) << run.status();
    if (run.ok()) Finished(*book_, run->id);
    return run.ok() ? run->id : "";
  }

  std::string Over(const std::string& parent, const ForkRequest& request) {
    const auto run = book_->Fork(parent, request, "", false);
    EXPECT_TRUE(run.ok()) << run.status();
    if (run.ok()) Finished(*book_, run->id);
    return run.ok() ? run->id : "";
  }

  IterateBlock TraceOf(const std::string& id) { return ReadTrace(*book_, id); }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_P(EveryFork, GoesTheSameWayFromAnyIterate) {
  const std::string whole = Over(Spec());
  const IterateBlock expected = TraceOf(whole);
  const int64_t last = expected.last();
  for (const int64_t k : {int64_t{0}, int64_t{1}, last / 2, last - 1, last}) {
    if (k < 0) continue;
    const std::string fork = Over(whole, {.iteration = k});

    EXPECT_EQ(BitsOf(TraceOf(fork)), BitsOf(expected.Slice(k, last))) << "left at " << k;
    EXPECT_EQ(book_->Get(fork)->stop_reason->criterion, book_->Get(whole)->stop_reason->criterion);
  }
}

TEST_P(EveryFork, WithALargerBudgetGoesOnAsIfItHadHadItFromTheStart) {
  const IterateBlock expected = TraceOf(Over(Spec(kIterations + 40)));
  const std::string short_one = Over(Spec());
  if (book_->Get(short_one)->stop_reason->criterion != "iterations") GTEST_SKIP() << "was sooner";

  const std::string longer = Over(
      short_one,
      {.overrides = {.stopping = {WithSetting("iterations", "threshold", kIterations + 40.0)}}});

  IterateBlock trace = TraceOf(longer);
  ASSERT_GE(trace.rows(), 2U);
  EXPECT_EQ(trace.flags[1] & kChanged, uint32_t{kChanged});
  trace.flags[1] &= ~uint32_t{kChanged};
  EXPECT_EQ(BitsOf(trace), BitsOf(expected.Slice(kIterations, expected.last())));
}

TEST_P(EveryFork, CanTakeOverFromGradientDescentAndHandBack) {
  RunSpec spec = Spec(20);
  spec.optimizer = WithSetting("gradient_descent", "learning_rate", 1e-4);
  const std::string first = Over(spec);
  Overrides taking;
  taking.optimizer.kind = GetParam();
  taking.stopping = {WithSetting("iterations", "threshold", 60.0)};

  const auto fork = book_->Fork(first, {.iteration = 10, .overrides = taking}, "", false);
  if (!fork.ok()) {  // a method that needs bounds, say: it must be refused by name
    EXPECT_EQ(ViolationsOf(fork.status()).at(0).field, "optimizer.kind") << fork.status();
    return;
  }
  const runs::Run over = Finished(*book_, fork->id);
  EXPECT_EQ(over.state, RunState::kFinished) << over.stop_reason->detail;
  Overrides back{.optimizer = WithSetting("gradient_descent", "learning_rate", 1e-5),
                 .stopping = {WithSetting("iterations", "threshold", 80.0)}};
  const std::string again = Over(fork->id, {.overrides = back});

  EXPECT_EQ(book_->Get(again)->state, RunState::kFinished)
      << book_->Get(again)->stop_reason->detail;
  // Made anew from what it says of itself, it is the same.
  RunSpec recipe = book_->Get(again)->spec;
  EXPECT_EQ(BitsOf(TraceOf(Over(recipe))), BitsOf(TraceOf(again)));
  EXPECT_EQ(TraceOf(again).first(), over.iterations);
}

TEST_P(EveryFork, IsTheSameAfterAPauseARestartAndAChange) {
  RunSpec spec = Spec(5000);
  spec.stopping.push_back({"non_finite", {}});
  const auto run = book_->Create(spec, "", false);
  ASSERT_TRUE(run.ok()) << run.status();
  // A pause may come too late for a method that is quick; then there is nothing to see here.
  if (!book_->Pause(run->id).ok()) return;
  const auto changed =
      book_->Change(run->id, {.stopping = {WithSetting("iterations", "threshold", 300.0)}});
  ASSERT_TRUE(changed.ok()) << changed.status();
  book_.reset();
  Open();
  ASSERT_TRUE(book_->Resume(run->id).ok());
  const runs::Run over = Finished(*book_, run->id);

  ASSERT_EQ(over.spec.changes.size(), 1U);
  EXPECT_EQ(over.spec.changes[0].iteration, changed->iteration);
  EXPECT_EQ(BitsOf(TraceOf(Over(over.spec))), BitsOf(TraceOf(run->id)));
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const OptimizerEntry& entry : Optimizers()) names.push_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryFork, ::testing::ValuesIn(Names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace thalweg::runs
