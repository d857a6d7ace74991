#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/descent.h"
#include "server/events/events.h"
#include "server/runs/changes.h"
#include "server/runs/codec.h"
#include "server/runs/memory_keeper.h"
#include "server/runs/pacer.h"
#include "server/runs/recorder.h"
#include "server/runs/scheduler.h"
#include "server/runs/trace.h"
#include "server/runs/trace_writer.h"

namespace thalweg::runs {

/// What the runs of one book share.
struct Workshop {
  RunStore& store;
  EventSink& events;
  ResidentBudget& memory;
  MemoryKeeper& memory_keeper;
  Recorder& recorder;
  Scheduler& scheduler;
  std::chrono::microseconds slice;
  size_t max_pending_bytes;           ///< Of one run.
  expression::CodeMaker* code_maker;  ///< May be null.
  models::Means means;

  /// Of all runs together; beyond, each waits for the disk.
  int64_t most_pending_bytes() const { return static_cast<int64_t>(2 * max_pending_bytes); }
};

/// What someone can do to a run.
enum class Action { kCancel, kPause, kResume, kChange };
std::string_view ActionName(Action action);

/// FAILED_PRECONDITION (INVALID_STATE) that names the run, its state and the action.
absl::Status CannotAct(Action action, const std::string& id, RunState state);

/// An unfinished run: its descent, worked on in slices, and what people want of it.
///
/// The descent belongs to whoever holds the claim: a worker during its slice, or the caller of Act
/// who found the run unclaimed. All changes of state are made when a claim is given back.
class ActiveRun : public Steppable, public std::enable_shared_from_this<ActiveRun> {
 public:
  /// `descent` is begun; or null, to be restored from the store by the first slice.
  ActiveRun(Workshop& workshop, std::shared_ptr<Trace> trace, std::unique_ptr<Descent> descent);

  const std::shared_ptr<Trace>& trace() const { return trace_; }

  SliceEnd Slice() override;

  /// Does it, and returns once that is durable. FAILED_PRECONDITION (INVALID_STATE) where the state
  /// does not allow it; RESOURCE_EXHAUSTED when it could not be made durable yet; UNAVAILABLE when
  /// the server stops before it could be done. One action at a time: others wait. A run that is
  /// resumed pauses again after `iterates` more, where not 0: wherever that count is reached, in
  /// this life of the server or another.
  absl::Status Act(Action action, int64_t iterates = 0);

  /// Changes its settings from the iterate on that it has reached, whose iteration it returns, and
  /// its pace; once that is durable. Where nothing would be different, nothing is done. Refused as
  /// by Act, and as by Altered, with nothing changed.
  absl::StatusOr<int64_t> ChangeSettings(const Overrides& overrides);

  /// For a stop of the server, when no worker is left: a checkpoint of where the run is, and an
  /// answer for those who wait in Act.
  void PutAway();

 private:
  enum class Wish { kNone, kPause, kCancel, kChange };
  /// What is to be different.
  struct Wanted {
    std::optional<Change> settings;
    std::optional<double> pace;
  };
  /// What came of a wish; on the stack of the one who waits for it.
  struct Outcome {
    RunState state = RunState::kQueued;
    Trace::Ticket ticket;
    int64_t iteration = 0;  // that it had reached
  };

  // By whoever holds the claim:
  std::optional<SliceEnd> TakeClaim();
  SliceEnd GiveBack(std::optional<StopReason> reason);
  SliceEnd NextTurn() const;  // requires mutex_
  std::optional<StopReason> Work();
  absl::Status Restore();
  absl::Status RestoreDescent();
  std::optional<StopReason> Step();
  std::optional<StopReason> StepFor(std::chrono::steady_clock::duration time);
  std::optional<StopReason> FailureIn(const absl::Status& status) const;
  std::shared_ptr<const Ending> EndingFor(StopReason reason, const Standing& standing) const;
  std::optional<std::string> CheckpointIfDue(bool forced);
  void MakeChange(Standing& standing);
  bool Interrupted() const;
  bool CaughtUp() const;
  bool MayLeave() const;
  bool Waits() const;  // requires mutex_, and that nobody holds the claim
  int64_t LeftOfStep() const;

  int64_t Reached(const Standing& standing) const;
  void Resume(int64_t iterates);  // requires mutex_
  absl::StatusOr<Wanted> CheckedChange(const Overrides& overrides);
  absl::Status WaitDurable(const Trace::Ticket& ticket, Action action);
  absl::Status Refusal(Action action) const;        // requires mutex_
  Trace::Ticket Publish(Trace::Addition addition);  // requires mutex_
  // Requires mutex_, held by `lock`, and that nobody else wishes anything.
  absl::StatusOr<Outcome> Demand(Wish wish, std::unique_lock<std::mutex>& lock);

  Workshop& shop_;
  const std::shared_ptr<Trace> trace_;
  const std::function<bool()> interrupted_;  // asked once per iteration

  // Of whoever holds the claim:
  std::unique_ptr<Descent> descent_;
  std::unique_ptr<TraceWriter> writer_;
  int64_t batch_ = 1;  // iterations between two looks at the clock
  Pacer pacer_;
  double elapsed_seconds_ = 0;
  bool descent_broken_ = false;      // an exception left it in the middle of a step
  std::string_view optimizer_;       // the catalogue's name: lives for ever
  MemoryKeeper::Expected expected_;  // until it has made a few iterations
  size_t checkpoint_bytes_ = 0;
  std::chrono::steady_clock::time_point checkpoint_time_;

  std::atomic<Wish> wish_{Wish::kNone};  // written under mutex_, polled by the one who steps

  std::mutex change_mutex_;  // one change at a time: each builds on the one before
  Wanted wanted_;            // wished; written under change_mutex_ while nobody wishes it

  std::mutex mutex_;
  std::condition_variable settled_;
  bool claimed_ = false;
  bool put_away_ = false;
  Standing standing_;           // the newest, durable or not; written by who holds the claim
  uint64_t changes_ = 0;        // of state, published so far
  Outcome* outcome_ = nullptr;  // of the wish, where someone waits for it
};

}  // namespace thalweg::runs
