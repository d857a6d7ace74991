#include "server/studies/conductor.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/studies/arms.h"
#include "server/studies/codec.h"
#include "server/studies/halving.h"
#include "server/studies/reading.h"
#include "server/studies/results.h"

namespace thalweg::studies {
namespace {

constexpr int kMadeAtOnce = 16;

/// What may pass by itself: a full disk, too many runs, a server that stops.
bool MayPass(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

/// What says that there is no such run any more, or nothing to be read of it.
bool IsGone(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsDataLoss(status);
}

}  // namespace

Conductor::Conductor(runs::RunBook& book, runs::DocumentStore& store, runs::StoredDocument key,
                     std::shared_ptr<LiveStudy> live, std::function<void()> wake,
                     std::function<void(const absl::Status&)> broken)
    : book_(book),
      store_(store),
      key_(std::move(key)),
      live_(std::move(live)),
      wake_(std::move(wake)),
      broken_(std::move(broken)),
      study_(*live_->Shown().study),
      follows_(study_.runs.size()) {}

Conductor::Next Conductor::Advance() {
  bool over = false;
  const absl::Status status = Step(over);
  if (over) return Next::kOver;
  if (status.ok()) return AllMade() || !failure_.empty() ? Next::kWait : Next::kAgain;
  if (!MayPass(status) && failure_.empty()) failure_ = std::string(status.message());
  return Next::kLater;
}

absl::Status Conductor::Step(bool& over) {
  LookAtNews();
  const bool ends = live_->cancel_wished() || !failure_.empty();
  if (ends) {
    if (absl::Status status = CancelAll(); !status.ok()) return status;
  } else {
    if (absl::Status status = MakeSome(); !status.ok()) return status;
    while (RungIsOver()) {
      if (absl::Status status = Promote(); !status.ok()) return status;
    }
    if (absl::Status status = ActOnAll(); !status.ok()) return status;
    if (!AllMade()) return absl::OkStatus();
  }
  if (!AllOver()) return absl::OkStatus();
  const StudyState state = !failure_.empty() ? StudyState::kFailed
                           : ends            ? StudyState::kCancelled
                                             : StudyState::kFinished;
  absl::Status status = Finish(state);
  over = status.ok();
  return status;
}

// --- making and following runs ---

bool Conductor::AllMade() const {
  return std::none_of(follows_.begin(), follows_.end(),
                      [](const Follow& follow) { return follow.run.id.empty(); });
}

absl::Status Conductor::MakeSome() {
  if (AllMade()) return absl::OkStatus();
  const bool known = std::none_of(study_.runs.begin(), study_.runs.end(),
                                  [](const std::string& id) { return id.empty(); });
  int made = 0;
  for (size_t run = 0; run < follows_.size() && made < kMadeAtOnce; ++run) {
    if (!follows_[run].run.id.empty()) continue;
    ++made;
    if (absl::Status status = Make(run); !status.ok()) return status;
  }
  if (known) return absl::OkStatus();  // taken up again, nothing new
  if (AllMade()) {
    if (absl::Status status = Save(study_); !status.ok()) return status;
  }
  live_->Show(study_);
  return absl::OkStatus();
}

absl::Status Conductor::Make(size_t run) {
  if (study_.runs[run].empty()) {
    const absl::StatusOr<PlannedArm> arm = PlanArm(study_.spec, study_.arm_of(run));
    if (!arm.ok()) return arm.status();
    // Made once, however often it is tried.
    const std::string request = absl::StrCat("study ", study_.id, " run ", run);
    const auto made = book_.Create(SpecOfRun(study_, *arm, run), request, /*validate_only=*/false);
    if (!made.ok()) return made.status();
    study_.runs[run] = made->id;
  }
  return FollowRun(run);
}

absl::Status Conductor::FollowRun(size_t run) {
  Follow& follow = follows_[run];
  const std::string& id = study_.runs[run];
  runs::WatchOptions states_alone;
  states_alone.from_iteration = INT64_MAX / 2;
  auto watcher = book_.Watch(id, states_alone, [news = news_, wake = wake_, run] {
    {
      const std::lock_guard lock(news->mutex);
      news->runs.push_back(run);
    }
    wake();
  });
  if (watcher.ok()) {
    follow.run.id = id;
    follow.watcher = *std::move(watcher);
    LookAt(run);
    return absl::OkStatus();
  }
  // A run that is over has nothing more to tell.
  absl::StatusOr<runs::Run> now = book_.Get(id);
  if (now.ok() && !runs::IsTerminal(now->state)) return watcher.status();
  if (!now.ok() && !IsGone(now.status())) return now.status();
  if (now.ok()) follow.run = WithoutPoints(*std::move(now));
  follow.run.id = id;
  follow.over = true;
  return absl::OkStatus();
}

void Conductor::LookAt(size_t run) {
  Follow& follow = follows_[run];
  while (follow.watcher) {
    auto step = follow.watcher->Next(std::chrono::steady_clock::now());
    if (!step.ok()) {
      follow.over = true;  // deleted, or damaged
    } else if (!step->update) {
      return;
    } else if (auto* now = std::get_if<runs::Run>(&step->update->what)) {
      follow.run = WithoutPoints(std::move(*now));
      follow.over = runs::IsTerminal(follow.run.state);
    }
    if (follow.over) follow.watcher.reset();
  }
}

void Conductor::LookAtNews() {
  std::vector<size_t> changed;
  {
    const std::lock_guard lock(news_->mutex);
    changed.swap(news_->runs);
  }
  for (const size_t run : changed) LookAt(run);
}

bool Conductor::AllOver() const {
  return std::all_of(follows_.begin(), follows_.end(),
                     [](const Follow& follow) { return follow.run.id.empty() || follow.over; });
}

// --- rungs ---

bool Conductor::RungIsOver() const {
  const auto rung = static_cast<size_t>(study_.rung);
  if (!AllMade() || rung + 1 >= study_.rungs.size()) return false;
  for (size_t run = 0; run < follows_.size(); ++run) {
    if (study_.arms[study_.arm_of(run)].last_rung || follows_[run].over) continue;
    if (follows_[run].run.evaluations.all() < study_.rungs[rung].evaluations) return false;
  }
  return true;
}

absl::Status Conductor::Promote() {
  const auto rung = static_cast<size_t>(study_.rung);
  std::vector<size_t> living;
  std::vector<std::vector<double>> values(study_.arms.size());
  for (size_t arm = 0; arm < study_.arms.size(); ++arm) {
    if (study_.arms[arm].last_rung) continue;
    living.push_back(arm);
    for (size_t i = 0; i < study_.instances(); ++i) {
      const runs::Run& run = follows_[arm * study_.instances() + i].run;
      const auto best = BestWithin(book_, run, study_.rungs[rung].evaluations);
      if (!best.ok() && !IsGone(best.status())) return best.status();
      values[arm].push_back(best.ok() ? *best : std::numeric_limits<double>::infinity());
    }
  }
  const auto keep = static_cast<size_t>(study_.rungs[rung + 1].arms);
  const std::vector<size_t> promoted = Promoted(living, values, keep);
  Study decided = study_;
  for (const size_t arm : living) {
    if (!std::binary_search(promoted.begin(), promoted.end(), arm)) {
      decided.arms[arm].last_rung = study_.rung;
    }
  }
  ++decided.rung;
  if (absl::Status status = Save(decided); !status.ok()) return status;  // before anything follows
  study_ = std::move(decided);
  live_->Show(study_);
  return absl::OkStatus();
}

absl::Status Conductor::ActOnAll() {
  if (study_.rung == 0) return absl::OkStatus();
  for (size_t run = 0; run < follows_.size(); ++run) {
    if (absl::Status status = Act(run); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Conductor::Act(size_t run) {
  Follow& follow = follows_[run];
  if (follow.run.id.empty() || follow.over) return absl::OkStatus();
  if (study_.arms[study_.arm_of(run)].last_rung) return Cancel(run);
  const absl::StatusOr<bool> waits = WaitsForPromotion(run);
  if (!waits.ok() || !*waits) return waits.status();
  const auto resumed = book_.Resume(follow.run.id);
  if (resumed.ok()) follow.run.state = runs::RunState::kRunning;
  return absl::IsFailedPrecondition(resumed.status()) ? absl::OkStatus() : resumed.status();
}

/// Whether the run paused for the rung before. One that someone else has paused is left alone.
absl::StatusOr<bool> Conductor::WaitsForPromotion(size_t run) {
  const Follow& follow = follows_[run];
  const auto rung = static_cast<size_t>(study_.rung);
  const int64_t evaluations = follow.run.evaluations.all();
  if (follow.run.state != runs::RunState::kPaused) return false;
  if (evaluations >= study_.rungs[rung].evaluations) return false;  // for a rung to come
  const int64_t promoted_at = study_.rungs[rung - 1].evaluations;
  const auto crossing =
      FindCrossing(book_, follow.run, [promoted_at](const runs::IterateBlock& rows, size_t row) {
        return EvaluationsAt(rows, row) >= promoted_at;
      });
  if (!crossing.ok()) return crossing.status();
  return !crossing->behind.empty() && crossing->behind.first() == follow.run.iterations;
}

// --- ends ---

absl::Status Conductor::Cancel(size_t run) {
  Follow& follow = follows_[run];
  const auto cancelled = book_.Cancel(follow.run.id);
  // It may have ended by itself just now.
  const bool done = cancelled.ok() || absl::IsFailedPrecondition(cancelled.status()) ||
                    IsGone(cancelled.status());
  if (!done) return cancelled.status();
  if (cancelled.ok()) {
    follow.run = WithoutPoints(*cancelled);
    follow.over = true;
    follow.watcher.reset();
  } else {
    LookAt(run);
  }
  return absl::OkStatus();
}

absl::Status Conductor::CancelAll() {
  for (size_t run = 0; run < follows_.size(); ++run) {
    // After a restart some that were made may not be followed yet.
    if (follows_[run].run.id.empty() && !study_.runs[run].empty()) {
      if (absl::Status status = FollowRun(run); !status.ok()) return status;
    }
    if (follows_[run].run.id.empty() || follows_[run].over) continue;
    if (absl::Status status = Cancel(run); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Conductor::Finish(StudyState state) {
  absl::StatusOr<Results> results = ResultsOf(book_, study_);
  if (!results.ok()) return results.status();
  Study over = study_;
  over.results = *std::move(results);
  over.state = state;
  over.failure = failure_;
  over.ended = std::chrono::system_clock::now();
  if (absl::Status status = Save(over); !status.ok()) return status;
  study_ = std::move(over);
  live_->Show(study_);
  return absl::OkStatus();
}

absl::Status Conductor::Save(const Study& study) {
  runs::StoredDocument document = key_;
  document.finished = IsOver(study.state);
  document.record = Encode(study);
  absl::Status status = store_.PutDocument(document);
  if (!status.ok() && !absl::IsResourceExhausted(status) && broken_) broken_(status);
  return status;
}

}  // namespace thalweg::studies
