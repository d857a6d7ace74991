#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "server/runs/subscription.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// A study between the conductor, who changes it, and those who look at it or wait for it.
class LiveStudy {
 public:
  struct View {
    std::shared_ptr<const Study> study;
    uint64_t changes = 0;  ///< So far.
  };

  explicit LiveStudy(Study study) : view_{std::make_shared<const Study>(std::move(study)), 0} {}

  View Shown() const;
  void Show(Study study);  ///< And wakes whoever waits for a change.

  /// Someone wants it to end.
  void WishCancelled();
  bool cancel_wished() const;

  /// Waits until it is over; false when nobody is left to bring that about.
  bool WaitUntilOver();
  /// The conductor leaves: nothing will change any more.
  void Leave();

  /// Has `subscription` fired once when something is shown that is new to a reader that has seen
  /// `changes`. False, and not armed, when there is already.
  bool Arm(const std::shared_ptr<runs::Subscription>& subscription, uint64_t changes);
  void Disarm(const std::shared_ptr<runs::Subscription>& subscription);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  View view_;
  bool cancel_wished_ = false;
  bool left_ = false;
  std::vector<std::shared_ptr<runs::Subscription>> armed_;
};

}  // namespace thalweg::studies
