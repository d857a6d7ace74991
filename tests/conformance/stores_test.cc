#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/runs/run_store.h"
#include "server/storage/catalogue.h"

// The contract of RunStore, for every store that there is.
namespace thalweg::runs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Stores : public testing::TestWithParam<std::string> {
 protected:
  Stores() {
    char name[] = "/tmp/thalweg_store_XXXXXX";
    directory_ = mkdtemp(name);
    Open();
  }
  ~Stores() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open() {
    store_.reset();
    const std::string url = GetParam() == "sqlite" ? "sqlite:" + directory_ + "/data" : "memory:";
    auto store = OpenStore(url);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  /// Looks again with fresh eyes, where a store remembers.
  void Reopen() {
    if (GetParam() != "memory") Open();
  }

  static RunChange NewRun(const std::string& id, uint64_t number,
                          const std::string& request_id = "") {
    RunChange change;
    change.id = id;
    change.run = StoredRun{id, number, request_id,        0x8000000000000001U,
                           0,  false,  {{"k", "v" + id}}, std::string("record\0of ", 10) + id};
    return change;
  }
  static StoredBlock Block(int64_t first, int64_t last, size_t bytes = 10) {
    return {first, last, std::string(bytes, static_cast<char>('a' + first % 26))};
  }
  std::vector<int64_t> FirstsOf(const std::string& id, int64_t from, int64_t to,
                                size_t max_bytes = SIZE_MAX) {
    std::vector<int64_t> firsts;
    const auto blocks = store_->Blocks(id, from, to, max_bytes);
    EXPECT_TRUE(blocks.ok()) << blocks.status();
    for (const StoredBlock& block : *blocks) {
      firsts.push_back(block.first);
      EXPECT_EQ(block.bytes[0], static_cast<char>('a' + block.first % 26));
    }
    return firsts;
  }
  std::vector<std::string> IdsOf(const StoredRunQuery& query) {
    std::vector<std::string> ids;
    const auto runs = store_->List(query);
    for (const StoredRun& run : *runs) ids.push_back(run.id);
    return ids;
  }
  void Put(const std::vector<RunChange>& changes) {
    const absl::Status status = store_->Commit(changes);
    ASSERT_TRUE(status.ok()) << status;
  }

  std::string directory_;
  std::unique_ptr<RunStore> store_;
};

TEST_P(Stores, AreEmptyAtFirst) {
  EXPECT_EQ(*store_->LastNumber(), 0U);
  EXPECT_THAT(*store_->Unfinished(), IsEmpty());
  EXPECT_THAT(*store_->List({}), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(store_->Get("a").status()));
  EXPECT_FALSE(store_->FindRequest("r")->has_value());
}

TEST_P(Stores, KeepARunAsItWasGiven) {
  Put({NewRun("a", 1, "request")});
  Reopen();

  const auto run = store_->Get("a");

  ASSERT_TRUE(run.ok()) << run.status();
  const StoredRun given = *NewRun("a", 1, "request").run;
  EXPECT_EQ(run->number, 1U);
  EXPECT_EQ(run->request_id, "request");
  EXPECT_EQ(run->spec_digest, given.spec_digest);
  EXPECT_EQ(run->labels, given.labels);
  EXPECT_EQ(run->record, given.record);
  EXPECT_EQ((*store_->FindRequest("request"))->id, "a");
  EXPECT_FALSE(store_->FindRequest("")->has_value());
}

TEST_P(Stores, ReplaceARecordAndKeepTheRest) {
  RunChange change = NewRun("a", 1, "request");
  change.append = {Block(0, 4)};
  change.checkpoint = "c";
  Put({change});
  RunChange update = NewRun("a", 1, "request");
  update.run->state = 3;
  update.run->finished = true;
  update.run->record = "new";
  Put({update});
  Reopen();

  EXPECT_EQ(store_->Get("a")->record, "new");
  EXPECT_EQ(store_->Get("a")->state, 3);
  EXPECT_THAT(*store_->Unfinished(), IsEmpty());
  EXPECT_THAT(FirstsOf("a", 0, 10), ElementsAre(0));
  EXPECT_EQ(**store_->Checkpoint("a"), "c");
}

TEST_P(Stores, RefuseASecondRunWithOneRequestId) {
  Put({NewRun("a", 1, "request")});

  const absl::Status status = store_->Commit({NewRun("b", 2, "request")});

  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists) << status;
  EXPECT_TRUE(absl::IsNotFound(store_->Get("b").status()));
  Put({NewRun("c", 3), NewRun("d", 4)});  // none is not the same as none
}

TEST_P(Stores, CommitAllChangesOrNone) {
  Put({NewRun("a", 1)});
  RunChange good;
  good.id = "a";
  good.append = {Block(0, 4)};
  RunChange bad;
  bad.id = "nobody";
  bad.append = {Block(0, 4)};

  EXPECT_TRUE(absl::IsNotFound(store_->Commit({good, NewRun("b", 2), bad})));

  EXPECT_THAT(FirstsOf("a", 0, 10), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(store_->Get("b").status()));
  Put({good});  // and goes on to work
}

TEST_P(Stores, GiveBlocksThatOverlapARangeInOrder) {
  RunChange change = NewRun("a", 1);
  change.append = {Block(0, 4), Block(5, 5), Block(6, 19), Block(25, 30)};
  RunChange other = NewRun("b", 2);
  other.append = {Block(0, 100)};
  Put({change, other});
  Reopen();

  EXPECT_THAT(FirstsOf("a", 0, INT64_MAX), ElementsAre(0, 5, 6, 25));
  EXPECT_THAT(FirstsOf("a", 4, 6), ElementsAre(0, 5, 6));
  EXPECT_THAT(FirstsOf("a", 20, 24), IsEmpty());
  EXPECT_THAT(FirstsOf("a", 10, 25), ElementsAre(6, 25));
  EXPECT_EQ((*store_->LastBlock("a"))->first, 25);
  EXPECT_TRUE(absl::IsNotFound(store_->Blocks("nobody", 0, 1, 1).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->LastBlock("nobody").status()));
}

TEST_P(Stores, StopAfterSoManyBytesButGiveOneBlock) {
  RunChange change = NewRun("a", 1);
  change.append = {Block(0, 4, 100), Block(5, 9, 100), Block(10, 14, 100)};
  Put({change});

  EXPECT_THAT(FirstsOf("a", 0, 20, 0), ElementsAre(0));
  EXPECT_THAT(FirstsOf("a", 0, 20, 200), ElementsAre(0, 5));
}

TEST_P(Stores, ReplaceBlocksThatLieWhollyInARange) {
  RunChange change = NewRun("a", 1);
  change.append = {Block(0, 4), Block(5, 9), Block(10, 14), Block(15, 19)};
  Put({change});
  RunChange thinning;
  thinning.id = "a";
  thinning.append = {Block(20, 24)};
  thinning.replace = {{5, 14, {Block(7, 12)}}, {20, 24, {Block(22, 22)}}};
  Put({thinning});
  Reopen();

  EXPECT_THAT(FirstsOf("a", 0, 100), ElementsAre(0, 7, 15, 22));
}

TEST_P(Stores, KeepTheLatestCheckpointUntilItIsTakenAway) {
  Put({NewRun("a", 1)});
  EXPECT_FALSE(store_->Checkpoint("a")->has_value());
  for (const std::string bytes : {"one", "two"}) {
    RunChange change;
    change.id = "a";
    change.checkpoint = bytes;
    Put({change});
  }
  Reopen();
  EXPECT_EQ(**store_->Checkpoint("a"), "two");
  RunChange gone;
  gone.id = "a";
  gone.checkpoint = "";
  Put({gone});

  EXPECT_FALSE(store_->Checkpoint("a")->has_value());
}

TEST_P(Stores, KeepWhatHappenedAsItWasLastWritten) {
  Put({NewRun("a", 1)});
  EXPECT_FALSE(store_->Events("a")->has_value());
  EXPECT_TRUE(absl::IsNotFound(store_->Events("b").status()));
  for (const std::string bytes : {"one", "two"}) {
    RunChange change;
    change.id = "a";
    change.events = bytes;
    Put({change});
  }
  Reopen();

  EXPECT_EQ(**store_->Events("a"), "two");
}

TEST_P(Stores, ListNewestFirstByStateAndLabelAndPage) {
  for (uint64_t number = 1; number <= 9; ++number) {
    RunChange change = NewRun("r" + std::to_string(number), number);
    change.run->state = static_cast<int>(number % 3);
    change.run->labels = {{"colour", number % 2 == 0 ? "red" : "blue"}, {"all", ""}};
    Put({change});
  }
  Reopen();

  StoredRunQuery query;
  query.limit = 3;
  EXPECT_THAT(IdsOf(query), ElementsAre("r9", "r8", "r7"));
  query.before_number = 7;
  EXPECT_THAT(IdsOf(query), ElementsAre("r6", "r5", "r4"));
  query = {};
  query.state = 0;
  EXPECT_THAT(IdsOf(query), ElementsAre("r9", "r6", "r3"));
  query.label = {"colour", "red"};
  EXPECT_THAT(IdsOf(query), ElementsAre("r6"));
  query.state.reset();
  query.limit = 2;
  EXPECT_THAT(IdsOf(query), ElementsAre("r8", "r6"));
  query.label = {"colour", "green"};
  EXPECT_THAT(IdsOf(query), IsEmpty());
  query.label = {"all", ""};
  EXPECT_THAT(IdsOf(query), ElementsAre("r9", "r8"));
}

TEST_P(Stores, ListTheUnfinishedOldestFirst) {
  RunChange finished = NewRun("b", 2);
  finished.run->finished = true;
  Put({NewRun("c", 3), finished, NewRun("a", 1)});

  const auto unfinished = store_->Unfinished();

  ASSERT_EQ(unfinished->size(), 2U);
  EXPECT_EQ(unfinished->at(0).id, "a");
  EXPECT_EQ(unfinished->at(1).id, "c");
}

TEST_P(Stores, RemoveARunWithAllThatBelongsToIt) {
  RunChange change = NewRun("a", 1, "request");
  change.append = {Block(0, 4)};
  change.checkpoint = "c";
  change.events = "e";
  Put({change, NewRun("b", 2)});
  RunChange removal;
  removal.id = "a";
  removal.remove = true;
  Put({removal});
  Put({removal});  // once more is no error
  Reopen();

  EXPECT_TRUE(absl::IsNotFound(store_->Get("a").status()));
  EXPECT_FALSE(store_->FindRequest("request")->has_value());
  StoredRunQuery query;
  query.label = {"k", "va"};
  EXPECT_THAT(IdsOf(query), IsEmpty());
  Put({NewRun("a", 3, "request")});
  EXPECT_THAT(FirstsOf("a", 0, 10), IsEmpty());
  EXPECT_FALSE(store_->Checkpoint("a")->has_value());
  EXPECT_FALSE(store_->Events("a")->has_value());
}

TEST_P(Stores, NeverGiveANumberTwice) {
  Put({NewRun("a", 7)});
  RunChange removal;
  removal.id = "a";
  removal.remove = true;
  Put({removal});
  Reopen();

  EXPECT_EQ(*store_->LastNumber(), 7U);
}

TEST_P(Stores, KeepLargeBytes) {
  RunChange change = NewRun("a", 1);
  change.checkpoint = std::string(20 << 20, 'x');
  change.append = {Block(0, 1, 5 << 20)};
  Put({change});
  Reopen();

  EXPECT_EQ((*store_->Checkpoint("a"))->size(), size_t{20} << 20);
  EXPECT_EQ(store_->Blocks("a", 0, 1, 1)->front().bytes.size(), size_t{5} << 20);
}

StoredDocument Document(const std::string& id, uint64_t number,
                        const std::string& request_id = "") {
  return {"study", id, number, request_id, 0x8000000000000001U, false, std::string("a\0b", 3) + id};
}

TEST_P(Stores, KeepDocumentsAsTheyWereGiven) {
  const StoredDocument given = Document("a", 1, "request");
  ASSERT_TRUE(store_->PutDocument(given).ok());
  Reopen();

  EXPECT_EQ(*store_->GetDocument("study", "a"), given);
  EXPECT_EQ(**store_->FindDocument("study", "request"), given);
  EXPECT_FALSE(store_->FindDocument("study", "")->has_value());
  EXPECT_FALSE(store_->FindDocument("other", "request")->has_value());
  EXPECT_TRUE(absl::IsNotFound(store_->GetDocument("other", "a").status()));
}

TEST_P(Stores, NumberDocumentsOfAllKindsInOneOrder) {
  StoredDocument dataset = Document("d", 0);
  dataset.kind = "dataset";
  ASSERT_TRUE(store_->PutDocument(Document("a", 0)).ok());
  ASSERT_TRUE(store_->PutDocument(dataset).ok());
  ASSERT_TRUE(store_->PutDocument(Document("b", 0)).ok());
  ASSERT_TRUE(store_->RemoveDocument("study", "b").ok());
  Reopen();
  ASSERT_TRUE(store_->PutDocument(Document("a", 0)).ok()) << "replaces the first";
  ASSERT_TRUE(store_->PutDocument(Document("c", 0)).ok());

  EXPECT_EQ(store_->GetDocument("study", "a")->number, 1U);
  EXPECT_EQ(store_->GetDocument("dataset", "d")->number, 2U);
  EXPECT_GT(store_->GetDocument("study", "c")->number, 2U);
}

TEST_P(Stores, ReplaceADocumentsRecord) {
  StoredDocument document = Document("a", 1, "request");
  ASSERT_TRUE(store_->PutDocument(document).ok());
  document.finished = true;
  document.record = "new";
  ASSERT_TRUE(store_->PutDocument(document).ok());
  Reopen();

  EXPECT_EQ(*store_->GetDocument("study", "a"), document);
  EXPECT_THAT(*store_->ListDocuments({"study", /*unfinished_only=*/true}), IsEmpty());
}

TEST_P(Stores, RefuseASecondDocumentWithOneRequestId) {
  ASSERT_TRUE(store_->PutDocument(Document("a", 1, "request")).ok());

  EXPECT_TRUE(absl::IsAlreadyExists(store_->PutDocument(Document("b", 2, "request"))));

  EXPECT_TRUE(absl::IsNotFound(store_->GetDocument("study", "b").status()));
  EXPECT_TRUE(store_->PutDocument(Document("c", 3)).ok());  // none is not the same as none
  EXPECT_TRUE(store_->PutDocument(Document("d", 4)).ok());
}

TEST_P(Stores, ListDocumentsNewestFirstAndForgetThoseRemoved) {
  for (uint64_t number = 1; number <= 5; ++number) {
    ASSERT_TRUE(store_->PutDocument(Document("d" + std::to_string(number), number)).ok());
  }
  ASSERT_TRUE(store_->RemoveDocument("study", "d4").ok());
  ASSERT_TRUE(store_->RemoveDocument("study", "d4").ok());  // once more is no error
  Reopen();
  const auto ids = [this](const StoredDocumentQuery& query) {
    std::vector<std::string> found;
    const auto documents = store_->ListDocuments(query);
    for (const StoredDocument& document : *documents) found.push_back(document.id);
    return found;
  };

  EXPECT_THAT(ids({.kind = "study", .limit = 3}), ElementsAre("d5", "d3", "d2"));
  EXPECT_THAT(ids({.kind = "study", .before_number = 3}), ElementsAre("d2", "d1"));
  EXPECT_THAT(ids({.kind = "other"}), IsEmpty());
}

TEST_P(Stores, ListWhatIsOfOneTenant) {
  for (uint64_t number = 1; number <= 4; ++number) {
    RunChange change = NewRun("r" + std::to_string(number), number);
    change.run->tenant = number % 2 == 0 ? "even" : "odd";
    change.run->state = number > 2 ? 1 : 0;
    change.run->labels = {{"k", "v"}};
    Put({change});
    StoredDocument document = Document("d" + std::to_string(number), number);
    document.tenant = change.run->tenant;
    ASSERT_TRUE(store_->PutDocument(document).ok());
  }
  Put({NewRun("nobodys", 5)});
  Reopen();

  EXPECT_EQ(store_->Get("r2")->tenant, "even");
  EXPECT_EQ(store_->Get("nobodys")->tenant, "");
  EXPECT_EQ(store_->Unfinished()->front().tenant, "odd");
  EXPECT_THAT(IdsOf({.state = {}, .label = {}, .tenant = "even"}), ElementsAre("r4", "r2"));
  EXPECT_THAT(IdsOf({.state = 1, .label = {}, .tenant = "even"}), ElementsAre("r4"));
  EXPECT_THAT(IdsOf({.state = {}, .label = {}, .tenant = "odd", .before_number = 3}),
              ElementsAre("r1"));
  EXPECT_THAT(IdsOf({.state = {}, .label = {{"k", "v"}}, .tenant = "odd"}),
              ElementsAre("r3", "r1"));
  EXPECT_THAT(IdsOf({.state = 0, .label = {{"k", "v"}}, .tenant = "odd"}), ElementsAre("r1"));
  EXPECT_THAT(IdsOf({.state = {}, .label = {}, .tenant = ""}), ElementsAre("nobodys"));
  const auto documents = store_->ListDocuments({.kind = "study", .tenant = "even", .limit = 1});
  ASSERT_EQ(documents->size(), 1U);
  EXPECT_EQ(documents->front().id, "d4");
  EXPECT_EQ(documents->front().tenant, "even");
}

TEST_P(Stores, ServeManyThreadsAtOnce) {
  Put({NewRun("a", 1)});
  std::vector<std::thread> threads;
  for (int reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto blocks = store_->Blocks("a", 0, INT64_MAX, SIZE_MAX);
        int64_t next = 0;
        for (const StoredBlock& block : *blocks) ASSERT_EQ(block.first, next++);
        ASSERT_TRUE(store_->Get("a").ok());
      }
    });
  }
  threads.emplace_back([&] {
    for (int64_t i = 0; i < 100; ++i) {
      RunChange change;
      change.id = "a";
      change.append = {Block(i, i)};
      ASSERT_TRUE(store_->Commit({change}).ok());
    }
  });
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(Every, Stores, testing::Values("memory", "sqlite"),
                         [](const auto& test) { return test.param; });

TEST(OpenStore, NamesTheKnownStores) {
  for (const std::string url : {"", "postgres:x", "sqlite", "/data"}) {
    const absl::Status status = OpenStore(url).status();

    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("sqlite:<directory>, memory:"));
  }
}

}  // namespace
}  // namespace thalweg::runs
