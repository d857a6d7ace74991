// Many watches in one stream, with feeds that say what the test tells them to.

#include "server/rpc/streams/multi_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// What one feed says next, and how often it was asked.
struct Script {
  std::deque<int64_t> numbers = {};  // to be told as next_iteration
  bool endless = false;              // the last number again and again
  bool last = false;                 // the last number ends it
  absl::Status failure = {};         // after the numbers
  std::optional<runs::SteadyTime> not_before = std::nullopt;
  std::function<void()> wake = {};
  int asked = 0;
  bool open = false;
  bool throws = false;
};

class ScriptedFeed final : public Feed {
 public:
  explicit ScriptedFeed(Script& script) : script_(script) { script_.open = true; }
  ~ScriptedFeed() override { script_.open = false; }

  absl::StatusOr<Fed> Next(runs::SteadyTime /*now*/, MessageHolder& out) override {
    ++script_.asked;
    if (script_.throws) throw std::runtime_error("a bug");
    if (script_.numbers.empty()) {
      if (!script_.failure.ok()) return script_.failure;
      return Fed{.not_before = script_.not_before};
    }
    const int64_t number = script_.numbers.front();
    if (!script_.endless) script_.numbers.pop_front();
    static_cast<v1::RunUpdate&>(out.Message()).set_next_iteration(number);
    return Fed{.filled = true, .last = script_.last && script_.numbers.empty()};
  }

 private:
  Script& script_;
};

class Sheet final : public MessageHolder {
 public:
  v1::WatchUpdate& Message() override { return update; }
  v1::WatchUpdate update;
};

class ManyWatches : public testing::Test {
 protected:
  Script& Add(const std::string& id, Script script) {
    Script& kept = scripts_[id] = std::move(script);
    subscriptions_.push_back(
        {id,
         [&kept](std::function<void()> wake) -> absl::StatusOr<std::unique_ptr<Feed>> {
           if (!kept.failure.ok() && kept.numbers.empty()) return kept.failure;
           kept.wake = std::move(wake);
           return std::make_unique<ScriptedFeed>(kept);
         },
         [](v1::WatchUpdate& update) -> google::protobuf::Message& {
           return *update.mutable_run();
         }});
    return kept;
  }
  void Begin() {
    feed_.emplace(subscriptions_, incidents_, [this] { ++woken_; });
  }
  /// "a 3" for an update of `a`, "a ends 5 ..." for its end, "" when there is nothing to say.
  std::string Next(runs::SteadyTime now = {}) {
    const auto fed = feed_->Next(now, sheet_);
    EXPECT_TRUE(fed.ok()) << fed.status();
    fed_ = *fed;
    if (!fed->filled) return "";
    const v1::WatchUpdate& update = sheet_.update;
    if (!update.has_end()) {
      return absl::StrCat(update.subscription(), " ", update.run().next_iteration());
    }
    return absl::StrCat(update.subscription(), " ends ", update.end().code(), " ",
                        update.end().message());
  }
  std::vector<std::string> All() {
    std::vector<std::string> all;
    for (std::string one = Next(); !one.empty(); one = Next()) all.push_back(one);
    return all;
  }

  std::map<std::string, Script> scripts_;
  std::vector<Subscription> subscriptions_;
  std::string incident_;
  IncidentLog incidents_ = [this](std::string_view line) { incident_ = std::string(line); };
  int woken_ = 0;
  std::optional<MultiFeed> feed_;
  Sheet sheet_;
  Feed::Fed fed_;
};

TEST_F(ManyWatches, HaveOneMessageEachInTurn) {
  Add("a", {.numbers = {1, 2, 3}});
  Add("b", {.numbers = {10}});
  Add("c", {.numbers = {100, 200}});
  Begin();
  EXPECT_THAT(All(), ElementsAre("a 1", "b 10", "c 100", "a 2", "c 200", "a 3"));
}

TEST_F(ManyWatches, DoNotStarveTheSlowOneThatHasNewsAtLast) {
  for (const char* id : {"a", "b", "c"}) Add(id, {.numbers = {1}, .endless = true});
  Script& slow = Add("slow", {});
  Begin();
  for (int i = 0; i < 100; ++i) Next();
  slow.numbers = {7};
  slow.wake();
  std::vector<std::string> told;
  for (int i = 0; i < 4; ++i) told.push_back(Next());
  EXPECT_THAT(told, testing::Contains("slow 7"));
}

TEST_F(ManyWatches, AreNotAskedWhileTheyHaveNothingToSay) {
  for (int i = 0; i < 255; ++i) Add(absl::StrCat("idle", i), {});
  Script& active = Add("active", {});
  Begin();
  EXPECT_EQ(Next(), "");
  for (int64_t k = 0; k < 10; ++k) {
    active.numbers.push_back(k);
    active.wake();
    EXPECT_EQ(Next(), absl::StrCat("active ", k));
    EXPECT_EQ(Next(), "");
  }
  EXPECT_EQ(woken_, 10);
  for (int i = 0; i < 255; ++i) EXPECT_EQ(scripts_[absl::StrCat("idle", i)].asked, 1);
}

TEST_F(ManyWatches, AreAskedAgainInTheirOwnTime) {
  const runs::SteadyTime noon{12h};
  Script& later = Add("later", {.not_before = noon + 2s});
  Script& sooner = Add("sooner", {.not_before = noon + 1s});
  Begin();
  EXPECT_EQ(Next(noon), "");
  EXPECT_EQ(fed_.not_before, noon + 1s);
  sooner.numbers = {1};
  sooner.not_before.reset();
  EXPECT_EQ(Next(noon + 999ms), "");
  EXPECT_EQ(Next(noon + 1s), "sooner 1");
  EXPECT_EQ(Next(noon + 1s), "");
  EXPECT_EQ(fed_.not_before, noon + 2s);
  EXPECT_EQ(later.asked, 1);
}

TEST_F(ManyWatches, EndEachByItselfAndAllWithTheLast) {
  Add("done", {.numbers = {1, 2}, .last = true});
  Add("missing", {.failure = absl::NotFoundError("there is no run 'x'")});
  Add("damaged", {.numbers = {5}, .failure = absl::DataLossError("a page is damaged")});
  Begin();
  EXPECT_EQ(Next(), "done 1");
  EXPECT_EQ(Next(), "missing ends 5 there is no run 'x'");
  EXPECT_EQ(Next(), "damaged 5");
  EXPECT_EQ(Next(), "done 2");
  EXPECT_EQ(Next(), "damaged ends 15 a page is damaged");
  EXPECT_FALSE(fed_.last);
  EXPECT_FALSE(scripts_["damaged"].open);
  EXPECT_EQ(Next(), "done ends 0 ");
  EXPECT_TRUE(fed_.last);
  EXPECT_FALSE(scripts_["done"].open);
}

TEST_F(ManyWatches, OutliveABugInOneOfThem) {
  Add("bad", {.throws = true});
  Add("good", {.numbers = {1}});
  Begin();
  EXPECT_THAT(Next(), HasSubstr("bad ends 13 the server made a mistake"));
  EXPECT_THAT(incident_, HasSubstr("a bug"));
  EXPECT_EQ(Next(), "good 1");
}

TEST_F(ManyWatches, TakeNoNoticeOfACallThatComesTooLate) {
  Script& done = Add("done", {.numbers = {1}, .last = true});
  Add("other", {});
  Begin();
  EXPECT_THAT(All(), ElementsAre("done 1", "done ends 0 "));
  done.wake();
  EXPECT_EQ(Next(), "");
  feed_.reset();
  done.wake();
}

TEST_F(ManyWatches, SayThatTheyLiveForAllTogether) {
  Add("a", {.numbers = {1}});
  Begin();
  Next();
  feed_->FillHeartbeat(sheet_);
  EXPECT_TRUE(sheet_.update.has_heartbeat());
  EXPECT_EQ(sheet_.update.subscription(), "");
}

}  // namespace
}  // namespace thalweg::rpc
