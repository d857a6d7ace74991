#include "server/runs/active_run.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/runs/admission.h"
#include "server/runs/floating_point.h"

namespace thalweg::runs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds kLookAtClock{250};  // about how often
constexpr int64_t kMostAtOnce = 1 << 20;                // iterations between two looks
constexpr size_t kSmallCheckpoint = 64 << 10;           // bytes; such are written with every slice
constexpr double kCheckpointBytesPerSecond = 32e6;      // for larger ones, per run
constexpr size_t kKeptCheckpoint = 1 << 20;             // bytes; such are kept when a run is over
constexpr size_t kMostChanges = 1000;                   // of a run
constexpr int64_t kGrowsFor = 20;                       // iterations until methods remember all
constexpr std::chrono::milliseconds kLookForMemory{200};

double SecondsBetween(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

// A name that outlives the run: events keep views.
std::string_view CatalogueName(const std::string& optimizer) {
  const OptimizerEntry* const entry = FindEntry(Optimizers(), optimizer);
  return entry == nullptr ? std::string_view("unknown") : std::string_view(entry->name);
}

StopReason Cancelled() {
  return {Termination::kCancelled, "cancel", 0, 0, "Someone asked for it.", {}};
}

StopReason Failed(std::string criterion, std::string detail) {
  return {Termination::kFailed, std::move(criterion), 0, 0, std::move(detail), {}};
}

RunState StateFor(Termination termination) {
  if (termination == Termination::kCancelled) return RunState::kCancelled;
  return termination == Termination::kFailed ? RunState::kFailed : RunState::kFinished;
}

}  // namespace

std::string_view ActionName(Action action) {
  switch (action) {
    case Action::kCancel:
      return "cancel";
    case Action::kPause:
      return "pause";
    case Action::kResume:
      return "resume";
    case Action::kChange:
      return "change";
  }
  return "";
}

ActiveRun::ActiveRun(Workshop& workshop, std::shared_ptr<Trace> trace,
                     std::unique_ptr<Descent> descent)
    : shop_(workshop),
      trace_(std::move(trace)),
      interrupted_([this] { return Interrupted(); }),
      descent_(std::move(descent)),
      elapsed_seconds_(trace_->run().elapsed_seconds),
      optimizer_(CatalogueName(trace_->run().spec.optimizer.kind)),
      standing_(StandingOf(trace_->run())) {
  pacer_.SetPace(standing_.pace);
  if (descent_) expected_ = {shop_.memory_keeper, ExpectedBytes(*descent_)};
}

// --- stepping ---

SliceEnd ActiveRun::Slice() {
  if (const std::optional<SliceEnd> refused = TakeClaim()) return *refused;
  std::optional<StopReason> reason;
  try {
    reason = Work();
  } catch (const std::bad_alloc&) {
    descent_broken_ = true;
    reason = Failed("error", "The server has no memory left for this run.");
  } catch (const std::exception& error) {
    descent_broken_ = true;
    reason = Failed("error", absl::StrCat("An internal error: ", error.what()));
  }
  return GiveBack(std::move(reason));
}

// What comes instead of a slice where there can be none now.
std::optional<SliceEnd> ActiveRun::TakeClaim() {
  const std::lock_guard lock(mutex_);
  if (claimed_ || put_away_ || IsTerminal(standing_.state)) return SliceEnd::kDone;
  const bool wished = wish_ != Wish::kNone;
  if (standing_.state == RunState::kPaused && !wished) return SliceEnd::kDone;
  if (Waits()) return SliceEnd::Later(pacer_.Next());
  const bool behind = shop_.recorder.full() || trace_->pending_bytes() > shop_.max_pending_bytes ||
                      shop_.memory.pending > shop_.most_pending_bytes();
  if (behind && !wished) return SliceEnd::kWait;
  // A recovered run takes up its memory when there is room: others may have to end first.
  if (!descent_ && !wished && !shop_.memory_keeper.RoomFor().ok()) {
    return SliceEnd::Later(Clock::now() + kLookForMemory);
  }
  claimed_ = true;
  return std::nullopt;
}

// For the next iterate to be due. What is known is computed again without pauses.
bool ActiveRun::Waits() const {
  return wish_ == Wish::kNone && CaughtUp() && pacer_.Next() > Clock::now();
}

std::optional<StopReason> ActiveRun::Work() {
  if (UseDefaultFloatingPoint()) shop_.events.On(FloatingPointReset{});
  if (wish_ == Wish::kPause || wish_ == Wish::kChange) return std::nullopt;  // need no descent
  if (!writer_) {
    if (absl::Status status = Restore(); !status.ok()) return FailureIn(status);
  }
  std::optional<StopReason> reason = Step();
  if (!writer_->status().ok()) return FailureIn(writer_->status());
  if (reason && reason->termination == Termination::kPaused && !CaughtUp()) return std::nullopt;
  if (reason && descent_->at().iteration < writer_->last()) {
    return FailureIn(
        absl::DataLossError(absl::StrCat("recomputing ends at iteration ", descent_->at().iteration,
                                         ", but the trace holds ", writer_->last())));
  }
  if (!reason || reason->termination == Termination::kPaused) return reason;
  try {
    return descent_->Explained(*reason);
  } catch (const std::bad_alloc&) {  // it ended well all the same, without an account
    return reason;
  }
}

absl::Status ActiveRun::Restore() {
  const Run& run = trace_->run();
  auto writer = std::make_unique<TraceWriter>(run.spec, trace_->retention(), run.iterations,
                                              TraceReader(trace_, shop_.store));
  if (run.events) writer->SetEvents(*run.events);
  writer_ = std::move(writer);
  if (!descent_) {
    if (absl::Status status = RestoreDescent(); !status.ok()) return status;
  }
  // A fork may begin from where the other run was.
  if (run.iterations < descent_->at().iteration) descent_->RecordAgain();
  return absl::OkStatus();
}

absl::Status ActiveRun::RestoreDescent() {
  const Run run = At(trace_->run(), standing_);  // with changes made while it was paused
  auto descent = BuildDescent(run.spec, shop_.code_maker, shop_.means);
  if (!descent.ok()) return descent.status();
  auto stored = shop_.store.Checkpoint(run.id);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) {
    descent_ = *std::move(descent);
    return descent_->Begin();
  }
  checkpoint_bytes_ = (*stored)->size();
  absl::StatusOr<Checkpoint> checkpoint = DecodeCheckpoint(**std::move(stored));
  absl::Status status = checkpoint.status();
  if (status.ok()) {
    State state = State::Reader(std::move(checkpoint->descent));
    (*descent)->Remember(state);
    if (state.Finish().ok()) {
      descent_ = *std::move(descent);
      return absl::OkStatus();
    }
  } else if (!absl::IsUnimplemented(status)) {
    return status;
  }
  // Its bytes are whole, but an earlier version of the server remembered other things. The way is
  // computed again from its start, and compared with the trace.
  descent = BuildDescent(run.spec, shop_.code_maker, shop_.means);
  if (!descent.ok()) return descent.status();
  descent_ = *std::move(descent);
  return descent_->Begin();
}

std::optional<StopReason> ActiveRun::Step() {
  const int64_t iteration = descent_->at().iteration;
  const bool fresh = writer_->empty() && !writer_->replaying(iteration);
  const Evaluations evaluations = descent_->at().evaluations;
  const NonFinite nonfinite = writer_->nonfinite();
  const Clock::time_point begin = Clock::now();
  std::optional<StopReason> reason;
  if (fresh) {  // the first iterate alone, so that it is seen at once
    reason = descent_->Advance(0, elapsed_seconds_, interrupted_, *writer_);
    if (pacer_.Due(begin) > 0) pacer_.Made(1);
  } else if (wish_ == Wish::kNone || !MayLeave()) {
    reason = StepFor(shop_.slice);
  }
  const double seconds = SecondsBetween(begin, Clock::now());
  const Iterate& at = descent_->at();
  if (at.iteration - trace_->run().spec.first_iteration > kGrowsFor) expected_.End();
  shop_.events.On(SliceFinished{
      optimizer_, at.iteration - iteration + (fresh ? 1 : 0),
      at.evaluations.values - evaluations.values, at.evaluations.gradients - evaluations.gradients,
      writer_->nonfinite().nan - nonfinite.nan, writer_->nonfinite().infinite - nonfinite.infinite,
      Seconds(seconds)});
  return reason;
}

std::optional<StopReason> ActiveRun::StepFor(Clock::duration time) {
  Clock::time_point now = Clock::now();
  const Clock::time_point end = now + time;
  int64_t due = pacer_.Due(now);
  while (now < end) {
    // While what is known is computed again, time stands still: a limit of time must not end a run
    // sooner than it did.
    const bool replaying = !CaughtUp();
    const int64_t begin = descent_->at().iteration;
    const int64_t left = replaying ? writer_->replay_end() - begin : std::min(due, LeftOfStep());
    if (left <= 0) return std::nullopt;
    std::optional<StopReason> reason =
        descent_->Advance(std::min(batch_, left), elapsed_seconds_, interrupted_, *writer_);
    const Clock::time_point before = std::exchange(now, Clock::now());
    if (!replaying) {
      const int64_t made = descent_->at().iteration - begin;
      pacer_.Made(made);
      due -= made;
      elapsed_seconds_ += SecondsBetween(before, now);
    }
    if (reason || interrupted_()) return reason;
    if (now - before < kLookAtClock / 2) batch_ = std::min(2 * batch_, kMostAtOnce);
    if (now - before > kLookAtClock * 2) batch_ = std::max<int64_t>(batch_ / 2, 1);
  }
  return std::nullopt;
}

int64_t ActiveRun::LeftOfStep() const {
  if (!standing_.pause_at) return INT64_MAX;
  return *standing_.pause_at - descent_->at().iteration;
}

bool ActiveRun::Interrupted() const {
  const Wish wish = wish_.load(std::memory_order_relaxed);
  if (wish == Wish::kPause || wish == Wish::kChange) return true;
  if (wish == Wish::kCancel && MayLeave()) return true;
  return shop_.scheduler.stopping() || !writer_->status().ok();
}

bool ActiveRun::CaughtUp() const {
  return writer_ && descent_ && !writer_->replaying(descent_->at().iteration);
}

// Before a run can be cancelled, or gone on with from a checkpoint, it must be back where its trace
// ends; or the trace has not begun.
bool ActiveRun::MayLeave() const { return CaughtUp() || (writer_ && descent_ && writer_->empty()); }

std::optional<StopReason> ActiveRun::FailureIn(const absl::Status& status) const {
  const std::string message(status.message());
  if (absl::IsDataLoss(status)) {
    return Failed("data_corrupt", absl::StrCat("The run could not be taken up again: ", message));
  }
  return Failed("error", absl::StrCat("The run could not go on: ", message));
}

// --- the end of a slice ---

SliceEnd ActiveRun::GiveBack(std::optional<StopReason> reason) {
  const Wish wish = wish_;
  const bool able = MayLeave() && writer_->status().ok() && !descent_broken_;
  const bool by_rule = reason && reason->termination == Termination::kPaused;
  if (by_rule) reason.reset();
  if (!reason && wish == Wish::kCancel && able) reason = Cancelled();
  Trace::Addition addition;
  Standing standing = standing_;  // only this thread writes to it while the claim is held
  if (writer_) addition.blocks = writer_->TakeBlocks(elapsed_seconds_, standing);
  if (!addition.blocks.empty()) standing.best_iteration = descent_->best().iteration;
  if (wish == Wish::kChange && !reason) MakeChange(standing);
  const bool stepped = standing.pause_at && standing.iterations >= *standing.pause_at;
  const bool pauses = wish == Wish::kPause ||
                      ((by_rule || stepped) && (wish == Wish::kNone || wish == Wish::kChange));
  if (pauses || reason) standing.pause_at.reset();
  if (writer_ && !standing.started) standing.started = std::chrono::system_clock::now();
  if (reason) {
    standing.ending = EndingFor(*std::move(reason), standing);
    standing.state = StateFor(standing.ending->reason.termination);
    standing.ended = std::chrono::system_clock::now();
  } else if (pauses) {
    standing.state = RunState::kPaused;
  } else if (standing.state == RunState::kQueued && wish != Wish::kChange) {
    standing.state = RunState::kRunning;
  }
  const bool over = IsTerminal(standing.state);
  const bool forced = pauses || wish != Wish::kNone || shop_.scheduler.stopping();
  if (able && !over) addition.checkpoint = CheckpointIfDue(forced);
  // A fork of a run that is over begins there; but not at any price.
  if (over && (checkpoint_bytes_ == 0 || checkpoint_bytes_ > kKeptCheckpoint)) {
    addition.checkpoint = "";
  }
  addition.standing = standing;

  const std::lock_guard lock(mutex_);
  claimed_ = false;
  standing_ = std::move(standing);
  const Trace::Ticket ticket = Publish(std::move(addition));
  // Someone may want something of a run that has just paused by itself.
  const bool done = over || wish == Wish::kChange || (pauses && wish_ == wish);
  if (!done) return NextTurn();
  wish_ = Wish::kNone;
  // Told now: when the one who waits comes to look, someone else may have changed the state again.
  if (Outcome* outcome = std::exchange(outcome_, nullptr)) {
    *outcome = {standing_.state, ticket, Reached(standing_)};
  }
  settled_.notify_all();
  if (over) descent_.reset();
  return over || standing_.state == RunState::kPaused ? SliceEnd::kDone : NextTurn();
}

SliceEnd ActiveRun::NextTurn() const {
  return Waits() ? SliceEnd::Later(pacer_.Next()) : SliceEnd::kAgain;
}

// Where the trace ends, or will begin. A descent that is not there yet will find it on its way.
int64_t ActiveRun::Reached(const Standing& standing) const {
  return std::max(standing.iterations, trace_->run().spec.first_iteration);
}

void ActiveRun::MakeChange(Standing& standing) {
  if (wanted_.pace) {
    standing.pace = *wanted_.pace;
    pacer_.SetPace(standing.pace);
  }
  if (!wanted_.settings) return;
  Change& change = *wanted_.settings;
  auto changes = std::make_shared<std::vector<Change>>(At(trace_->run(), standing).spec.changes);
  change.iteration = Reached(standing);
  if (!changes->empty() && changes->back().iteration == change.iteration) {
    if (!change.seed) change.seed = changes->back().seed;
    changes->pop_back();
  }
  if (descent_) {
    // It was checked with a descent like this one, so that there is nothing to refuse.
    [[maybe_unused]] const absl::Status status = descent_->ChangeSettings(change);
    assert(status.ok());
  }
  changes->push_back(change);
  standing.changes = std::move(changes);
  optimizer_ = CatalogueName(change.optimizer.kind);
}

Trace::Ticket ActiveRun::Publish(Trace::Addition addition) {
  const uint64_t changes = changes_;
  const Trace::Ticket ticket = trace_->Add(std::move(addition));
  changes_ = ticket.changes;
  shop_.recorder.Notify(trace_, /*urgent=*/changes != changes_);
  return ticket;
}

std::shared_ptr<const Ending> ActiveRun::EndingFor(StopReason reason,
                                                   const Standing& standing) const {
  auto ending = std::make_shared<Ending>();
  ending->reason = std::move(reason);
  ending->sum_of_squares = descent_ && descent_->problem().residual_count() > 0;
  if (!CaughtUp() || writer_->empty()) return ending;
  const Layout& layout = descent_->problem().objective().layout();
  const Best& best = descent_->best();
  try {
    ending->best = {best.iteration, standing.best_value, descent_->best_gradient_norm(),
                    layout.Unflatten(best.x)};
    if (descent_broken_) return ending;
    ending->last = {standing.iterations, standing.value, standing.gradient_norm,
                    layout.Unflatten(descent_->at().x)};
  } catch (const std::bad_alloc&) {  // a run that ended for want of memory ends without them
    ending->last.reset();
    ending->best.reset();
  }
  return ending;
}

std::optional<std::string> ActiveRun::CheckpointIfDue(bool forced) {
  const Clock::time_point now = Clock::now();
  const bool small = checkpoint_bytes_ <= kSmallCheckpoint;
  const double earned = SecondsBetween(checkpoint_time_, now) * kCheckpointBytesPerSecond;
  if (!forced && !small && earned < static_cast<double>(checkpoint_bytes_)) return std::nullopt;
  State state = State::Writer();
  descent_->Remember(state);
  std::string bytes = Encode(Checkpoint{descent_->at().iteration, elapsed_seconds_,
                                        descent_->best().iteration, state.TakeBytes()});
  checkpoint_bytes_ = bytes.size();
  checkpoint_time_ = now;
  return bytes;
}

// --- actions ---

absl::Status ActiveRun::Refusal(Action action) const {
  const RunState state = standing_.state;
  const bool allowed = action == Action::kResume  ? state == RunState::kPaused
                       : action == Action::kPause ? state < RunState::kPaused
                                                  : !IsTerminal(state);
  return allowed ? absl::OkStatus() : CannotAct(action, trace_->id(), state);
}

absl::Status CannotAct(Action action, const std::string& id, RunState state) {
  return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
                    absl::StrCat("cannot ", std::string(ActionName(action)), " run '", id,
                                 "': it is ", std::string(RunStateName(state)),
                                 action == Action::kChange ? "; fork it instead" : ""));
}

// It counts iterates that are seen: of a run that has made none the start is the first. How far it
// goes is kept with its state and not in its rules, which would be another run's.
void ActiveRun::Resume(int64_t iterates) {
  standing_.state = standing_.iterations < 0 ? RunState::kQueued : RunState::kRunning;
  if (iterates > 0) {
    const int64_t last = std::max(standing_.iterations, trace_->run().spec.first_iteration - 1);
    standing_.pause_at = last + std::min(iterates, INT64_MAX - std::max<int64_t>(last, 0));
  }
  pacer_.Hurry();
}

absl::Status ActiveRun::Act(Action action, int64_t iterates) {
  const Clock::time_point begin = Clock::now();
  Trace::Ticket ticket;
  {
    std::unique_lock lock(mutex_);
    settled_.wait(lock, [this] { return wish_ == Wish::kNone || put_away_; });
    if (absl::Status status = Refusal(action); !status.ok()) return status;
    if (action == Action::kResume) {
      Resume(iterates);
      Trace::Addition addition;
      addition.standing = standing_;
      ticket = Publish(std::move(addition));
      shop_.scheduler.Enqueue(shared_from_this());
    } else {
      const bool pause = action == Action::kPause;
      const auto outcome = Demand(pause ? Wish::kPause : Wish::kCancel, lock);
      if (!outcome.ok()) return outcome.status();
      if (outcome->state != (pause ? RunState::kPaused : RunState::kCancelled)) {
        return CannotAct(action, trace_->id(), outcome->state);  // it ended in the meantime
      }
      ticket = outcome->ticket;
    }
  }
  const absl::Status status = WaitDurable(ticket, action);
  if (status.ok() && action == Action::kCancel) {
    shop_.events.On(RunCancelled{Clock::now() - begin});
  }
  return status;
}

absl::StatusOr<int64_t> ActiveRun::ChangeSettings(const Overrides& overrides) {
  const std::lock_guard one_at_a_time(change_mutex_);
  absl::StatusOr<Wanted> wanted = CheckedChange(overrides);
  if (!wanted.ok()) return wanted.status();
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return wish_ == Wish::kNone || put_away_; });
  if (absl::Status status = Refusal(Action::kChange); !status.ok()) return status;
  if (wanted->settings && !wanted->settings->seed) {
    const Change now = LatestSettings(At(trace_->run(), standing_).spec);
    const Change& next = *wanted->settings;
    const bool same = next.optimizer == now.optimizer && next.stopping == now.stopping;
    if (same) wanted->settings.reset();
  }
  if (wanted->pace == standing_.pace) wanted->pace.reset();
  if (!wanted->settings && !wanted->pace) return Reached(standing_);
  wanted_ = *std::move(wanted);
  const auto outcome = Demand(Wish::kChange, lock);
  if (!outcome.ok()) return outcome.status();
  lock.unlock();
  if (IsTerminal(outcome->state)) return CannotAct(Action::kChange, trace_->id(), outcome->state);
  absl::Status status = WaitDurable(outcome->ticket, Action::kChange);
  if (!status.ok()) return status;
  return outcome->iteration;
}

// Tried on a descent that is made for this: the run's own goes on meanwhile.
absl::StatusOr<ActiveRun::Wanted> ActiveRun::CheckedChange(const Overrides& overrides) {
  Wanted wanted;
  wanted.pace = overrides.pace;
  if (absl::Status status = Under("pace", Pacer::Check(wanted.pace.value_or(0))); !status.ok()) {
    return status;
  }
  if (wanted.pace && overrides.same_path()) return wanted;
  RunSpec spec;
  {
    const std::lock_guard lock(mutex_);
    if (absl::Status status = Refusal(Action::kChange); !status.ok()) return status;
    spec = At(trace_->run(), standing_).spec;
  }
  if (overrides.same_path()) {
    return Refuse("", Reason::kMissingField,
                  "nothing is to be changed; give optimizer settings, stopping rules or a pace");
  }
  if (spec.changes.size() >= kMostChanges) {
    return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kQuotaExceeded,
                      absl::StrCat("run '", trace_->id(), "' has been changed ", kMostChanges,
                                   " times, as often as is allowed; fork it instead"));
  }
  absl::StatusOr<Change> change = Altered(spec, overrides);
  if (!change.ok()) return change.status();
  spec.changes.push_back(*change);
  spec.changes.back().iteration = INT64_MAX - 1;
  const auto descent = BuildDescent(spec, /*maker=*/nullptr, shop_.means);
  if (!descent.ok()) return InTermsOfOverrides(descent.status(), spec);
  wanted.settings = *std::move(change);
  return wanted;
}

absl::Status ActiveRun::WaitDurable(const Trace::Ticket& ticket, Action action) {
  if (trace_->WaitShown(ticket)) return absl::OkStatus();
  return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kStorageFull,
                    absl::StrCat("the run will ", std::string(ActionName(action)),
                                 ", but this could not be written to the server's disk yet"));
}

absl::StatusOr<ActiveRun::Outcome> ActiveRun::Demand(Wish wish,
                                                     std::unique_lock<std::mutex>& lock) {
  Outcome outcome;
  if (!put_away_) {
    outcome_ = &outcome;
    wish_ = wish;
    if (!claimed_) {
      // Nobody is at it. What needs no stepping is done here and now, busy as the workers may be.
      const bool at_hand = wish != Wish::kCancel || MayLeave() || (descent_ && !writer_);
      lock.unlock();
      if (at_hand) {
        // A worker whose turn came meanwhile found it claimed and let it go; or it waits for a
        // time that counts no more.
        (void)Slice();
        shop_.scheduler.Enqueue(shared_from_this());
      } else {
        shop_.scheduler.EnqueueFirst(shared_from_this());
      }
      lock.lock();
    }
    settled_.wait(lock, [this, &outcome] { return outcome_ != &outcome || put_away_; });
    if (outcome_ != &outcome) return outcome;
    outcome_ = nullptr;
  }
  return RefuseWith(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                    "the server is shutting down; the run goes on when it is back");
}

void ActiveRun::PutAway() {
  const std::lock_guard lock(mutex_);
  put_away_ = true;
  settled_.notify_all();
  if (claimed_ || IsTerminal(standing_.state) || !MayLeave()) return;
  Trace::Addition addition;
  addition.checkpoint = CheckpointIfDue(/*forced=*/true);
  addition.standing = standing_;
  Publish(std::move(addition));
}

}  // namespace thalweg::runs
