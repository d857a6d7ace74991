#include "server/runs/recorder.h"

#include <chrono>
#include <exception>
#include <utility>

#include "server/core/violation.h"
#include "server/runs/codec.h"

namespace thalweg::runs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRetryFullDisk{250};
constexpr std::chrono::seconds kBeat{10};  // without work: a commit at least so often
constexpr size_t kEnoughBytes = 4 << 20;   // for one commit: some 15 ms of a fair disk

StoredBlock Stored(const IterateBlock& block) {
  return {block.first(), block.last(), Encode(block)};
}

StoredRun RecordOf(const Trace& trace, const Standing& standing) {
  StoredRun stored = trace.key();
  stored.state = static_cast<int>(standing.state);
  stored.finished = IsTerminal(standing.state);
  stored.record = Encode(RunRecord{At(trace.run(), standing), trace.retention()});
  return stored;
}

int64_t BytesOf(const RunChange& change) {
  size_t bytes = change.checkpoint ? change.checkpoint->size() : 0;
  if (change.events) bytes += change.events->size();
  if (change.run) bytes += change.run->record.size();
  for (const StoredBlock& block : change.append) bytes += block.bytes.size();
  for (const RunChange::Replacement& replace : change.replace) {
    for (const StoredBlock& block : replace.with) bytes += block.bytes.size();
  }
  return static_cast<int64_t>(bytes);
}

}  // namespace

Recorder::Recorder(RunStore& store, EventSink& events, ResidentBudget& memory, Hooks hooks)
    : store_(store),
      events_(events),
      memory_(memory),
      hooks_(std::move(hooks)),
      room_(store, events),
      next_beat_(Clock::now()),
      thread_([this] { Work(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void Recorder::Notify(std::shared_ptr<Trace> trace, bool urgent) {
  bool writes = true;
  {
    const std::lock_guard lock(mutex_);
    const bool fresh = trace->MarkDirty();
    writes = broken_.ok();
    if (writes && urgent) {
      if (!fresh) std::erase(dirty_, trace);  // it moves to the front
      dirty_.push_front(trace);
    } else if (writes && fresh) {
      dirty_.push_back(trace);
    }
  }
  if (!writes) trace->CouldNotCommit();
  work_.notify_one();
}

absl::Status Recorder::Write(RunChange change) {
  Order order{std::move(change), /*done=*/false, std::nullopt};
  std::unique_lock lock(mutex_);
  if (!broken_.ok()) return broken_;
  ordered_.push_back(&order);
  work_.notify_one();
  settled_.wait(lock, [&order] { return order.done; });
  return *order.answer;
}

void Recorder::Flush() {
  std::unique_lock lock(mutex_);
  const uint64_t failures = failed_commits_;
  settled_.wait(lock, [&] {
    const bool nothing_left = dirty_.empty() && ordered_.empty() && !writing_;
    return nothing_left || failed_commits_ != failures || !broken_.ok();
  });
}

void Recorder::Work() {
  while (WaitForWork()) {
    absl::Status status;
    try {
      status = room_.Look() ? CommitTaken() : CommitRemovals();
    } catch (const std::exception& error) {  // no memory for the bytes: as good as a full disk
      status = absl::ResourceExhaustedError(error.what());
    }
    room_.Ended(status);
    if (status.ok()) ShowCommitted();
    Settle(status);
  }
}

bool Recorder::WaitForWork() {
  std::unique_lock lock(mutex_);
  if (!broken_.ok()) return false;
  if (!batches_.empty() || room_.full()) {
    // The disk was full. Orders are tried at once: what they remove may make room.
    work_.wait_for(lock, kRetryFullDisk, [this] { return stopping_ || !ordered_.empty(); });
    if (stopping_ && ordered_.empty()) return false;
  } else {
    work_.wait_until(lock, next_beat_,
                     [this] { return stopping_ || !dirty_.empty() || !ordered_.empty(); });
    if (stopping_ && dirty_.empty() && ordered_.empty()) return false;
  }
  TakeWork();
  return true;
}

void Recorder::TakeWork() {
  writing_ = true;
  orders_.swap(ordered_);
  if (!batches_.empty()) return;  // first what could not be written
  size_t bytes = 0;
  while (!dirty_.empty() && bytes < kEnoughBytes) {
    std::shared_ptr<Trace> trace = std::move(dirty_.front());
    dirty_.pop_front();
    Trace::Batch batch = trace->Take();
    bytes += batch.bytes;
    if (!batch.empty()) batches_.push_back({std::move(trace), std::move(batch)});
  }
}

absl::Status Recorder::CommitTaken() {
  std::vector<RunChange> changes;
  CommitFinished event;
  for (const Order* order : orders_) changes.push_back(order->change);
  for (const Taken& taken : batches_) {
    changes.push_back(ChangeFor(taken));
    for (const Trace::Block& block : taken.batch.blocks) {
      event.iterates += static_cast<int64_t>(block->rows());
    }
    if (taken.batch.replaced) event.iterates -= static_cast<int64_t>(taken.batch.replaced->rows());
  }
  return changes.empty() ? BeatIfDue() : CommitTo(changes, event);
}

// While there is too little room for anything else. What runs have made is kept for later.
absl::Status Recorder::CommitRemovals() {
  std::vector<RunChange> removals;
  for (Order* order : orders_) {
    if (order->change.remove) removals.push_back(order->change);
    if (!order->change.remove) order->answer = room_.Refusal();
  }
  if (!removals.empty()) {
    const absl::Status status = CommitTo(removals, {});
    if (!status.ok()) return status;
    for (Order* order : orders_) {
      if (!order->answer) order->answer = status;
    }
  }
  return room_.Refusal();
}

absl::Status Recorder::CommitTo(const std::vector<RunChange>& changes, CommitFinished event) {
  event.runs = static_cast<int64_t>(changes.size());
  for (const RunChange& change : changes) event.bytes += BytesOf(change);
  const Clock::time_point begin = Clock::now();
  const absl::Status status = store_.Commit(changes);
  const Clock::time_point end = Clock::now();
  if (status.ok()) next_beat_ = end + kBeat;
  event.duration = end - begin;
  event.ok = status.ok();
  events_.On(event);
  return status;
}

// Also tells whether there is room again, where nothing else is to be written.
absl::Status Recorder::BeatIfDue() {
  if (Clock::now() < next_beat_ && !room_.full()) return absl::OkStatus();
  absl::Status status = store_.Beat();
  if (!status.ok()) return status;
  next_beat_ = Clock::now() + kBeat;
  events_.On(StorageBeat{});
  return status;
}

RunChange Recorder::ChangeFor(const Taken& taken) {
  RunChange change;
  change.id = taken.trace->id();
  const Trace::Batch& batch = taken.batch;
  for (const Trace::Block& block : batch.blocks) change.append.push_back(Stored(*block));
  if (batch.replaced) {
    change.replace.push_back({batch.replaced->first(), batch.replaced->last(), {}});
    change.replace.back().with.swap(change.append);
  }
  if (batch.record_changed) change.run = RecordOf(*taken.trace, batch.standing);
  if (batch.events_changed) change.events = Encode(*batch.standing.events);
  change.checkpoint = batch.checkpoint;
  AddThinning(taken, change);
  return change;
}

// In the transaction that makes it due, so that what is thinned follows from the last iteration.
void Recorder::AddThinning(const Taken& taken, RunChange& change) {
  const Trace& trace = *taken.trace;
  const Retention& retention = trace.retention();
  const int64_t last = taken.batch.standing.iterations;
  for (const Retention::Thinning& due : retention.Due(taken.batch.last_before, last)) {
    const int64_t first = due.segment * retention.segment;
    const int64_t end = first + retention.segment - 1;
    const auto stored = store_.Blocks(trace.id(), first, end, SIZE_MAX);
    if (!stored.ok()) continue;  // stays as it is: thinning is a saving, not a duty
    IterateBlock rows;
    bool readable = true;
    for (const StoredBlock& piece : *stored) {
      const absl::StatusOr<IterateBlock> block = DecodeIterateBlock(piece.bytes);
      readable = readable && block.ok();
      if (block.ok()) rows.AppendRows(*block, 0, block->rows());
    }
    for (const Trace::Block& block : taken.batch.blocks) {
      if (block->first() >= first && block->last() <= end) {
        rows.AppendRows(*block, 0, block->rows());
      }
    }
    if (!readable || rows.empty()) continue;
    change.replace.push_back({first, end, {Stored(Thinned(rows, due.bucket))}});
  }
}

void Recorder::ShowCommitted() {
  const std::vector<Taken> shown = std::exchange(batches_, {});
  for (const Taken& taken : shown) {
    const Standing before = taken.trace->Committed(taken.batch);
    hooks_.shown(*taken.trace, before);
  }
  events_.On(PendingCounted{memory_.pending.load(std::memory_order_relaxed)});
  hooks_.committed();
}

void Recorder::Settle(const absl::Status& status) {
  const bool full = absl::IsResourceExhausted(status);
  std::vector<std::shared_ptr<Trace>> disappointed;
  for (const Taken& taken : batches_) disappointed.push_back(taken.trace);
  {
    const std::lock_guard lock(mutex_);
    for (Order* order : std::exchange(orders_, {})) {
      if (!order->answer) order->answer = full ? room_.Refusal() : status;
      order->done = true;
    }
    writing_ = !batches_.empty();
    if (!status.ok()) {
      ++failed_commits_;
      disappointed.insert(disappointed.end(), dirty_.begin(), dirty_.end());
    }
    if (!status.ok() && !full) {
      broken_ = status;
      for (Order* order : std::exchange(ordered_, {})) {
        order->answer = status;
        order->done = true;
      }
    }
  }
  settled_.notify_all();
  for (const std::shared_ptr<Trace>& trace : disappointed) trace->CouldNotCommit();
  if (!status.ok() && !full) hooks_.broken(status);
}

}  // namespace thalweg::runs
