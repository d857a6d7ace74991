#include "server/datasets/dataset_book.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/datasets/codec.h"
#include "server/datasets/intake.h"
#include "server/datasets/ledger.h"
#include "server/datasets/open_tables.h"
#include "server/datasets/sha256.h"
#include "server/datasets/uploads.h"
#include "server/runs/page_token.h"

namespace thalweg::datasets {
namespace {

constexpr char kDocumentKind[] = "dataset";
constexpr int kLargestPage = 1000;

absl::Status Damaged(const std::string& id, const absl::Status& status) {
  return RefuseWith(absl::StatusCode::kDataLoss, Reason::kDatasetCorrupt,
                    absl::StrCat("dataset '", id, "' is damaged (", std::string(status.message()),
                                 "); upload the same table again to mend it, or delete it"));
}

absl::Status InUse(const std::string& id) {
  return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kDatasetInUse,
                    absl::StrCat("dataset '", id,
                                 "' is in use by a run that is not over, or is "
                                 "just being evaluated; cancel the run first"));
}

class Book final : public DatasetBook {
 public:
  Book(runs::RunStore& records, TableStore& store, EventSink& events,
       const DatasetBookOptions& options)
      : records_(records),
        store_(store),
        events_(events),
        options_(options),
        ledger_(options.max_total_bytes, options.max_bytes_of),
        tables_(store),
        uploads_(store, ledger_, events,
                 {.max_bytes = options.max_dataset_bytes,
                  .most = options.max_uploads,
                  .most_of_tenant = options.max_uploads_of_tenant,
                  .patience = options.upload_patience,
                  .now = options.now,
                  .room = [this](int64_t bytes) { return RoomFor(bytes); }}) {}

  absl::Status Recover();
  void AskBeforeDeleting(std::function<bool(const std::string& id)> in_use) override {
    in_use_ = std::move(in_use);
  }

  absl::StatusOr<Upload> Start(const Viewer& viewer, const UploadSpec& spec) override {
    return Counted(uploads_.Start(viewer.tenant, spec));
  }
  absl::StatusOr<Upload> Write(const Viewer& viewer, const std::string& id, int64_t offset,
                               std::string_view bytes, std::optional<uint32_t> crc32c) override {
    return Counted(uploads_.Write(viewer, id, offset, bytes, crc32c));
  }
  absl::StatusOr<Upload> GetUpload(const Viewer& viewer, const std::string& id) override {
    return uploads_.Get(viewer, id);
  }
  absl::StatusOr<KeptDataset> Finish(const Viewer& viewer, const std::string& id,
                                     const Check& check) override;
  absl::Status Cancel(const Viewer& viewer, const std::string& id) override {
    return Counted(uploads_.Cancel(viewer, id));
  }

  absl::StatusOr<Dataset> Get(const Viewer& viewer, const std::string& id) override;
  absl::StatusOr<DatasetPage> List(const Viewer& viewer, const DatasetQuery& query) override;
  absl::StatusOr<std::shared_ptr<const data::Table>> Look(const Viewer& viewer,
                                                          const std::string& id) override;
  absl::Status Delete(const Viewer& viewer, const std::string& id) override;

  absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& id) override {
    return Told(id, tables_.Use(id));
  }
  absl::Status MayUse(const std::string& tenant, const std::string& id) override {
    return Record({.tenant = tenant, .sees_all = false}, id).status();
  }

 private:
  absl::StatusOr<Dataset> Record(const Viewer& viewer, const std::string& id);
  absl::StatusOr<KeptDataset> Make(Uploads::Session& session, const Check& check);
  absl::StatusOr<KeptDataset> Keep(Dataset dataset, Taken taken, Ledger::Share share);
  absl::Status RoomFor(int64_t bytes);
  absl::StatusOr<std::shared_ptr<const data::Table>> Told(
      const std::string& id, absl::StatusOr<std::shared_ptr<const data::Table>> table);
  void Count();

  template <typename Result>
  Result Counted(Result result) {
    Count();
    return result;
  }

  runs::RunStore& records_;
  TableStore& store_;
  EventSink& events_;
  const DatasetBookOptions options_;
  Ledger ledger_;
  OpenTables tables_;
  Uploads uploads_;
  std::function<bool(const std::string&)> in_use_;

  std::mutex keep_mutex_;  // one is kept or deleted at a time
  std::mutex mutex_;
  std::map<std::string, Ledger::Share> stored_;  // of every dataset
};

// --- beginnings ---

absl::Status Book::Recover() {
  const auto documents = records_.ListDocuments({.kind = kDocumentKind, .limit = INT32_MAX});
  if (!documents.ok()) return documents.status();
  for (const runs::StoredDocument& document : *documents) {
    // A damaged record counts for nothing; whoever asks for it is told.
    const absl::StatusOr<Dataset> dataset = Decode(document.record);
    const int64_t bytes = dataset.ok() ? dataset->stored_bytes : 0;
    stored_[document.id] = ledger_.OpenWith(document.tenant, bytes);
  }
  const absl::StatusOr<std::vector<std::string>> ids = store_.Ids();
  if (!ids.ok()) return ids.status();
  for (const std::string& id : *ids) {
    // A crash came between the table and its record, or between the record's going and its own.
    if (stored_.contains(id)) continue;
    if (absl::Status status = store_.Remove(id); !status.ok()) return status;
  }
  Count();
  return absl::OkStatus();
}

void Book::Count() {
  DatasetsCounted counted{.open_uploads = uploads_.count(), .staged_bytes = uploads_.bytes()};
  {
    const std::lock_guard lock(mutex_);
    counted.datasets = static_cast<int64_t>(stored_.size());
    for (const auto& [id, share] : stored_) counted.bytes += share.bytes();
  }
  events_.On(counted);
}

absl::Status Book::RoomFor(int64_t bytes) {
  const auto room = records_.Room();
  if (!room.ok() || !room->has_value()) return absl::OkStatus();  // the write will tell
  if ((*room)->free - bytes >= (*room)->reserve) return absl::OkStatus();
  return RefuseWith(
      absl::StatusCode::kResourceExhausted, Reason::kStorageFull,
      absl::StrCat("the server's disk has no room for ", bytes, " bytes more (", (*room)->free,
                   " are free, ", (*room)->reserve, " kept in reserve)"));
}

// --- making ---

absl::StatusOr<KeptDataset> Book::Finish(const Viewer& viewer, const std::string& id,
                                         const Check& check) {
  const auto session = uploads_.Claim(viewer, id);
  if (!session.ok()) return session.status();
  absl::StatusOr<KeptDataset> kept = absl::InternalError("not read");
  try {
    kept = Make(**session, check);
  } catch (...) {
    uploads_.End(**session, "failed");
    throw;
  }
  if (kept.ok()) {
    uploads_.End(**session, kept->existed ? "existed" : "stored");
  } else if (absl::IsInvalidArgument(kept.status())) {
    uploads_.End(**session, "invalid");
  } else {
    uploads_.Release(**session);  // with more room, or more time, it may go well
  }
  return Counted(std::move(kept));
}

absl::StatusOr<KeptDataset> Book::Make(Uploads::Session& session, const Check& check) {
  Ledger::Share share = ledger_.Open(session.tenant);
  const IntakeLimits limits{
      .room =
          [&](int64_t bytes) {
            if (bytes > options_.max_dataset_bytes) {
              return RefuseQuota(
                  {.quota = "dataset_bytes", .limit = options_.max_dataset_bytes, .subject = ""},
                  absl::StrCat("the table takes ", bytes, " bytes, more than the ",
                               options_.max_dataset_bytes, " that this server allows a dataset"));
            }
            if (absl::Status status = RoomFor(bytes); !status.ok()) return status;
            return share.Grow(bytes);
          },
      .check = check};
  const Upload& upload = session.upload;
  auto taken = TakeIn(upload.spec, *session.bytes, upload.received, store_, limits);
  if (absl::IsResourceExhausted(taken.status()) && ViolationsOf(taken.status()).empty()) {
    return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kStorageFull,
                      std::string(taken.status().message()));
  }
  if (!taken.ok()) return taken.status();
  Dataset dataset{.id = IdOf(session.tenant, taken->sha256),
                  .display_name = upload.spec.display_name,
                  .tenant = session.tenant,
                  .rows = taken->rows,
                  .columns = taken->columns,
                  .sha256 = taken->sha256,
                  .created = std::chrono::system_clock::now()};
  return Keep(std::move(dataset), *std::move(taken), std::move(share));
}

absl::StatusOr<KeptDataset> Book::Keep(Dataset dataset, Taken taken, Ledger::Share share) {
  const std::lock_guard keeping(keep_mutex_);
  const Viewer owner{.tenant = dataset.tenant, .sees_all = false};
  absl::StatusOr<Dataset> earlier = Get(owner, dataset.id);
  if (earlier.ok()) return KeptDataset{*std::move(earlier), /*existed=*/true};

  // Not there, or damaged: then this mends it.
  absl::StatusOr<int64_t> bytes = taken.draft->Keep(dataset.id, taken.columns);
  if (!bytes.ok()) return bytes.status();
  tables_.Forget(dataset.id);
  dataset.stored_bytes = *bytes;
  absl::Status status = records_.PutDocument({.kind = kDocumentKind,
                                              .id = dataset.id,
                                              .request_id = "",
                                              .finished = true,
                                              .record = Encode(dataset),
                                              .tenant = dataset.tenant});
  if (!status.ok()) {
    store_.Remove(dataset.id).IgnoreError();  // of no record; the next start removes it otherwise
    return status;
  }
  const std::lock_guard lock(mutex_);
  stored_[dataset.id] = std::move(share);
  return KeptDataset{std::move(dataset), /*existed=*/false};
}

// --- looking ---

absl::StatusOr<std::shared_ptr<const data::Table>> Book::Told(
    const std::string& id, absl::StatusOr<std::shared_ptr<const data::Table>> table) {
  if (absl::IsNotFound(table.status())) return NoSuchDataset(id);
  if (!absl::IsDataLoss(table.status())) return table;
  events_.On(DatasetDamaged{id});
  return Damaged(id, table.status());
}

absl::StatusOr<Dataset> Book::Record(const Viewer& viewer, const std::string& id) {
  const auto document = records_.GetDocument(kDocumentKind, id);
  if (absl::IsNotFound(document.status())) return NoSuchDataset(id);
  if (!document.ok()) return document.status();
  if (!viewer.sees_all && document->tenant != viewer.tenant) return NoSuchDataset(id);
  absl::StatusOr<Dataset> dataset = Decode(document->record);
  if (absl::IsDataLoss(dataset.status())) return Damaged(id, dataset.status());
  return dataset;
}

absl::StatusOr<Dataset> Book::Get(const Viewer& viewer, const std::string& id) {
  absl::StatusOr<Dataset> dataset = Record(viewer, id);
  if (!dataset.ok()) return dataset;
  const auto table = Look(viewer, id);
  if (!table.ok()) return table.status();
  dataset->columns = (*table)->columns();
  return dataset;
}

absl::StatusOr<std::shared_ptr<const data::Table>> Book::Look(const Viewer& viewer,
                                                              const std::string& id) {
  if (const auto record = Record(viewer, id); !record.ok()) return record.status();
  auto table = tables_.Look(id);
  // Its record is there, so that it should be.
  if (absl::IsNotFound(table.status())) table = absl::DataLossError("its file is gone");
  return Told(id, std::move(table));
}

absl::StatusOr<DatasetPage> Book::List(const Viewer& viewer, const DatasetQuery& query) {
  if (query.page_size < 1 || query.page_size > kLargestPage) {
    return Refuse("page_size", Reason::kInvalidValue,
                  absl::StrCat(query.page_size, "; expected 1 to ", kLargestPage));
  }
  const std::string key =
      absl::StrCat("datasets", viewer.sees_all ? "" : absl::StrCat("\n", viewer.tenant));
  const auto tenant = viewer.sees_all ? std::nullopt : std::optional(viewer.tenant);
  runs::StoredDocumentQuery wanted{
      .kind = kDocumentKind, .tenant = tenant, .limit = query.page_size + 1};
  if (!query.page_token.empty()) {
    const auto numbers = runs::ReadPageToken(key, 1, query.page_token);
    if (!numbers.ok()) return numbers.status();
    wanted.before_number = static_cast<uint64_t>((*numbers)[0]);
  }
  absl::StatusOr<std::vector<runs::StoredDocument>> stored = records_.ListDocuments(wanted);
  if (!stored.ok()) return stored.status();
  DatasetPage page;
  if (static_cast<int>(stored->size()) > query.page_size) {
    stored->pop_back();
    page.next_page_token = runs::MakePageToken(key, {static_cast<int64_t>(stored->back().number)});
  }
  for (const runs::StoredDocument& document : *stored) {
    absl::StatusOr<Dataset> dataset = Decode(document.record);
    if (dataset.ok()) page.datasets.push_back(*std::move(dataset));
  }
  return page;
}

absl::Status Book::Delete(const Viewer& viewer, const std::string& id) {
  const std::lock_guard keeping(keep_mutex_);
  const absl::Status seen = Record(viewer, id).status();
  if (!seen.ok() && !absl::IsDataLoss(seen)) return seen;
  // Barred first: a run that gets it from now on gets nothing, and one that got it before is either
  // using it or, being paused or not stepped yet, known to those who are asked.
  if (!tables_.Bar(id)) return InUse(id);
  absl::Status status = in_use_ && in_use_(id) ? InUse(id) : absl::OkStatus();
  if (status.ok()) status = records_.RemoveDocument(kDocumentKind, id);
  if (status.ok()) status = store_.Remove(id);
  tables_.Forget(id);
  tables_.Unbar(id);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    stored_.erase(id);
  }
  Count();
  return absl::OkStatus();
}

}  // namespace

absl::Status NoSuchDataset(const std::string& id) {
  return RefuseWith(absl::StatusCode::kNotFound, Reason::kDatasetNotFound,
                    absl::StrCat("there is no dataset ", Quoted(id)));
}

absl::StatusOr<std::unique_ptr<DatasetBook>> DatasetBook::Open(runs::RunStore& records,
                                                               TableStore& tables,
                                                               EventSink& events,
                                                               const DatasetBookOptions& options) {
  auto book = std::make_unique<Book>(records, tables, events, options);
  if (absl::Status status = book->Recover(); !status.ok()) return status;
  return book;
}

}  // namespace thalweg::datasets
