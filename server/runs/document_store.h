#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace thalweg::runs {

/// Something small that is kept beside the runs, such as a study. `record` is opaque to the store;
/// the other members are what it is looked up by.
struct StoredDocument {
  std::string kind;  ///< "study"; ids, numbers and request ids are of one kind.
  std::string id;
  /// Order of creation among those of all kinds, from 1; lists go by it. 0 in PutDocument: the
  /// next.
  uint64_t number = 0;
  std::string request_id;  ///< Empty: none. Unique otherwise.
  uint64_t digest = 0;     ///< Of what was asked for, to tell a retry from a reused request_id.
  bool finished = false;
  std::string record;
  std::string tenant = {};  ///< Whose it is.

  friend bool operator==(const StoredDocument&, const StoredDocument&) = default;
};

struct StoredDocumentQuery {
  std::string kind;
  bool unfinished_only = false;
  std::optional<std::string> tenant = {};  ///< Only this one's.
  uint64_t before_number = UINT64_MAX;     ///< Only older ones: for paging.
  int limit = 100;
};

/// The part of a RunStore that keeps documents. Promises and statuses are those of RunStore.
class DocumentStore {
 public:
  virtual ~DocumentStore() = default;

  /// Keeps a new document, or replaces `finished` and `record` of the one with this kind and id. A
  /// second one with the same request_id is ALREADY_EXISTS.
  virtual absl::Status PutDocument(const StoredDocument& document) = 0;
  virtual absl::Status RemoveDocument(const std::string& kind, const std::string& id) = 0;

  virtual absl::StatusOr<StoredDocument> GetDocument(const std::string& kind,
                                                     const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<StoredDocument>> FindDocument(
      const std::string& kind, const std::string& request_id) = 0;
  virtual absl::StatusOr<std::vector<StoredDocument>> ListDocuments(
      const StoredDocumentQuery& query) = 0;  ///< Newest first.
};

}  // namespace thalweg::runs
