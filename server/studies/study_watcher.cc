#include "server/studies/study_watcher.h"

#include <algorithm>
#include <utility>

namespace thalweg::studies {

StudyWatcher::StudyWatcher(runs::RunBook& book, std::shared_ptr<LiveStudy> live,
                           const StudyWatchOptions& options, std::function<void()> wake)
    : book_(book),
      live_(std::move(live)),
      options_(options),
      wake_(std::move(wake)),
      subscription_(std::make_shared<runs::Subscription>(wake_)) {}

StudyWatcher::~StudyWatcher() {
  live_->Disarm(subscription_);
  subscription_->Close();
}

absl::StatusOr<StudyStep> StudyWatcher::Next(runs::SteadyTime now) {
  while (!over_) {
    const LiveStudy::View view = live_->Shown();
    const bool ended = IsOver(view.study->state);
    const bool greeted = seen_changes_.has_value();
    if (seen_changes_ != view.changes) {
      if (absl::Status status = OpenNew(*view.study); !status.ok()) return status;
      seen_changes_ = view.changes;
      if (!ended || !greeted) return StudyStep{StudyUpdate{view.study, false}, std::nullopt};
    }
    auto update = NextOfRuns(now);
    if (!update.ok()) return update.status();
    if (update->has_value()) return StudyStep{*std::move(update), std::nullopt};
    if (const auto soonest = Soonest()) return StudyStep{std::nullopt, soonest};
    if (ended && AllRead()) {
      over_ = true;
      return StudyStep{StudyUpdate{view.study, true}, std::nullopt};
    }
    if (live_->Arm(subscription_, *seen_changes_)) break;
  }
  return StudyStep{};
}

absl::Status StudyWatcher::OpenNew(const Study& study) {
  members_.resize(study.runs.size());
  for (size_t run = 0; run < study.runs.size(); ++run) {
    if (members_[run].opened || study.runs[run].empty()) continue;
    if (absl::Status status = Open(study.runs[run], run); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StudyWatcher::Open(const std::string& id, size_t run) {
  members_[run].opened = true;
  members_[run].id = id;
  runs::WatchOptions options = options_.runs;
  const auto from = options_.from.find(id);
  options.from_iteration = from == options_.from.end() ? 0 : from->second;
  auto watcher = book_.Watch(id, options, [news = news_, wake = wake_, run] {
    {
      const std::lock_guard lock(news->mutex);
      news->runs.push_back(run);
    }
    wake();
  });
  if (absl::IsNotFound(watcher.status())) return absl::OkStatus();  // deleted: nothing to read
  if (!watcher.ok()) return watcher.status();
  members_[run].watcher = *std::move(watcher);
  Ask(run);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<StudyUpdate>> StudyWatcher::NextOfRuns(runs::SteadyTime now) {
  AskThoseInTime(now);
  while (const std::optional<size_t> run = TakeOne()) {
    Member& member = members_[*run];
    member.not_before.reset();
    if (!member.watcher) continue;
    auto step = member.watcher->Next(now);
    if (absl::IsNotFound(step.status())) {  // deleted meanwhile
      member.watcher.reset();
      continue;
    }
    if (!step.ok()) return step.status();
    member.not_before = step->not_before;
    if (!step->update) continue;
    if (step->update->last) {
      member.watcher.reset();
    } else {
      Ask(*run);
    }
    step->update->last = false;  // of the run's updates, not of these
    return StudyUpdate{RunNews{*run, member.id, *std::move(step->update)}, false};
  }
  return std::nullopt;
}

void StudyWatcher::AskThoseInTime(runs::SteadyTime now) {
  for (size_t run = 0; run < members_.size(); ++run) {
    if (!members_[run].not_before || *members_[run].not_before > now) continue;
    members_[run].not_before.reset();
    Ask(run);
  }
}

std::optional<size_t> StudyWatcher::TakeOne() {
  const std::lock_guard lock(news_->mutex);
  if (news_->runs.empty()) return std::nullopt;
  const size_t run = news_->runs.front();
  news_->runs.pop_front();
  return run;
}

void StudyWatcher::Ask(size_t run) {
  const std::lock_guard lock(news_->mutex);
  news_->runs.push_back(run);
}

bool StudyWatcher::AllRead() const {
  return std::none_of(members_.begin(), members_.end(),
                      [](const Member& member) { return member.watcher != nullptr; });
}

std::optional<runs::SteadyTime> StudyWatcher::Soonest() const {
  std::optional<runs::SteadyTime> soonest;
  for (const Member& member : members_) {
    if (member.not_before && (!soonest || *member.not_before < *soonest)) {
      soonest = member.not_before;
    }
  }
  return soonest;
}

}  // namespace thalweg::studies
