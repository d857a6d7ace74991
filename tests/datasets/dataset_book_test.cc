#include "server/datasets/dataset_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/runs/crc32c.h"
#include "server/storage/memory_store.h"
#include "server/storage/memory_tables.h"
#include "server/storage/table_files.h"

namespace thalweg::datasets {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kTable[] = "x,kind\n1,a\n2,b\n3,a\n";
const Viewer kAnyone{};

absl::Status StillWanted() { return absl::OkStatus(); }

Reason ReasonOf(const absl::Status& status) {
  const auto violations = ViolationsOf(status);
  return violations.empty() ? Reason::kShuttingDown : violations.front().reason;
}

/// Counts what is told.
class Told : public EventSink {
 public:
  void On(const DatasetsCounted& event) override { counted = event; }
  void On(const UploadFinished& event) override { results.emplace_back(event.result); }

  DatasetsCounted counted;
  std::vector<std::string> results;
};

/// A folder that goes at the end.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/thalweg_datasets_XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_ + "/datasets"; }
  /// All that lies in it.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      if (entry.is_regular_file()) files.push_back(entry.path().filename());
    }
    return files;
  }

 private:
  std::string path_;
};

class Datasets : public testing::Test {
 protected:
  Datasets() { Reopen(); }

  void Reopen() {
    book_.reset();
    auto tables = storage::TableFiles::In(folder_.path());
    ASSERT_TRUE(tables.ok()) << tables.status();
    tables_ = *std::move(tables);
    options_.now = [this] { return now_; };
    auto book = DatasetBook::Open(records_, *tables_, told_, options_);
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
    book_->AskBeforeDeleting([this](const std::string& id) { return id == in_use_; });
  }

  absl::StatusOr<KeptDataset> Upload(std::string_view text, const UploadSpec& spec = {},
                                     const Viewer& viewer = kAnyone) {
    const auto upload = book_->Start(viewer, spec);
    if (!upload.ok()) return upload.status();
    const auto written = book_->Write(viewer, upload->id, 0, text, std::nullopt);
    if (!written.ok()) return written.status();
    return book_->Finish(viewer, upload->id, StillWanted);
  }
  std::string Made(std::string_view text, const Viewer& viewer = kAnyone) {
    const auto kept = Upload(text, {}, viewer);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return kept.ok() ? kept->dataset.id : "";
  }

  Folder folder_;
  storage::MemoryStore records_;
  std::unique_ptr<storage::TableFiles> tables_;
  Told told_;
  DatasetBookOptions options_;
  std::chrono::steady_clock::time_point now_{};
  std::string in_use_;
  std::unique_ptr<DatasetBook> book_;
};

TEST_F(Datasets, AreKeptUnderTheirContentsName) {
  const auto kept = Upload(kTable, {.display_name = "first.csv"});

  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_FALSE(kept->existed);
  EXPECT_EQ(kept->dataset.id.size(), 21U);
  EXPECT_EQ(kept->dataset.id.front(), 's');
  EXPECT_EQ(kept->dataset.rows, 3);
  EXPECT_THAT(folder_.Files(), ElementsAre(kept->dataset.id + ".table"));

  const auto again =
      Upload("\"x\";kind\r\n1;a\r\n2;b\r\n3.0;a\r\n");  // the same table, written otherwise
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->existed);
  EXPECT_EQ(again->dataset.id, kept->dataset.id);
  EXPECT_EQ(again->dataset.display_name, "first.csv");
  EXPECT_THAT(told_.results, ElementsAre("stored", "existed"));
  EXPECT_EQ(told_.counted.datasets, 1);
}

TEST_F(Datasets, AreThereAfterARestart) {
  const std::string id = Made(kTable);
  const Dataset before = *book_->Get(kAnyone, id);
  Reopen();

  const auto after = book_->Get(kAnyone, id);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->columns, before.columns);
  EXPECT_EQ(after->sha256, before.sha256);
  EXPECT_EQ(after->created, before.created);
  const auto table = book_->Open(id);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT((*table)->cells(0), ElementsAre(1, 2, 3));
  EXPECT_THAT((*table)->cells(1), ElementsAre(0, 1, 0));
  EXPECT_EQ(told_.counted.datasets, 1);
  EXPECT_EQ(told_.counted.bytes, before.stored_bytes);
}

TEST_F(Datasets, ShareTheirMemory) {
  const std::string id = Made(kTable);
  const auto one = book_->Open(id);
  const auto two = book_->Open(id);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ((*one)->cells(0).data(), (*two)->cells(0).data());
}

TEST_F(Datasets, OfRawNumbersAreThoseNumbers) {
  const std::vector<double> cells = {1, 2, std::nan("7"), -0.5, 1e300, 3};
  const std::string_view bytes(reinterpret_cast<const char*>(cells.data()), 48);
  const auto kept = Upload(bytes, {.format = RawFormat{{"a", "b"}, 3}});

  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->dataset.columns[0].statistics.missing, 1);
  EXPECT_THAT((*book_->Open(kept->dataset.id))->cells(1), ElementsAre(-0.5, 1e300, 3));

  const std::vector<double> infinite = {1, 2, 3, 4, -HUGE_VAL, 6};
  const std::string_view bad(reinterpret_cast<const char*>(infinite.data()), 48);
  const auto refused = Upload(bad, {.format = RawFormat{{"a", "b"}, 3}});
  EXPECT_THAT(refused.status().message(), HasSubstr("row 2, column 'b': -inf is not finite"));
  const auto cut = Upload(bytes.substr(0, 40), {.format = RawFormat{{"a", "b"}, 3}});
  EXPECT_THAT(cut.status().message(), HasSubstr("40 bytes came; 3 rows of 2 columns are 48"));
}

TEST_F(Datasets, LeaveNothingBehindWhenTheyCannotBeRead) {
  const auto refused = Upload("x,y\n1,2\n3\n");
  EXPECT_EQ(refused.status().message(), "row 3 has 1 cells; expected 2, as in the first row");
  EXPECT_EQ(ReasonOf(refused.status()), Reason::kDatasetShapeMismatch);
  EXPECT_THAT(folder_.Files(), IsEmpty());
  EXPECT_THAT(told_.results, ElementsAre("invalid"));
  EXPECT_EQ(told_.counted.open_uploads, 0);
  EXPECT_EQ(told_.counted.staged_bytes, 0);
}

TEST_F(Datasets, OfTooManyCategoriesLeaveNoDraft) {
  std::string ids = "id\n";
  for (int i = 0; i <= 100'000; ++i) absl::StrAppend(&ids, "id", i, "\n");
  EXPECT_EQ(ReasonOf(Upload(ids).status()), Reason::kCellInvalid);
  EXPECT_THAT(folder_.Files(), IsEmpty());
}

TEST_F(Datasets, MustBeAsLongAsWasSaid) {
  const auto shorter = Upload(kTable, {.size = 10'000'000});
  EXPECT_THAT(shorter.status().message(), HasSubstr("10000000 bytes were announced, and 19 came"));
  const auto longer = Upload(kTable, {.size = 10});
  EXPECT_THAT(longer.status().message(), HasSubstr("more than the 10 bytes"));
  const auto huge = book_->Start(kAnyone, {.size = int64_t{10} << 30});
  EXPECT_TRUE(absl::IsResourceExhausted(huge.status())) << huge.status();
  EXPECT_THAT(folder_.Files(), IsEmpty());
}

TEST_F(Datasets, MustHaveTheDigestThatWasSaid) {
  const std::string known =
      "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc";  // sha256sum's
  const auto wrong = Upload("a\n1\n", {.sha256 = std::string(64, '0')});
  EXPECT_EQ(wrong.status().message(),
            absl::StrCat("sha256: the bytes that came have ", known, "; upload them again"));
  EXPECT_TRUE(Upload("a\n1\n", {.sha256 = known}).ok());
}

TEST_F(Datasets, GoOnWhereAnUploadWasCut) {
  const std::string text = "x,kind\n1,a\n2,b\n3,a\n";
  constexpr size_t kChunk = 5;
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const auto upload = book_->Start(kAnyone, {.size = static_cast<int64_t>(text.size())});
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE(book_->Write(kAnyone, upload->id, 0, text.substr(0, cut), std::nullopt).ok());
    const int64_t received = book_->GetUpload(kAnyone, upload->id)->received;
    EXPECT_EQ(received, static_cast<int64_t>(cut));
    // From the last whole chunk on: some bytes come twice.
    for (size_t at = cut / kChunk * kChunk; at < text.size(); at += kChunk) {
      const std::string piece = text.substr(at, kChunk);
      const auto written =
          book_->Write(kAnyone, upload->id, static_cast<int64_t>(at), piece, runs::Crc32c(piece));
      ASSERT_TRUE(written.ok()) << written.status();
    }
    const auto kept = book_->Finish(kAnyone, upload->id, StillWanted);
    ASSERT_TRUE(kept.ok()) << cut << kept.status();
    EXPECT_EQ(kept->existed, cut > 0);
  }
}

TEST_F(Datasets, TakeNoBytesThatDoNotFit) {
  const std::string id = book_->Start(kAnyone, {})->id;
  ASSERT_TRUE(book_->Write(kAnyone, id, 0, "abcdef", std::nullopt).ok());

  EXPECT_EQ(book_->Write(kAnyone, id, 7, "x", std::nullopt).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::IsDataLoss(book_->Write(kAnyone, id, 6, "x", 1).status()));
  EXPECT_THAT(book_->Write(kAnyone, id, 4, "eX", std::nullopt).status().message(),
              HasSubstr("the 2 bytes from 4 on differ"));
  EXPECT_EQ(book_->GetUpload(kAnyone, id)->received, 6);
}

TEST_F(Datasets, ForgetAnUploadThatNobodyGoesOnWith) {
  const std::string id = book_->Start(kAnyone, {})->id;
  now_ += seconds(3000);
  ASSERT_TRUE(book_->Write(kAnyone, id, 0, "x\n", std::nullopt).ok());
  now_ += seconds(3000);
  EXPECT_TRUE(book_->GetUpload(kAnyone, id).ok());
  now_ += seconds(601);
  EXPECT_EQ(ReasonOf(book_->GetUpload(kAnyone, id).status()), Reason::kUploadNotFound);
  EXPECT_THAT(told_.results, ElementsAre("forgotten"));
}

TEST_F(Datasets, BoundOpenUploads) {
  for (int i = 0; i < options_.max_uploads_of_tenant; ++i) {
    ASSERT_TRUE(book_->Start(kAnyone, {}).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(book_->Start(kAnyone, {}).status()));
  EXPECT_TRUE(book_->Start({.tenant = "other", .sees_all = false}, {}).ok());
}

TEST_F(Datasets, OfATenantAreNotThereForOthers) {
  const Viewer red{.tenant = "red", .sees_all = false};
  const Viewer blue{.tenant = "blue", .sees_all = false};
  const std::string id = Made(kTable, red);
  const std::string same = Made(kTable, blue);

  EXPECT_NE(id, same);
  const absl::Status unknown = book_->Get(blue, "s00000000000000000000").status();
  EXPECT_EQ(ReasonOf(unknown), Reason::kDatasetNotFound);
  EXPECT_EQ(ReasonOf(book_->Get(blue, id).status()), Reason::kDatasetNotFound);
  EXPECT_EQ(ReasonOf(book_->Look(blue, id).status()), Reason::kDatasetNotFound);
  EXPECT_EQ(ReasonOf(book_->Delete(blue, id)), Reason::kDatasetNotFound);
  EXPECT_EQ(ReasonOf(book_->MayUse("blue", id)), Reason::kDatasetNotFound);
  EXPECT_TRUE(book_->MayUse("red", id).ok());
  EXPECT_EQ(book_->List(blue, {})->datasets.size(), 1U);
  EXPECT_EQ(book_->List(kAnyone, {})->datasets.size(), 2U);
  const std::string upload = book_->Start(red, {})->id;
  EXPECT_EQ(ReasonOf(book_->GetUpload(blue, upload).status()), Reason::kUploadNotFound);
}

TEST_F(Datasets, CountAgainstTheirTenantsQuota) {
  options_.max_bytes_of = [](const std::string& tenant) { return tenant == "red" ? 100 : 0; };
  Reopen();
  const Viewer red{.tenant = "red", .sees_all = false};
  const auto first = Upload(kTable, {}, red);  // 19 bytes staged, 48 of cells
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = Upload("x\n1\n2\n3\n4\n5\n6\n7\n", {}, red);
  EXPECT_EQ(QuotaLimitOf(second.status())->subject, "red") << second.status();
  ASSERT_TRUE(book_->Delete(red, first->dataset.id).ok());
  EXPECT_TRUE(Upload("x\n1\n2\n", {}, red).ok());
}

TEST_F(Datasets, AreListedNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Made(absl::StrCat("x\n", i, "\n")));
  DatasetQuery query{.page_size = 2};
  std::vector<std::string> seen;
  for (int pages = 0; pages < 5; ++pages) {
    const auto page = book_->List(kAnyone, query);
    ASSERT_TRUE(page.ok());
    for (const Dataset& dataset : page->datasets) seen.push_back(dataset.id);
    query.page_token = page->next_page_token;
    if (query.page_token.empty()) break;
  }
  EXPECT_THAT(seen, ElementsAre(ids[4], ids[3], ids[2], ids[1], ids[0]));
}

TEST_F(Datasets, StayWhileTheyAreUsed) {
  const std::string id = Made(kTable);
  auto table = book_->Open(id);
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(ReasonOf(book_->Delete(kAnyone, id)), Reason::kDatasetInUse);
  table = absl::CancelledError();
  in_use_ = id;
  EXPECT_EQ(ReasonOf(book_->Delete(kAnyone, id)), Reason::kDatasetInUse);
  EXPECT_TRUE(book_->Open(id).ok());
  in_use_.clear();

  const auto look = book_->Look(kAnyone, id);  // a glance holds nothing up, and stays whole
  EXPECT_TRUE(book_->Delete(kAnyone, id).ok());
  EXPECT_THAT((*look)->cells(0), ElementsAre(1, 2, 3));
  EXPECT_EQ(ReasonOf(book_->Open(id).status()), Reason::kDatasetNotFound);
  EXPECT_THAT(folder_.Files(), IsEmpty());
  EXPECT_EQ(told_.counted.datasets, 0);
}

TEST_F(Datasets, AreEitherUsedOrDeletedWhoeverIsFirst) {
  for (int round = 0; round < 100; ++round) {
    const std::string id = Made(kTable);
    absl::StatusOr<std::shared_ptr<const data::Table>> table = absl::UnknownError("");
    absl::Status deleted;
    std::thread user([&] { table = book_->Open(id); });
    std::thread deleter([&] { deleted = book_->Delete(kAnyone, id); });
    user.join();
    deleter.join();
    EXPECT_NE(table.ok(), deleted.ok()) << table.status() << deleted;
    table = absl::CancelledError();
    if (!deleted.ok()) {
      ASSERT_TRUE(book_->Delete(kAnyone, id).ok());
    }
  }
}

TEST_F(Datasets, OfACrashBetweenTableAndRecordAreRemoved) {
  const std::string id = Made(kTable);
  const fs::path stray = fs::path(folder_.path()) / "s0123456789abcdef0123.table";
  fs::copy_file(fs::path(folder_.path()) / (id + ".table"), stray);
  std::ofstream(fs::path(folder_.path()) / "making" / "half") << "half a table";
  Reopen();

  EXPECT_THAT(folder_.Files(), ElementsAre(id + ".table"));
  EXPECT_TRUE(book_->Open(id).ok());
}

TEST_F(Datasets, ThatAreDamagedSayItAndAreMendedByAnotherUpload) {
  const std::string id = Made(kTable);
  const fs::path path = fs::path(folder_.path()) / (id + ".table");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 + 9);
  file.put('\x55');
  file.close();

  EXPECT_EQ(ReasonOf(book_->Open(id).status()), Reason::kDatasetCorrupt);
  EXPECT_EQ(ReasonOf(book_->Get(kAnyone, id).status()), Reason::kDatasetCorrupt);
  EXPECT_EQ(book_->List(kAnyone, {})->datasets.size(), 1U);
  fs::remove(path);
  EXPECT_EQ(ReasonOf(book_->Get(kAnyone, id).status()), Reason::kDatasetCorrupt);
  EXPECT_EQ(Made(kTable), id);
  EXPECT_TRUE(book_->Open(id).ok());
}

TEST_F(Datasets, AreNotFinishedForWhoHasLeft) {
  const std::string id = book_->Start(kAnyone, {})->id;
  ASSERT_TRUE(book_->Write(kAnyone, id, 0, kTable, std::nullopt).ok());
  const auto left = book_->Finish(kAnyone, id, [] { return absl::CancelledError("left"); });
  EXPECT_TRUE(absl::IsCancelled(left.status()));
  EXPECT_TRUE(book_->Finish(kAnyone, id, StillWanted).ok()) << "it can be asked for again";
}

TEST_F(Datasets, SayWhatIsWrongWithAnUploadBeforeItComes) {
  const auto error = [&](const UploadSpec& spec) {
    return std::string(book_->Start(kAnyone, spec).status().message());
  };
  EXPECT_THAT(error({.display_name = std::string(129, 'x')}), HasSubstr("spec.display_name: "));
  EXPECT_THAT(error({.format = data::CsvFormat{.delimiter = '"'}}),
              HasSubstr("spec.csv.delimiter: "));
  EXPECT_THAT(error({.format = RawFormat{{"a", "a"}, 1}}),
              HasSubstr("spec.raw.columns[1]: 'a' is the name of another column"));
  EXPECT_THAT(error({.format = RawFormat{{"a"}, 0}}), HasSubstr("spec.raw.row_count: is 0"));
  EXPECT_THAT(error({.format = RawFormat{{"a"}, INT64_MAX}}), HasSubstr("spec.raw.row_count: "));
  EXPECT_THAT(error({.sha256 = "xyz"}), HasSubstr("spec.sha256: "));
}

}  // namespace
}  // namespace thalweg::datasets
