#include "server/runs/trace.h"

#include <algorithm>
#include <utility>

namespace thalweg::runs {

size_t ResidentBytes(const IterateBlock& block) {
  constexpr size_t kOverhead = 640;  // the block itself and its columns' allocations
  return block.bytes() + kOverhead;
}

Trace::Trace(StoredRun key, Run run, Retention retention, ResidentBudget& budget)
    : key_(std::move(key)),
      run_(std::move(run)),
      retention_(retention),
      budget_(budget),
      newest_state_(run_.state) {
  shown_.standing = StandingOf(run_);
  shown_.since = std::chrono::steady_clock::now();
  pending_.standing = shown_.standing;
  pending_.last_before = std::max(run_.iterations, run_.spec.first_iteration - 1);
}

Trace::~Trace() {
  size_t bytes = 0;
  for (const Block& block : resident_) bytes += ResidentBytes(*block);
  budget_.Dropped(bytes);
  budget_.pending.fetch_sub(static_cast<int64_t>(pending_bytes()), std::memory_order_relaxed);
}

Trace::Ticket Trace::Add(Addition addition) {
  const std::lock_guard lock(mutex_);
  size_t bytes = 0;
  for (Block& block : addition.blocks) {
    bytes += block->bytes();
    pending_.blocks.push_back(std::move(block));
  }
  if (addition.checkpoint) {
    bytes += addition.checkpoint->size();
    if (pending_.checkpoint) bytes -= std::min(bytes, pending_.checkpoint->size());
    pending_.checkpoint = std::move(addition.checkpoint);
  }
  pending_.bytes += bytes;
  pending_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  budget_.pending.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  const Standing& known = pending_.standing;
  if (addition.standing.state != newest_state_ || addition.standing.changes != known.changes ||
      addition.standing.pace != known.pace || addition.standing.pause_at != known.pause_at) {
    newest_state_ = addition.standing.state;
    ++newest_changes_;
    pending_.record_changed = true;
  }
  if (addition.standing.events != pending_.standing.events) pending_.events_changed = true;
  pending_.changes = newest_changes_;
  pending_.standing = std::move(addition.standing);
  return {newest_changes_, failures_};
}

bool Trace::MarkDirty() { return !dirty_.exchange(true); }

Trace::Batch Trace::Take() {
  dirty_.store(false);  // before looking: what is added from now on is announced anew
  const std::lock_guard lock(mutex_);
  Batch next;
  next.standing = pending_.standing;
  next.changes = pending_.changes;
  next.last_before = std::max(pending_.standing.iterations, run_.spec.first_iteration - 1);
  pending_.standing.oldest_iteration = OldestFull(pending_.standing.iterations);
  Batch batch = std::exchange(pending_, std::move(next));
  JoinSmall(batch);
  return batch;
}

int64_t Trace::OldestFull(int64_t last) const {
  return std::max(retention_.OldestFull(last), run_.spec.first_iteration);
}

// A slow run makes blocks of a row or two. They are joined while few rows are in them, so that such
// a trace is not all overhead: each row is written some thirty times instead, a few kilobytes.
void Trace::JoinSmall(Batch& batch) {
  constexpr size_t kFewRows = 64;  // no more than a segment, so never in a range to be thinned
  if (batch.blocks.empty()) return;
  size_t rows = tail_ ? tail_->rows() : 0;
  for (const Block& block : batch.blocks) rows += block->rows();
  const bool fits = tail_ && rows <= kFewRows && batch.blocks.size() == 1 &&
                    !retention_.EndsSegment(tail_->last());
  if (fits) {
    auto joined = std::make_shared<IterateBlock>();
    joined->Reserve(rows, tail_->coordinates);
    joined->AppendRows(*tail_, 0, tail_->rows());
    joined->AppendRows(*batch.blocks[0], 0, batch.blocks[0]->rows());
    batch.blocks[0] = std::move(joined);
    batch.replaced = tail_;
  }
  tail_ = batch.blocks.back()->rows() < kFewRows ? batch.blocks.back() : nullptr;
}

Standing Trace::Committed(const Batch& batch) {
  std::vector<std::shared_ptr<Subscription>> woken;
  Standing before;
  size_t dropped = 0;
  size_t in_place = 0;  // new blocks for which the budget has an entry already
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(shown_.standing, batch.standing);
    shown_.changes = batch.changes;
    shown_.since = std::chrono::steady_clock::now();
    const bool replaces = batch.replaced && !resident_.empty();
    if (replaces && resident_.back() == batch.replaced) dropped += Drop(/*newest=*/true);
    for (const Block& block : batch.blocks) resident_.push_back(block);
    // What the store has thinned is not shown in full from memory either: what a reader gets does
    // not depend on what happens to be in memory.
    const int64_t oldest = OldestFull(shown_.standing.iterations);
    while (!resident_.empty() && resident_.front()->last() < oldest) dropped += Drop(false);
    in_place = std::min(surplus_entries_, batch.blocks.size());
    surplus_entries_ -= in_place;
    woken.swap(armed_);
  }
  pending_bytes_.fetch_sub(batch.bytes, std::memory_order_relaxed);
  budget_.pending.fetch_sub(static_cast<int64_t>(batch.bytes), std::memory_order_relaxed);
  shown_changed_.notify_all();
  for (const auto& subscription : woken) subscription->Fire();
  budget_.Dropped(dropped);
  for (const Block& block : batch.blocks) {
    if (in_place > 0) {
      --in_place;
      budget_.Replaced(ResidentBytes(*block));
    } else {
      budget_.Added(shared_from_this(), ResidentBytes(*block));
    }
  }
  return before;
}

size_t Trace::Drop(bool newest) {
  const size_t bytes = ResidentBytes(newest ? *resident_.back() : *resident_.front());
  if (newest) {
    resident_.pop_back();
  } else {
    resident_.pop_front();
  }
  ++surplus_entries_;
  return bytes;
}

void Trace::CouldNotCommit() {
  {
    const std::lock_guard lock(mutex_);
    ++failures_;
  }
  shown_changed_.notify_all();
}

void Trace::EvictOldest() {
  size_t bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!resident_.empty()) bytes = Drop(/*newest=*/false);
    if (surplus_entries_ > 0) --surplus_entries_;  // the entry that brought us here
  }
  budget_.Dropped(bytes);
}

Trace::View Trace::Shown() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

Run Trace::Snapshot() const { return At(run_, Shown().standing); }

bool Trace::WaitShown(const Ticket& ticket) {
  std::unique_lock lock(mutex_);
  shown_changed_.wait(
      lock, [&] { return shown_.changes >= ticket.changes || failures_ != ticket.failures; });
  return shown_.changes >= ticket.changes;
}

std::vector<Trace::Block> Trace::ResidentFrom(int64_t iteration, size_t most) const {
  const std::lock_guard lock(mutex_);
  if (resident_.empty() || iteration < resident_.front()->first()) return {};
  auto at =
      std::lower_bound(resident_.begin(), resident_.end(), iteration,
                       [](const Block& block, int64_t wanted) { return block->last() < wanted; });
  std::vector<Block> blocks;
  for (; at != resident_.end() && blocks.size() < most; ++at) blocks.push_back(*at);
  return blocks;
}

bool Trace::Arm(const std::shared_ptr<Subscription>& subscription, int64_t next_iteration,
                uint64_t changes) {
  const std::lock_guard lock(mutex_);
  if (shown_.changes != changes || shown_.standing.iterations >= next_iteration) return false;
  if (std::find(armed_.begin(), armed_.end(), subscription) == armed_.end()) {
    armed_.push_back(subscription);
  }
  return true;
}

void Trace::Disarm(const std::shared_ptr<Subscription>& subscription) {
  const std::lock_guard lock(mutex_);
  std::erase(armed_, subscription);
}

}  // namespace thalweg::runs
