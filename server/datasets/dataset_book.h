#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"
#include "server/datasets/dataset.h"
#include "server/datasets/table_store.h"
#include "server/events/events.h"
#include "server/runs/run_store.h"

namespace thalweg::datasets {

struct DatasetBookOptions {
  int64_t max_dataset_bytes = int64_t{1} << 30;  ///< Of one, uploaded or stored.
  int64_t max_total_bytes = int64_t{10} << 30;   ///< Of all, with what is being uploaded.
  /// Of one tenant; 0: as much as of all. None: no tenant has a limit of its own.
  std::function<int64_t(const std::string& tenant)> max_bytes_of = {};
  int max_uploads = 64;  ///< Open at a time.
  int max_uploads_of_tenant = 16;
  std::chrono::seconds upload_patience{3600};  ///< Without a byte, an upload is forgotten.
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

struct KeptDataset {
  Dataset dataset;
  bool existed = false;
};

struct DatasetQuery {
  int page_size = 100;          ///< 1 to 1000.
  std::string page_token = {};  ///< Of the page before; empty for the first.
};

struct DatasetPage {
  std::vector<Dataset> datasets;  ///< Newest first.
  std::string next_page_token;    ///< Empty on the last page.
};

/// All tables of this server: takes them in, keeps, lends and forgets them. Safe for concurrent
/// use. Errors carry a Reason (violation.h). What is another tenant's is not there for a viewer,
/// with the very answers of what does not exist.
class DatasetBook : public data::TableSource {
 public:
  /// Asked by work that takes long whether anyone still waits for it.
  using Check = std::function<absl::Status()>;

  /// Looks at what is stored and removes what no record speaks of. `records`, `tables` and `events`
  /// outlive the book.
  static absl::StatusOr<std::unique_ptr<DatasetBook>> Open(runs::RunStore& records,
                                                           TableStore& tables, EventSink& events,
                                                           const DatasetBookOptions& options);

  using data::TableSource::Open;  // for a run, which must not lose it

  /// Who must be asked before a dataset goes: whether a run that is not over learns from it. To be
  /// called before the first Delete.
  virtual void AskBeforeDeleting(std::function<bool(const std::string& id)> in_use) = 0;

  virtual absl::StatusOr<Upload> Start(const Viewer& viewer, const UploadSpec& spec) = 0;
  /// Bytes from `offset` on: what came before must be the same, and there is no gap. DATA_LOSS
  /// where `crc32c` is not that of `bytes`.
  virtual absl::StatusOr<Upload> Write(const Viewer& viewer, const std::string& id, int64_t offset,
                                       std::string_view bytes, std::optional<uint32_t> crc32c) = 0;
  virtual absl::StatusOr<Upload> GetUpload(const Viewer& viewer, const std::string& id) = 0;
  /// Makes it a dataset, durable on return, or gives the one that has the same content. The upload
  /// is over then, and after an error in its bytes.
  virtual absl::StatusOr<KeptDataset> Finish(const Viewer& viewer, const std::string& id,
                                             const Check& check) = 0;
  virtual absl::Status Cancel(const Viewer& viewer, const std::string& id) = 0;

  virtual absl::StatusOr<Dataset> Get(const Viewer& viewer, const std::string& id) = 0;
  virtual absl::StatusOr<DatasetPage> List(const Viewer& viewer, const DatasetQuery& query) = 0;
  /// Its numbers, for a look at them: it may be deleted meanwhile.
  virtual absl::StatusOr<std::shared_ptr<const data::Table>> Look(const Viewer& viewer,
                                                                  const std::string& id) = 0;
  /// DATASET_IN_USE while someone holds what Open gave, or a run that is not over needs it.
  virtual absl::Status Delete(const Viewer& viewer, const std::string& id) = 0;
};

/// What is said of a dataset that is not there, or not there for the caller: the same of both.
absl::Status NoSuchDataset(const std::string& id);

}  // namespace thalweg::datasets
