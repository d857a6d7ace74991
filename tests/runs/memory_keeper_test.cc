// What a server does whose memory is nearly full.

#include "server/runs/memory_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MemoryKeeper, HasRoomWhileTheRunFitsIn) {
  int64_t used = 60;
  const MemoryKeeper keeper(100, [&] { return used; });

  EXPECT_TRUE(keeper.RoomFor(40).ok());
  EXPECT_FALSE(keeper.RoomFor(41).ok());
  used = 101;
  EXPECT_FALSE(keeper.RoomFor().ok());
}

TEST(MemoryKeeper, NamesTheFigures) {
  const MemoryKeeper keeper(100, [] { return 70; });

  const absl::Status refused = keeper.RoomFor(31);

  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_THAT(ReasonsOf(refused), ElementsAre(Reason::kQuotaExceeded));
  EXPECT_THAT(ViolationsOf(refused).front().description,
              HasSubstr("70 bytes in use, 31 expected of young runs and this one, 100 allowed"));
}

TEST(MemoryKeeper, CountsWhatYoungRunsWillTake) {
  MemoryKeeper keeper(100, [] { return 50; });
  MemoryKeeper::Expected first(keeper, 20), second;
  second = {keeper, 20};

  EXPECT_FALSE(keeper.RoomFor(11).ok());
  first.End();
  EXPECT_TRUE(keeper.RoomFor(30).ok());
  EXPECT_FALSE(keeper.RoomFor(31).ok());
}

TEST(MemoryKeeper, HasRoomForAllWithoutALimit) {
  EXPECT_TRUE(MemoryKeeper(0, nullptr).RoomFor(INT64_MAX).ok());
}

class FullMemory : public ::testing::Test {
 protected:
  std::unique_ptr<RunBook> Open() {
    RunBookOptions options = SmallOptions();
    options.max_memory_bytes = int64_t{1} << 30;
    options.memory_in_use = [this] { return used_.load(); };
    return *RunBook::Open(store_, events_, options);
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::atomic<int64_t> used_{0};
};

TEST_F(FullMemory, RefusesNewRunsAndLetsOthersGoOn) {
  const auto book = Open();
  const std::string id = book->Create(EndlessSpec(), "", false)->id;
  used_ = int64_t{1} << 30;

  const absl::Status refused = book->Create(EndlessSpec(), "", false).status();
  const int64_t reached = book->Get(id)->iterations;

  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  WaitForIteration(*book, id, reached + 100);
  used_ = 0;
  EXPECT_TRUE(book->Create(SpecOf("adam", 5), "", false).ok());
}

TEST_F(FullMemory, RefusesARunThatWouldGrowTooLarge) {
  const auto book = Open();
  RunSpec large = SpecOf("bfgs", 5);
  large.optimizer.settings.clear();
  large.objective.dimension = 4000;  // 3 matrices of 128 MB
  used_ = int64_t{3} << 28;

  EXPECT_TRUE(absl::IsResourceExhausted(book->Create(large, "", false).status()));
  EXPECT_TRUE(book->Create(SpecOf("adam", 5), "", false).ok());
}

TEST_F(FullMemory, MakesRecoveredRunsWaitUntilThereIsRoom) {
  std::string id;
  {
    const auto book = Open();
    id = book->Create(EndlessSpec(), "", false)->id;
    WaitForIteration(*book, id, 100);
  }
  used_ = int64_t{2} << 30;
  const auto book = Open();
  const int64_t reached = book->Get(id)->iterations;

  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(book->Get(id)->iterations, reached);
  used_ = 0;
  WaitForIteration(*book, id, reached + 100);
}

}  // namespace
}  // namespace thalweg::runs
