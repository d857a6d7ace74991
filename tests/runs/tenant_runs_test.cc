// Runs as the callers of one tenant see them: what is another's is not there.
#include "server/runs/tenant_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "server/storage/catalogue.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Sight = TenantRuns::Sight;

constexpr char kMissing[] = "abcdefghijkmnpqr";

class Tenants : public testing::TestWithParam<std::string> {
 protected:
  Tenants() {
    char name[] = "/tmp/thalweg_tenants_XXXXXX";
    directory_ = mkdtemp(name);
    Open();
  }
  ~Tenants() override {
    Close();
    std::filesystem::remove_all(directory_);
  }

  void Open(RunBookOptions options = SmallOptions()) {
    Close();
    if (!store_ || GetParam() == "sqlite") {
      store_.reset();
      store_ = *OpenStore(GetParam() == "sqlite" ? "sqlite:" + directory_ + "/data" : "memory:");
    }
    book_ = *RunBook::Open(*store_, events_, options);
    vision_ = std::make_unique<TenantRuns>(*book_, "vision", Sight::kOwn);
    speech_ = std::make_unique<TenantRuns>(*book_, "speech", Sight::kOwn);
    admin_ = std::make_unique<TenantRuns>(*book_, "ops", Sight::kAll);
  }
  void Close() {
    vision_.reset();
    speech_.reset();
    admin_.reset();
    book_.reset();
  }
  static std::string Create(RunBook& book, const RunSpec& spec, const std::string& request = "") {
    const auto run = book.Create(spec, request, false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->id : "";
  }
  static std::vector<std::string> Listed(RunBook& book, const RunQuery& query = {}) {
    std::vector<std::string> ids;
    const auto page = book.List(query);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return ids;
    for (const runs::Run& run : page->runs) ids.push_back(run.id);
    return ids;
  }

  std::string directory_;
  EventSink events_;
  std::unique_ptr<RunStore> store_;
  std::unique_ptr<RunBook> book_;
  std::unique_ptr<TenantRuns> vision_, speech_, admin_;
};

/// What every way to a run says of `id`, with the id itself taken out.
std::vector<std::string> AnswersOf(RunBook& book, const std::string& id) {
  std::vector<std::string> answers;
  const auto add = [&](const absl::Status& status) {
    answers.push_back(absl::StrReplaceAll(status.ToString(), {{id, "ID"}}));
  };
  add(book.Get(id).status());
  add(book.TenantOf(id).status());
  add(book.Cancel(id).status());
  add(book.Pause(id).status());
  add(book.Resume(id, 0).status());
  add(book.Resume(id, -1).status());
  add(book.Change(id, {}).status());
  add(book.Delete(id));
  add(book.Watch(id, {}, [] {}).status());
  WatchOptions early;
  early.from_iteration = -1;
  add(book.Watch(id, early, [] {}).status());
  add(book.ListIterates(id, {}).status());
  add(book.Fork(id, {}, "", false).status());
  add(book.Fork(id, {}, "", true).status());
  add(book.Fork(id, {}, "used", false).status());
  ForkRequest far;
  far.iteration = 1'000'000;
  add(book.Fork(id, far, "", false).status());
  return answers;
}

TEST_P(Tenants, AreToldOfOthersRunsWhatTheyAreToldOfNone) {
  Create(*vision_, SpecOf("adam", 3), "used");
  const std::string running = Create(*speech_, EndlessSpec());
  const std::string over = Create(*speech_, SpecOf("adam", 3));
  WatchAll(*speech_, over);

  const auto of_none = AnswersOf(*vision_, kMissing);
  EXPECT_EQ(AnswersOf(*vision_, running), of_none);
  EXPECT_EQ(AnswersOf(*vision_, over), of_none);
  EXPECT_TRUE(speech_->Get(running).ok());
  EXPECT_TRUE(speech_->Cancel(running).ok());
}

TEST_P(Tenants, SeeTheirOwnRunsAloneInLists) {
  RunSpec labelled = SpecOf("adam", 3);
  labelled.labels = {{"team", "red"}};
  const std::string a = Create(*vision_, labelled);
  const std::string b = Create(*speech_, labelled);
  const std::string c = Create(*vision_, SpecOf("adam", 3));
  for (const auto& id : {a, b, c}) WatchAll(*book_, id);

  RunQuery red;
  red.label = Label{"team", "red"};
  RunQuery finished = red;
  finished.state = RunState::kFinished;
  RunQuery all_finished;
  all_finished.state = RunState::kFinished;
  EXPECT_THAT(Listed(*vision_), ElementsAre(c, a));
  EXPECT_THAT(Listed(*vision_, all_finished), ElementsAre(c, a));
  EXPECT_THAT(Listed(*vision_, red), ElementsAre(a));
  EXPECT_THAT(Listed(*vision_, finished), ElementsAre(a));
  EXPECT_THAT(Listed(*speech_), ElementsAre(b));
  EXPECT_THAT(Listed(*admin_), ElementsAre(c, b, a));
  EXPECT_THAT(Listed(*admin_, red), ElementsAre(b, a));
}

TEST_P(Tenants, CannotUseAPageTokenOfOthers) {
  for (int i = 0; i < 3; ++i) Create(*vision_, SpecOf("adam", 1));
  Create(*speech_, SpecOf("adam", 1));
  RunQuery first;
  first.page_size = 1;
  const auto page = vision_->List(first);
  RunQuery second = first;
  second.page_token = page->next_page_token;
  ASSERT_NE(second.page_token, "");
  EXPECT_TRUE(vision_->List(second).ok());
  EXPECT_EQ(speech_->List(second).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(admin_->List(second).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(Tenants, UseTheSameRequestIdWithoutMeeting) {
  const std::string a = Create(*vision_, SpecOf("adam", 3), "nightly");
  const std::string b = Create(*speech_, SpecOf("adam", 4), "nightly");
  const std::string c = Create(*book_, SpecOf("adam", 5), "nightly");
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
  Open();
  EXPECT_EQ(Create(*vision_, SpecOf("adam", 3), "nightly"), a);
  EXPECT_EQ(Create(*speech_, SpecOf("adam", 4), "nightly"), b);
  EXPECT_EQ(Create(*book_, SpecOf("adam", 5), "nightly"), c);
}

TEST_P(Tenants, ArePartOfARunForGood) {
  const std::string over = Create(*vision_, SpecOf("adam", 3));
  WatchAll(*vision_, over);
  const std::string running = Create(*vision_, EndlessSpec());
  Open();
  for (const std::string& id : {over, running}) {
    EXPECT_EQ(vision_->Get(id)->spec.tenant, "vision");
    EXPECT_FALSE(speech_->Get(id).ok());
  }
  EXPECT_THAT(Listed(*vision_), ElementsAre(running, over));
}

TEST_P(Tenants, OwnTheForksThatTheyMake) {
  const std::string parent = Create(*vision_, SpecOf("adam", 3));
  WatchAll(*vision_, parent);
  const auto own = vision_->Fork(parent, {}, "fork", false);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->spec.tenant, "vision");
  const auto admins = admin_->Fork(parent, {}, "", false);
  ASSERT_TRUE(admins.ok()) << admins.status();
  EXPECT_EQ(admins->spec.tenant, "ops");

  ASSERT_TRUE(vision_->Delete(parent).ok());
  EXPECT_EQ(vision_->Fork(parent, {}, "fork", false)->id, own->id) << "a retry";
}

TEST_P(Tenants, HearOfTheirOwnRunsAlone) {
  Bell bell;
  const auto heard = vision_->WatchList({}, bell.Wake());
  heard->Next();  // what was before
  const std::string other = Create(*speech_, SpecOf("adam", 1));
  WatchAll(*speech_, other);
  ASSERT_TRUE(speech_->Delete(other).ok());
  EXPECT_FALSE(heard->Next());
  const std::string own = Create(*vision_, SpecOf("adam", 1));
  WatchAll(*vision_, own);
  ASSERT_TRUE(vision_->Delete(own).ok());
  std::vector<std::string> deleted;
  while (const auto change = heard->Next()) {
    if (const auto* gone = std::get_if<RunDeleted>(&*change)) deleted.push_back(gone->id);
  }
  EXPECT_THAT(deleted, ElementsAre(own));
}

TEST_P(Tenants, MayEachHaveAsManyUnfinishedRunsAsTheirQuota) {
  RunBookOptions options = SmallOptions();
  options.max_unfinished_of = [](const std::string& tenant) { return tenant == "vision" ? 2 : 0; };
  Open(options);
  const std::string first = Create(*vision_, EndlessSpec());
  Create(*vision_, EndlessSpec());
  const auto third = vision_->Create(EndlessSpec(), "", false);
  const auto limit = QuotaLimitOf(third.status());
  ASSERT_TRUE(limit) << third.status();
  EXPECT_EQ(limit->quota, "unfinished_runs");
  EXPECT_EQ(limit->limit, 2);
  EXPECT_EQ(limit->subject, "vision");
  for (int i = 0; i < 5; ++i) Create(*speech_, EndlessSpec());

  ASSERT_TRUE(vision_->Cancel(first).ok());
  Create(*vision_, EndlessSpec());
  EXPECT_FALSE(vision_->Create(EndlessSpec(), "", false).ok());
  Open(options);
  EXPECT_FALSE(vision_->Create(EndlessSpec(), "", false).ok()) << "those before a restart count";
}

INSTANTIATE_TEST_SUITE_P(Every, Tenants, testing::Values("memory", "sqlite"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace thalweg::runs
