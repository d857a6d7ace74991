// The stream without gRPC: what is written goes to a list, and the client reads when the test says.

#include "server/rpc/streams/watch_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/rpc/executor.h"
#include "server/rpc/streams/run_feed.h"
#include "tests/rpc/support/fake_run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr auto kPatience = 10s;

/// A client that reads at once, or message by message.
class Client final : public UpdateWriter {
 public:
  v1::RunUpdate& Message() override { return message_; }
  void Write() override {
    std::unique_lock lock(mutex_);
    received_.push_back(message_);
    changed_.notify_all();
    if (!reading_) return;
    lock.unlock();
    stream_->Written(true);
  }
  void Release() override { message_.Clear(); }
  void End(const absl::Status& status) override {
    const std::lock_guard lock(mutex_);
    ended_ = status;
    changed_.notify_all();
  }

  void set_stream(std::shared_ptr<WatchStream> stream) { stream_ = std::move(stream); }
  void StopReading() { reading_ = false; }
  void ReadOn() {
    reading_ = true;
    stream_->Written(true);
  }
  template <typename Condition>
  bool Wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return condition(received_); });
  }
  absl::Status End() {
    std::unique_lock lock(mutex_);
    const bool ended = changed_.wait_for(lock, kPatience, [&] { return ended_.has_value(); });
    return ended ? *ended_ : absl::DeadlineExceededError("the stream did not end");
  }
  std::vector<v1::RunUpdate> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  std::vector<int64_t> Iterations() {
    std::vector<int64_t> iterations;
    for (const v1::RunUpdate& update : received()) {
      for (const int64_t k : update.iterates().iteration()) iterations.push_back(k);
    }
    return iterations;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  v1::RunUpdate message_;
  std::vector<v1::RunUpdate> received_;
  std::optional<absl::Status> ended_;
  std::atomic<bool> reading_{true};
  std::shared_ptr<WatchStream> stream_;
};

std::vector<int64_t> UpTo(int64_t last) {
  std::vector<int64_t> numbers;
  for (int64_t k = 0; k <= last; ++k) numbers.push_back(k);
  return numbers;
}

class WatchStreams : public testing::Test {
 protected:
  WatchStreams() {
    runs::RunSpec spec;
    spec.optimizer.kind = "adam";
    EXPECT_TRUE(runs_.Create(spec, "", false).ok());
  }
  ~WatchStreams() override {
    for (const auto& stream : streams_) {
      stream->Cancelled();
      stream->Written(false);  // also where the client has stopped reading
    }
    // A writer must live until its stream's End.
    for (const auto& client : clients_) client->End().IgnoreError();
    for (const auto& stream : streams_) pump_.Remove(stream.get());
  }

  Client& NewClient() { return *clients_.emplace_back(std::make_unique<Client>()); }

  std::shared_ptr<WatchStream> Watch(Client& client,
                                     std::function<void(const std::string&)> abandoned = {}) {
    auto stream = std::make_shared<WatchStream>(server_, client, CallTags{}, std::move(abandoned));
    streams_.push_back(stream);
    client.set_stream(stream);
    EXPECT_TRUE(pump_.Add(stream));
    auto watcher = runs_.Watch("r1", {}, stream->WakeUp());
    EXPECT_TRUE(watcher.ok());
    stream->Opened(OpenedWatch{"r1", std::make_unique<RunFeed>(*std::move(watcher), 0),
                               runs::WatchMode::kAll});
    return stream;
  }

  FakeRunBook runs_;
  EventSink events_;
  std::atomic<bool> draining_{false};
  StreamPump pump_{2, 100};
  WatchSurroundings server_{pump_, events_, draining_, 10s};
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::shared_ptr<WatchStream>> streams_;
};

TEST_F(WatchStreams, BeginWithTheRunAndEndWithItAndHaveEachIterateOnce) {
  Client& client = NewClient();
  runs_.Record("r1", 2500);
  Watch(client);
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() >= 4; }));
  runs_.Record("r1", 2600);
  runs_.End("r1", runs::RunState::kFinished);

  EXPECT_TRUE(client.End().ok());
  EXPECT_TRUE(client.received().front().has_run());
  EXPECT_TRUE(client.received().back().has_run());
  EXPECT_TRUE(client.received().back().last());
  EXPECT_EQ(client.received().back().next_iteration(), 2601);
  EXPECT_EQ(client.Iterations(), UpTo(2600));
}

TEST_F(WatchStreams, WriteOneMessageAtATime) {
  Client& client = NewClient();
  client.StopReading();
  runs_.Record("r1", 100'000);
  Watch(client);
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() == 1; }));
  std::this_thread::sleep_for(50ms);  // whatever would be written too soon has time to be
  EXPECT_EQ(client.received().size(), 1);
}

TEST_F(WatchStreams, OfASlowClientDoNotHoldTheOthers) {
  Client& slow = NewClient();
  Client& quick = NewClient();
  slow.StopReading();
  Watch(slow);
  Watch(quick);
  runs_.Record("r1", 5000);
  runs_.End("r1", runs::RunState::kFinished);
  EXPECT_TRUE(quick.End().ok());
  EXPECT_EQ(quick.Iterations(), UpTo(5000));

  slow.ReadOn();
  EXPECT_TRUE(slow.End().ok());
  EXPECT_EQ(slow.Iterations(), UpTo(5000));
}

TEST_F(WatchStreams, SayThatTheyLiveWhenThereIsNothingToSay) {
  server_.heartbeat = 20ms;
  Client& client = NewClient();
  Watch(client);
  EXPECT_TRUE(client.Wait([](const auto& all) {
    return all.size() >= 3 && all[1].has_heartbeat() && all[2].has_heartbeat();
  }));
}

TEST_F(WatchStreams, EndWhenTheClientGoesAndLetGoOfTheRun) {
  Client& client = NewClient();
  std::atomic<int> abandoned{0};
  auto stream = Watch(client, [&](const std::string& run) { abandoned += run == "r1" ? 1 : 100; });
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() == 1; }));
  stream->Cancelled();
  EXPECT_EQ(client.End().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(abandoned, 1);
  EXPECT_EQ(runs_.watchers(), 0);
}

TEST_F(WatchStreams, AreNotAbandonedByAClientThatLeavesDuringTheLastUpdate) {
  Client& client = NewClient();
  client.StopReading();
  std::atomic<bool> abandoned{false};
  runs_.End("r1", runs::RunState::kFinished);
  auto stream = Watch(client, [&](const std::string&) { abandoned = true; });
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() == 1; }));
  stream->Written(true);
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() == 2 && all[1].last(); }));
  stream->Cancelled();
  stream->Written(false);
  EXPECT_TRUE(client.End().ok());
  EXPECT_FALSE(abandoned);
}

TEST_F(WatchStreams, AreNotAbandonedByAClientThatIsCutOffByADrain) {
  Client& client = NewClient();
  client.StopReading();
  std::atomic<bool> abandoned{false};
  auto stream = Watch(client, [&](const std::string&) { abandoned = true; });
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() == 1; }));
  draining_ = true;
  stream->Cancelled();
  stream->Written(false);
  EXPECT_EQ(client.End().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(abandoned);
}

TEST_F(WatchStreams, TellWhereToResumeWhenTheServerDrains) {
  Client& client = NewClient();
  bool abandoned = false;
  runs_.Record("r1", 41);
  Watch(client, [&](const std::string&) { abandoned = true; });
  ASSERT_TRUE(client.Wait([](const auto& all) { return all.size() == 2; }));
  draining_ = true;
  pump_.WakeAll();

  const absl::Status end = client.End();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ViolationsOf(end).front().reason, Reason::kShuttingDown);
  EXPECT_TRUE(client.received().back().has_heartbeat());
  EXPECT_EQ(client.received().back().next_iteration(), 42);
  EXPECT_FALSE(abandoned);
}

TEST_F(WatchStreams, EndWithTheReasonWhyTheyCouldNotBeOpened) {
  Client& client = NewClient();
  auto stream = std::make_shared<WatchStream>(server_, client, CallTags{}, nullptr);
  streams_.push_back(stream);
  ASSERT_TRUE(pump_.Add(stream));
  stream->Opened(absl::NotFoundError("no such run"));
  EXPECT_EQ(client.End().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(client.received(), IsEmpty());
}

TEST_F(WatchStreams, MayBeWokenByARunThatOutlivesThem) {
  std::function<void()> wake;
  {
    Client client;
    auto stream = std::make_shared<WatchStream>(server_, client, CallTags{}, nullptr);
    wake = stream->WakeUp();
  }
  wake();
}

TEST(StreamPump, RefusesMoreStreamsThanItMayHave) {
  class Still final : public Pumped {
    void Pump() override {}
  };
  StreamPump pump(1, 1);
  const auto first = std::make_shared<Still>();
  EXPECT_TRUE(pump.Add(first));
  EXPECT_FALSE(pump.Add(std::make_shared<Still>()));
  pump.Remove(first.get());
  EXPECT_EQ(pump.size(), 0);
}

TEST(StreamPump, NeverStepsOneStreamOnTwoThreadsNorLosesAWake) {
  class Counting final : public Pumped {
   public:
    void Pump() override {
      if (inside_.exchange(true)) torn = true;
      steps = asked.load();
      inside_ = false;
    }
    std::atomic<int> asked{0};
    std::atomic<int> steps{0};
    std::atomic<bool> torn{false};

   private:
    std::atomic<bool> inside_{false};
  };
  StreamPump pump(4, 10);
  const auto stream = std::make_shared<Counting>();
  ASSERT_TRUE(pump.Add(stream));
  {
    Executor wakers(4, 100'000);
    for (int i = 0; i < 20'000; ++i) {
      wakers.SubmitAlways([&] {
        ++stream->asked;
        pump.Wake(stream.get());
      });
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (stream->steps < 20'000 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(stream->steps, 20'000);
  EXPECT_FALSE(stream->torn);
  pump.Remove(stream.get());
}

TEST(Executor, RefusesWhatItHasNoRoomForAndFinishesTheRest) {
  std::atomic<int> done{0};
  {
    std::mutex gate;
    gate.lock();
    Executor executor(1, 2);
    ASSERT_TRUE(executor.Submit([&] {
      const std::lock_guard wait(gate);
      ++done;
    }));
    int taken = 0;
    for (int i = 0; i < 10; ++i) taken += executor.Submit([&] { ++done; }) ? 1 : 0;
    EXPECT_GE(taken, 1);
    EXPECT_LE(taken, 2);
    executor.SubmitAlways([&] { done += 100; });
    gate.unlock();
  }
  EXPECT_GE(done, 102);
}

}  // namespace
}  // namespace thalweg::rpc
