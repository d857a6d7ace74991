#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/core/hands.h"

namespace thalweg::runs {

/// A fixed number of threads that help whoever evaluates something large. Pieces are handed out one
/// by one to whoever is free, the caller among them, so that a thread that the system takes away
/// holds up one piece and not its share of the whole.
class HandPool final : public Hands {
 public:
  /// `helpers` threads beside those that call; 0: callers work alone.
  explicit HandPool(int helpers);
  ~HandPool() override;

  /// Several callers share the helpers, each of which joins the caller that has fewest. What `work`
  /// throws all the same is thrown here once nobody is at work.
  void Do(Index count, const std::function<void(Index)>& work) override;

 private:
  struct Job;

  void Help();
  Job* Neediest();  // requires mutex_

  std::mutex mutex_;
  std::condition_variable wanted_;    // helpers: there is a job, or it is over
  std::condition_variable finished_;  // callers: a helper has left
  std::list<Job*> jobs_;              // whose callers are at work
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace thalweg::runs
