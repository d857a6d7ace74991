// A watch sees every iterate once and in order, whatever becomes of its connections.
#include "client/cpp/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "client/cpp/client.h"
#include "tests/client/fake_server.h"

namespace thalweg::client {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using thalweg::testing::FakeServer;

std::vector<int64_t> UpTo(int64_t last) {
  std::vector<int64_t> numbers(static_cast<size_t>(last) + 1);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// Watches runs/a on `server` and keeps what was seen.
struct Seen {
  std::vector<int64_t> iterations;
  std::vector<double> first_coordinates;
  std::vector<int64_t> events;
  int lost = 0;
  Result<v1::Run> run = Error{};

  explicit Seen(const FakeServer& server, WatchOptions options = {}) {
    const WatchHandlers handlers{.on_run = {},
                                 .on_iterates =
                                     [this](const IteratesView& batch) {
                                       for (size_t i = 0; i < batch.size(); ++i) {
                                         iterations.push_back(batch.iteration()[i]);
                                         first_coordinates.push_back(batch.x(i)[0]);
                                       }
                                     },
                                 .on_event =
                                     [this](const v1::RunEvent& event) {
                                       EXPECT_EQ(event.code(), "restart");
                                       EXPECT_EQ(iterations.back() >= event.iteration(), true);
                                       events.push_back(event.iteration());
                                     },
                                 .on_gap = {},
                                 .on_lost = [this](const Error&, int64_t) { ++lost; }};
    run = (*Client::Connect(server.address())).Watch("runs/a", handlers, options);
  }
};

TEST(Watch, GivesEveryEventOnceAfterItsIterateAlsoOverLostConnections) {
  for (const int64_t repeats : {0, 5}) {
    const FakeServer server({.iterations = 20,
                             .batch = 3,
                             .cut_after = {2, 1, 3},
                             .repeats = repeats,
                             .event_every = 4});

    EXPECT_EQ(Seen(server).events, (std::vector<int64_t>{0, 4, 8, 12, 16, 20})) << repeats;
  }
}

TEST(Watch, GivesEveryIterateInOrderAndTheRunAsItEnded) {
  const FakeServer server({.iterations = 10, .batch = 3});

  const Seen seen(server);

  EXPECT_EQ(seen.iterations, UpTo(10));
  ASSERT_TRUE(seen.run.ok()) << seen.run.error().Text();
  EXPECT_EQ(seen.run->best().value(), 90);
  EXPECT_EQ(seen.lost, 0);
}

TEST(Watch, FetchesAnAnswerThatIsTooLargeForTheStream) {
  const FakeServer server({.leaves_out_points = true});

  const Seen seen(server);

  ASSERT_TRUE(seen.run.ok());
  EXPECT_EQ(seen.run->best().x().values().at("x").values(0), 10);
}

TEST(Watch, GoesOnWhereItWasWhenTheStreamIsCut) {
  // The first connection gets nothing, the second the snapshot alone, the third two batches ...
  const FakeServer server({.iterations = 20, .batch = 3, .cut_after = {0, 1, 3, 2}});

  const Seen seen(server);

  EXPECT_EQ(seen.iterations, UpTo(20));
  EXPECT_EQ(seen.lost, 4);
  const auto watches = server.watches();
  ASSERT_THAT(watches, SizeIs(5));
  EXPECT_EQ(watches[3].from_iteration(), 6);
  EXPECT_EQ(watches[4].from_iteration(), 9);
}

TEST(Watch, GoesOnWhenTheServerLeavesPolitelyBeforeTheEnd) {
  const FakeServer server({.iterations = 10, .batch = 2, .cut_after = {3, 3}, .cut_with_ok = true});

  EXPECT_EQ(Seen(server).iterations, UpTo(10));
}

TEST(Watch, DropsIteratesThatAServerSendsAgain) {
  const FakeServer server({.iterations = 12, .batch = 3, .cut_after = {3, 2}, .repeats = 2});

  const Seen seen(server);

  EXPECT_EQ(seen.iterations, UpTo(12));
  EXPECT_EQ(seen.first_coordinates[7], 7);  // columns are trimmed together
  EXPECT_EQ(seen.first_coordinates[12], 12);
}

TEST(Watch, TakesASilentConnectionForLostAndGivesUpInTime) {
  const FakeServer server({.silent = true});

  const Seen seen(server, {.give_up_after = milliseconds(20), .longest_silence = milliseconds(50)});

  ASSERT_FALSE(seen.run.ok());
  EXPECT_EQ(seen.run.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(seen.run.error().message, HasSubstr("silent"));
}

TEST(Watch, GivesUpWhenNobodyIsThere) {
  std::string address;
  {
    const FakeServer gone({});
    address = gone.address();
  }
  const auto begin = std::chrono::steady_clock::now();

  const auto run = (*Client::Connect(address)).Watch("a", {}, {.give_up_after = milliseconds(300)});

  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(Watch, DoesNotTryAgainWhenTheRunIsUnknown) {
  const FakeServer server({});

  const auto run = (*Client::Connect(server.address())).Watch("runs/b");

  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(server.watches(), SizeIs(1));
}

TEST(Watch, EndsWhenItIsStopped) {
  const FakeServer server({.waits_for_cancel = true});
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(50));
    stop.request_stop();
  });

  const Seen seen(server, {.stop = stop.get_token()});

  ASSERT_FALSE(seen.run.ok());
  EXPECT_EQ(seen.run.error().code, grpc::StatusCode::CANCELLED);
}

TEST(Watch, RefusesBatchesWhoseColumnsDiffer) {
  const FakeServer server({.loses_a_column = true});

  const Seen seen(server);

  ASSERT_FALSE(seen.run.ok());
  EXPECT_EQ(seen.run.error().code, grpc::StatusCode::DATA_LOSS);
  EXPECT_THAT(seen.iterations, SizeIs(0));
}

TEST(Watch, AsksForTheNewestOnlyWhenLive) {
  const FakeServer server({});

  const Seen seen(server, {.from_iteration = 4, .live = 25});

  ASSERT_THAT(server.watches(), SizeIs(1));
  EXPECT_EQ(server.watches()[0].mode(), v1::WATCH_MODE_LIVE);
  EXPECT_EQ(server.watches()[0].max_updates_per_second(), 25);
  EXPECT_THAT(seen.iterations, ElementsAre(4, 5, 6, 7, 8, 9, 10));
}

}  // namespace
}  // namespace thalweg::client
