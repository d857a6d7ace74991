#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/datasets/dataset.h"
#include "server/datasets/ledger.h"
#include "server/datasets/table_store.h"
#include "server/events/events.h"

namespace thalweg::datasets {

struct UploadLimits {
  int64_t max_bytes = 0;  ///< Of one.
  int most = 0;           ///< Open at a time.
  int most_of_tenant = 0;
  std::chrono::seconds patience{0};  ///< Without a byte, one is forgotten.
  std::function<std::chrono::steady_clock::time_point()> now;
  /// Whether the disk has room for so many bytes more.
  std::function<absl::Status(int64_t bytes)> room;
};

/// Tables that are on their way. Safe for concurrent use.
class Uploads {
 public:
  /// One of them; its bytes are for who holds `mutex`.
  struct Session {
    std::mutex mutex;
    Upload upload;
    std::string tenant;
    std::unique_ptr<Staging> bytes;
    Ledger::Share share;
    bool busy = false;  ///< It is being finished.
    bool over = false;
  };

  /// `store` and `ledger` outlive it.
  Uploads(TableStore& store, Ledger& ledger, EventSink& events, UploadLimits limits)
      : store_(store), ledger_(ledger), events_(events), limits_(std::move(limits)) {}

  absl::StatusOr<Upload> Start(const std::string& tenant, const UploadSpec& spec);
  absl::StatusOr<Upload> Write(const Viewer& viewer, const std::string& id, int64_t offset,
                               std::string_view bytes, std::optional<uint32_t> crc32c);
  absl::StatusOr<Upload> Get(const Viewer& viewer, const std::string& id);
  absl::Status Cancel(const Viewer& viewer, const std::string& id);

  /// For who finishes it: others must wait, and it is not forgotten, until Release or End.
  absl::StatusOr<std::shared_ptr<Session>> Claim(const Viewer& viewer, const std::string& id);
  void Release(Session& session);
  /// Forgets it, with its bytes.
  void End(Session& session, std::string_view result);

  int64_t count();
  int64_t bytes();

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    std::chrono::steady_clock::time_point touched;
    int64_t received = 0;
  };

  absl::StatusOr<std::shared_ptr<Session>> Find(const Viewer& viewer, const std::string& id);
  absl::Status CheckRoomForOne(const std::string& tenant);  // requires mutex_
  absl::Status Append(Session& session, std::string_view bytes);
  void ForgetOld();
  void Touch(const Session& session);

  TableStore& store_;
  Ledger& ledger_;
  EventSink& events_;
  const UploadLimits limits_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace thalweg::datasets
