#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/events/events.h"
#include "server/runs/document_store.h"
#include "server/runs/run_book.h"
#include "server/studies/study.h"
#include "server/studies/study_watcher.h"

namespace thalweg::studies {

struct StudyBookOptions {
  int64_t max_unfinished_studies = 100;  ///< More are refused (QUOTA_EXCEEDED).
  int64_t max_runs_per_study = 1000;     ///< Larger ones are refused (QUOTA_EXCEEDED).
  /// As RunBookOptions'; may be empty.
  std::function<void(const absl::Status&)> on_broken_store = {};
};

struct StudyQuery {
  int page_size = 100;                     ///< 1 to 1000.
  std::string page_token = {};             ///< Of the page before; empty for the first.
  std::optional<std::string> tenant = {};  ///< Only this one's.
};

struct StudyPage {
  std::vector<Study> studies;   ///< Newest first.
  std::string next_page_token;  ///< Empty on the last page.
};

/// All studies of this server: makes their runs in a RunBook, compares them, answers. Safe for
/// concurrent use. Errors carry a Reason (violation.h). What a caller may see of it is a
/// TenantStudies (tenant_studies.h).
class StudyBook {
 public:
  /// Loads what the store holds and goes on with every unfinished study. All arguments outlive the
  /// book.
  static absl::StatusOr<std::unique_ptr<StudyBook>> Open(runs::RunBook& runs,
                                                         runs::DocumentStore& store,
                                                         EventSink& events,
                                                         const StudyBookOptions& options);
  virtual ~StudyBook() = default;

  /// Checks every arm as RunBook::Create would, makes the study durable and begins to make its
  /// runs, which belong to the tenant of `spec.base`. `request_id` and `validate_only` are as
  /// RunBook's. Errors that all arms have in common are under "run", those of single arms under
  /// "arms[i].run".
  virtual absl::StatusOr<Study> Create(const StudySpec& spec, const std::string& request_id,
                                       bool validate_only) = 0;
  virtual absl::StatusOr<Study> Get(const std::string& id) = 0;
  /// Whose study it is, of damaged ones too.
  virtual absl::StatusOr<std::string> TenantOf(const std::string& id) = 0;
  virtual absl::StatusOr<StudyPage> List(const StudyQuery& query) = 0;
  /// Cancels all its runs; returns once that and the results are durable.
  virtual absl::StatusOr<Study> Cancel(const std::string& id) = 0;
  /// Removes a study that is over, with its runs; one that is not is refused (INVALID_STATE).
  virtual absl::Status Delete(const std::string& id) = 0;
  virtual absl::StatusOr<std::unique_ptr<StudyWatcher>> Watch(const std::string& id,
                                                              const StudyWatchOptions& options,
                                                              std::function<void()> wake) = 0;

  /// No new studies from now on (SHUTTING_DOWN), and no more steps of those there are; they go on
  /// when the store is opened again. To be called before RunBook::Drain.
  virtual void Drain() = 0;
};

/// What is said of a study that is not there, or not there for the caller: the same of both.
absl::Status NoSuchStudy(const std::string& id);

}  // namespace thalweg::studies
