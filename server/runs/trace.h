#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/runs/iterate_block.h"
#include "server/runs/resident_budget.h"
#include "server/runs/retention.h"
#include "server/runs/run_store.h"
#include "server/runs/standing.h"
#include "server/runs/subscription.h"
#include "server/runs/watcher.h"

namespace thalweg::runs {

/// What a run has made: between the worker that adds to it, the recorder that makes it durable and
/// the readers that are shown what is durable. Each takes the lock for a moment only.
///
///   worker:   Add(...)                       recorder: Take(), then Committed(...)
///   readers:  Shown(), ResidentFrom(...), Arm(...)
class Trace : public std::enable_shared_from_this<Trace> {
 public:
  using Block = std::shared_ptr<const IterateBlock>;

  /// What a slice of work, or someone's action, adds.
  struct Addition {
    std::vector<Block> blocks;
    std::optional<std::string> checkpoint;  ///< Encoded; of an iteration no later than the blocks'.
    Standing standing;
  };

  /// What is to be made durable together.
  struct Batch {
    std::vector<Block> blocks;
    std::optional<std::string> checkpoint;
    Standing standing;
    bool record_changed = false;
    bool events_changed = false;
    Block replaced;  ///< Where set, blocks.front() begins with its rows and takes its place.
    int64_t last_before = -1;  ///< Last iteration of all batches before.
    size_t bytes = 0;
    uint64_t changes = 0;  ///< Of state, up to here.

    bool empty() const {
      return blocks.empty() && !checkpoint && !record_changed && !events_changed;
    }
  };

  /// What WaitShown waits for.
  struct Ticket {
    uint64_t changes = 0;   ///< Of state, up to and with the awaited one.
    uint64_t failures = 0;  ///< Of commits, when the ticket was given.
  };

  /// What readers are shown.
  struct View {
    Standing standing;
    uint64_t changes = 0;  ///< Of state, so far.
    SteadyTime since;      ///< When the newest of it became durable.
  };

  /// `run` is as the store holds it. `key` is how the store knows it; its record is not used.
  Trace(StoredRun key, Run run, Retention retention, ResidentBudget& budget);
  ~Trace();

  const std::string& id() const { return run_.id; }
  const StoredRun& key() const { return key_; }
  const Run& run() const { return run_; }  ///< As it was given; only what never changes counts.
  const Retention& retention() const { return retention_; }

  /// Returns what to wait for to see the addition's state shown.
  Ticket Add(Addition addition);
  /// Bytes added and not yet durable.
  size_t pending_bytes() const { return pending_bytes_.load(std::memory_order_relaxed); }

  /// Whether the recorder has still to be told that there is something to take.
  bool MarkDirty();
  Batch Take();
  /// Shows the batch to readers and wakes them. Returns what was shown before.
  Standing Committed(const Batch& batch);
  /// The batch cannot be written now. Those who wait for it are let go.
  void CouldNotCommit();
  /// Forgets the oldest block in memory.
  void EvictOldest();

  View Shown() const;
  Run Snapshot() const;  ///< The run as it is shown.
  /// Waits until that many state changes are durable. False when writing failed meanwhile.
  bool WaitShown(const Ticket& ticket);
  /// Blocks in memory from the one that holds `iteration` on, at most `most`; none when it is no
  /// longer (or not yet) here.
  std::vector<Block> ResidentFrom(int64_t iteration, size_t most) const;

  /// Has `subscription` fired once when something is shown that is new to a reader that has seen
  /// `changes` and wants `next_iteration`. False, and not armed, when there is already.
  bool Arm(const std::shared_ptr<Subscription>& subscription, int64_t next_iteration,
           uint64_t changes);
  void Disarm(const std::shared_ptr<Subscription>& subscription);

 private:
  void JoinSmall(Batch& batch);  // requires mutex_
  int64_t OldestFull(int64_t last) const;
  size_t Drop(bool newest);  // requires mutex_; returns the bytes that are free now

  const StoredRun key_;
  const Run run_;
  const Retention retention_;
  ResidentBudget& budget_;
  std::atomic<size_t> pending_bytes_{0};
  std::atomic<bool> dirty_{false};

  mutable std::mutex mutex_;
  std::condition_variable shown_changed_;
  Batch pending_;
  RunState newest_state_;
  uint64_t newest_changes_ = 0;
  Block tail_;  // the newest block taken, where it is small
  View shown_;
  uint64_t failures_ = 0;       // of commits
  std::deque<Block> resident_;  // durable, in order, without holes but thinned ones
  size_t surplus_entries_ = 0;  // of ours in the budget's order, more than there are blocks
  std::vector<std::shared_ptr<Subscription>> armed_;
};

/// Memory that a block takes, with its overhead.
size_t ResidentBytes(const IterateBlock& block);

}  // namespace thalweg::runs
