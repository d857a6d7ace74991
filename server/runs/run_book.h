#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/expression/code_maker.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/events/events.h"
#include "server/runs/changes.h"
#include "server/runs/run.h"
#include "server/runs/run_list_log.h"
#include "server/runs/run_spec.h"
#include "server/runs/run_store.h"
#include "server/runs/watcher.h"

namespace thalweg::runs {

struct RunBookOptions {
  int workers = 0;                        ///< Threads that step runs; 0: one per CPU.
  std::chrono::microseconds slice{2000};  ///< Stepping time before another run has its turn.
  int64_t max_unfinished_runs = 10'000;   ///< More are refused (QUOTA_EXCEEDED).
  /// Of one tenant; 0: as many as of all. None: no tenant has a limit of its own.
  std::function<int64_t(const std::string& tenant)> max_unfinished_of = {};
  size_t max_pending_bytes = 64 << 20;          ///< Not yet durable, per run; then the run waits.
  size_t max_resident_trace_bytes = 512 << 20;  ///< Of all traces together, kept in memory.
  size_t max_trace_bytes_per_run = size_t{1} << 30;  ///< Kept in full; older parts are thinned.
  expression::Limits limits;                         ///< Of one objective.
  models::Means means = {};                          ///< What objectives of datasets are made with.
  /// Makes machine code for objectives; outlives the book. None: they are interpreted.
  expression::CodeMaker* code_maker = nullptr;
  /// Bytes that this process may have before new runs are refused (QUOTA_EXCEEDED), and recovered
  /// ones wait; 0: no limit. And those that it has, asked from any thread.
  int64_t max_memory_bytes = 0;
  std::function<int64_t()> memory_in_use = {};
  /// Called once, from any thread, when the store can't be written to any more (a failed fsync
  /// can't be repaired by trying again): the process should end and recover. Default: it aborts.
  std::function<void(const absl::Status&)> on_broken_store = {};
};

/// A run whose settings were changed, and the iteration from which on.
struct ChangedRun {
  Run run;
  int64_t iteration = 0;
};

struct RunQuery {
  std::optional<RunState> state;
  std::optional<Label> label;
  int page_size = 100;                     ///< 1 to 1000.
  std::string page_token;                  ///< Of the page before; empty for the first.
  std::optional<std::string> tenant = {};  ///< Only this one's.
};

struct RunPage {
  std::vector<Run> runs;        ///< Newest first.
  std::string next_page_token;  ///< Empty on the last page.
};

struct IterateQuery {
  int64_t from = 0;
  int64_t to = INT64_MAX;  ///< Included.
  int64_t max_points = 0;  ///< 0: all; else buckets' first, last, least and greatest are kept.
  int page_size = 1000;    ///< Iterates; 1 to 10000.
  std::string page_token;
};

struct IteratePage {
  IterateBlock block;
  std::string next_page_token;
};

/// All runs of this server: creates, steps, records, answers. Safe for concurrent use; nothing here
/// blocks for longer than a commit to the disk. Errors carry a Reason (violation.h). What a caller
/// may see of it is a TenantRuns (tenant_runs.h).
class RunBook {
 public:
  /// Loads what the store holds and goes on with every unfinished run. `store` and `events` outlive
  /// the book.
  static absl::StatusOr<std::unique_ptr<RunBook>> Open(RunStore& store, EventSink& events,
                                                       const RunBookOptions& options);
  virtual ~RunBook() = default;

  /// Checks everything, evaluates the start, makes the run durable and queues it. The same
  /// `request_id` (may be empty) with the same spec gives the run made before; with another spec
  /// REQUEST_ID_REUSED. `validate_only` stops before anything is kept (id empty).
  virtual absl::StatusOr<Run> Create(const RunSpec& spec, const std::string& request_id,
                                     bool validate_only) = 0;
  /// Makes a run that shares the path of `id` up to an iterate and goes its own way from there:
  /// its trace begins with that iterate, bit for bit. It depends on `id` no more. What comes before
  /// is computed again, from the last checkpoint of `id` where that serves. `request_id` and
  /// `validate_only` as for Create.
  virtual absl::StatusOr<Run> Fork(const std::string& id, const ForkRequest& request,
                                   const std::string& request_id, bool validate_only) = 0;
  virtual absl::StatusOr<Run> Get(const std::string& id) = 0;
  /// Whose run it is, of damaged ones too.
  virtual absl::StatusOr<std::string> TenantOf(const std::string& id) = 0;
  virtual absl::StatusOr<RunPage> List(const RunQuery& query) = 0;

  /// Ends an unfinished run, keeping the best so far; returns once that is durable.
  virtual absl::StatusOr<Run> Cancel(const std::string& id) = 0;
  virtual absl::StatusOr<Run> Pause(const std::string& id) = 0;  ///< Durable on return.
  /// Durable on return, and so is where it pauses again: after `iterates` more, where not 0. Of
  /// whatever pace, the first of them is made at once.
  virtual absl::StatusOr<Run> Resume(const std::string& id, int64_t iterates = 0) = 0;
  /// Changes settings of an unfinished run from the iterate on that it has reached, and its pace;
  /// durable on return. Refused where the run is over: it can be forked.
  virtual absl::StatusOr<ChangedRun> Change(const std::string& id, const Overrides& overrides) = 0;
  /// Removes a run that is over, and its trace; an unfinished one is refused (INVALID_STATE).
  virtual absl::Status Delete(const std::string& id) = 0;

  /// Whether a run that is not over learns from this dataset.
  virtual bool Uses(const std::string& dataset) = 0;

  /// A reader of the run's trace. `wake` is called from any thread and must not block.
  virtual absl::StatusOr<std::unique_ptr<Watcher>> Watch(const std::string& id,
                                                         const WatchOptions& options,
                                                         std::function<void()> wake) = 0;
  /// A reader of what happens in the list of runs from now on. `wake` as for Watch.
  virtual std::unique_ptr<RunListWatcher> WatchList(const RunFilter& filter,
                                                    std::function<void()> wake) = 0;
  virtual absl::StatusOr<IteratePage> ListIterates(const std::string& id,
                                                   const IterateQuery& query) = 0;

  /// No new runs from now on (SHUTTING_DOWN). Steps nothing more, writes all that is pending with
  /// its checkpoints, and returns; unfinished runs go on when the store is opened again.
  virtual void Drain() = 0;
};

/// What is said of a run that is not there, or not there for the caller: the same of both.
absl::Status NoSuchRun(const std::string& id);

}  // namespace thalweg::runs
