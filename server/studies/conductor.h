#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/runs/document_store.h"
#include "server/runs/run_book.h"
#include "server/studies/live_study.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// Brings one study to its end: makes its runs, compares them at the end of each rung, lets the
/// best go on and cancels the rest, and draws up the results. Whatever it does next follows from
/// the study's record and its runs' durable states alone, and may be done twice; so after a crash
/// it simply goes on. One thread.
class Conductor {
 public:
  enum class Next {
    kWait,   ///< Until `wake` is called.
    kAgain,  ///< There is more to do.
    kLater,  ///< Something is full or busy: try again in a while.
    kOver,   ///< The study is over.
  };

  /// `wake` is called from any thread when a run has changed; it must not block. `broken` is called
  /// when the store cannot be written to any more; may be empty.
  Conductor(runs::RunBook& book, runs::DocumentStore& store, runs::StoredDocument key,
            std::shared_ptr<LiveStudy> live, std::function<void()> wake,
            std::function<void(const absl::Status&)> broken);

  const std::string& id() const { return study_.id; }
  const std::shared_ptr<LiveStudy>& live() const { return live_; }

  /// Does what can be done now, for about as long as a few commits take.
  Next Advance();

 private:
  /// A run that was made.
  struct Follow {
    std::unique_ptr<runs::Watcher> watcher;  // of its states alone; none once it is over
    runs::Run run;                           // as last seen, without what may be large
    bool over = false;
  };
  /// Runs with news; shared with wake-up calls.
  struct News {
    std::mutex mutex;
    std::vector<size_t> runs;
  };

  absl::Status Make(size_t run);
  absl::Status MakeSome();
  absl::Status FollowRun(size_t run);
  void LookAt(size_t run);
  void LookAtNews();

  bool AllMade() const;
  bool AllOver() const;
  bool RungIsOver() const;
  absl::Status Promote();
  absl::Status Act(size_t run);
  absl::Status ActOnAll();
  absl::StatusOr<bool> WaitsForPromotion(size_t run);
  absl::Status Cancel(size_t run);
  absl::Status CancelAll();
  absl::Status Finish(StudyState state);
  absl::Status Save(const Study& study);

  absl::Status Step(bool& over);

  runs::RunBook& book_;
  runs::DocumentStore& store_;
  const runs::StoredDocument key_;
  const std::shared_ptr<LiveStudy> live_;
  const std::function<void()> wake_;
  const std::function<void(const absl::Status&)> broken_;  // may be empty
  const std::shared_ptr<News> news_ = std::make_shared<News>();
  Study study_;
  std::vector<Follow> follows_;  // by run
  std::string failure_;          // why it cannot go on
};

/// What a study is called in a DocumentStore.
inline constexpr char kDocumentKind[] = "study";

}  // namespace thalweg::studies
