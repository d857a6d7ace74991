#include "server/rpc/streams/study_feed.h"

#include <variant>

#include "server/rpc/streams/run_feed.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/study.h"
#include "server/rpc/translate/update.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {
namespace {

v1::StudyUpdate& MessageOf(MessageHolder& out) {
  return static_cast<v1::StudyUpdate&>(out.Message());
}

}  // namespace

absl::StatusOr<Feed::Fed> StudyFeed::Next(runs::SteadyTime now, MessageHolder& out) {
  auto step = watcher_->Next(now);
  if (!step.ok()) return step.status();
  if (!step->update) return Fed{.not_before = step->not_before};
  Fed fed{.filled = true, .last = step->update->last};
  v1::StudyUpdate& message = MessageOf(out);
  message.set_last(fed.last);
  if (auto* study = std::get_if<std::shared_ptr<const studies::Study>>(&step->update->what)) {
    study_ = *study;
    message.mutable_study()->Clear();
    ToWire(*study_, StudyView::kStreamed, *message.mutable_study());
    return fed;
  }
  const auto& news = std::get<studies::RunNews>(step->update->what);
  v1::StudyRunUpdate& run = *message.mutable_run();  // its memory is used again
  run.set_run(RunName::Of(news.id).Text());
  run.set_arm(static_cast<int64_t>(study_->arm_of(news.run)));
  ToWire(news.update, *run.mutable_update());
  fed.iterates = IteratesIn(news.update);
  fed.skipped = SkippedBy(news.update);
  return fed;
}

void StudyFeed::FillHeartbeat(MessageHolder& out) const {
  v1::StudyUpdate& message = MessageOf(out);
  message.Clear();
  message.mutable_heartbeat();
}

std::string StudyFeed::WhereToResume() const {
  return "from_iterations = the last next_iteration of each run";
}

}  // namespace thalweg::rpc
