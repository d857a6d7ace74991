// SqliteStore: documents.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_store.h"

namespace thalweg::storage {

using runs::StoredDocument;
using runs::StoredDocumentQuery;
using Use = SqliteStatement::Use;

namespace {

absl::StatusOr<std::vector<StoredDocument>> ReadDocuments(Use& use) {
  std::vector<StoredDocument> documents;
  while (use.Row()) {
    documents.push_back({use.Bytes(1), use.Bytes(2), static_cast<uint64_t>(use.Integer(0)),
                         use.Bytes(3), static_cast<uint64_t>(use.Integer(4)), use.Integer(5) != 0,
                         use.Bytes(6), use.Bytes(7)});
  }
  if (!use.status().ok()) return use.status();
  return documents;
}

}  // namespace

absl::Status SqliteStore::PutDocument(const StoredDocument& document) {
  const std::lock_guard lock(mutex_);
  Use put(do_->put_document);
  if (document.number == 0) {
    put.BindNull();  // the next one
  } else {
    put.Bind(static_cast<int64_t>(document.number));
  }
  put.BindText(document.kind).BindText(document.id);
  if (document.request_id.empty()) {
    put.BindNull();
  } else {
    put.BindText(document.request_id);
  }
  put.Bind(static_cast<int64_t>(document.digest)).Bind(document.finished ? 1 : 0);
  absl::Status status = put.BindBytes(document.record).BindText(document.tenant).Done();
  if (status.ok()) return status;
  const bool taken = sqlite3_extended_errcode(database_) == SQLITE_CONSTRAINT_UNIQUE;
  return taken ? absl::AlreadyExistsError(status.message()) : status;
}

absl::Status SqliteStore::RemoveDocument(const std::string& kind, const std::string& id) {
  const std::lock_guard lock(mutex_);
  return Use(do_->remove_document).BindText(kind).BindText(id).Done();
}

absl::StatusOr<StoredDocument> SqliteStore::GetDocument(const std::string& kind,
                                                        const std::string& id) {
  const std::lock_guard lock(mutex_);
  Use use(do_->get_document);
  use.BindText(kind).BindText(id);
  absl::StatusOr<std::vector<StoredDocument>> found = ReadDocuments(use);
  if (!found.ok()) return found.status();
  if (!found->empty()) return std::move(found->front());
  return absl::NotFoundError(absl::StrCat("no ", kind, " '", id, "' is stored"));
}

absl::StatusOr<std::optional<StoredDocument>> SqliteStore::FindDocument(
    const std::string& kind, const std::string& request_id) {
  if (request_id.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Use use(do_->find_document);
  use.BindText(kind).BindText(request_id);
  absl::StatusOr<std::vector<StoredDocument>> found = ReadDocuments(use);
  if (!found.ok()) return found.status();
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

absl::StatusOr<std::vector<StoredDocument>> SqliteStore::ListDocuments(
    const StoredDocumentQuery& query) {
  const std::lock_guard lock(mutex_);
  const bool bounded = query.before_number <= static_cast<uint64_t>(INT64_MAX);
  Use use(do_->list_documents);
  use.BindText(query.kind)
      .Bind(bounded ? static_cast<int64_t>(query.before_number) : INT64_MAX)
      .Bind(query.unfinished_only ? 0 : 1);
  if (query.tenant) {
    use.BindText(*query.tenant);
  } else {
    use.BindNull();
  }
  use.Bind(query.limit);
  return ReadDocuments(use);
}

}  // namespace thalweg::storage
