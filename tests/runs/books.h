#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/violation.h"
#include "server/runs/run_book.h"

// What tests of run books share: specs to run, and ways to wait for and to read a run.
namespace thalweg::runs {

inline Part WithSetting(std::string kind, std::string name, Setting value) {
  Part part{std::move(kind), {}};
  part.settings.emplace(std::move(name), std::move(value));
  return part;
}

/// A run of Rosenbrock's function that ends after `iterations`.
inline RunSpec SpecOf(const std::string& optimizer, int64_t iterations) {
  RunSpec spec;
  spec.objective.function = "rosenbrock";
  spec.optimizer = WithSetting(optimizer, "learning_rate", 1e-4);
  spec.stopping = {WithSetting("iterations", "threshold", static_cast<double>(iterations))};
  return spec;
}

/// A run that lasts longer than any test.
inline RunSpec EndlessSpec() { return SpecOf("adam", int64_t{1} << 40); }

inline RunBookOptions SmallOptions(int workers = 2) {
  RunBookOptions options;
  options.workers = workers;
  options.slice = std::chrono::microseconds(500);
  return options;
}

/// Something to sleep on until a watcher's wake-up call.
class Bell {
 public:
  std::function<void()> Wake() {
    return [this] {
      const std::lock_guard lock(mutex_);
      rung_ = true;
      changed_.notify_all();
    };
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return rung_; });
    rung_ = false;
  }
  void WaitUntil(SteadyTime time) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, time, [this] { return rung_; })) rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

/// All updates of a watcher, in order, until the last, or until `enough` says so.
inline std::vector<WatchUpdate> WatchAll(
    RunBook& book, const std::string& id, const WatchOptions& options = {},
    const std::function<bool(const WatchUpdate&)>& enough = nullptr) {
  Bell bell;
  auto watcher = book.Watch(id, options, bell.Wake());
  std::vector<WatchUpdate> updates;
  if (!watcher.ok()) {
    ADD_FAILURE() << watcher.status();
    return updates;
  }
  while (true) {
    auto step = (*watcher)->Next(std::chrono::steady_clock::now());
    if (!step.ok()) {
      ADD_FAILURE() << step.status();
      return updates;
    }
    if (step->update) {
      updates.push_back(*std::move(step->update));
      if (updates.back().last || (enough && enough(updates.back()))) return updates;
    } else if (step->not_before) {
      bell.WaitUntil(*step->not_before);
    } else {
      bell.Wait();
    }
  }
}

/// The run once it is over.
inline Run Finished(RunBook& book, const std::string& id) {
  WatchOptions newest;
  newest.mode = WatchMode::kLive;
  const std::vector<WatchUpdate> updates = WatchAll(book, id, newest);
  return updates.empty() ? Run() : std::get<Run>(updates.back().what);
}

/// Waits until the run has at least `iteration` durable.
inline void WaitForIteration(RunBook& book, const std::string& id, int64_t iteration) {
  WatchAll(book, id, {},
           [iteration](const WatchUpdate& update) { return update.next_iteration > iteration; });
}

/// Rows of all iterates that are retained in [0, to].
inline IterateBlock ReadTrace(RunBook& book, const std::string& id, int64_t to = INT64_MAX) {
  IterateBlock trace;
  IterateQuery query;
  query.to = to;
  query.page_size = 10'000;
  do {
    const auto page = book.ListIterates(id, query);
    if (!page.ok()) {
      ADD_FAILURE() << page.status();
      return trace;
    }
    trace.AppendRows(page->block, 0, page->block.rows());
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  return trace;
}

/// The bytes of all columns but the one that is no part of the trace's bits.
inline std::string BitsOf(IterateBlock block) {
  block.elapsed_seconds = 0;
  return Encode(block);
}

inline std::vector<Reason> ReasonsOf(const absl::Status& status) {
  std::vector<Reason> reasons;
  for (const Violation& violation : ViolationsOf(status)) reasons.push_back(violation.reason);
  return reasons;
}

}  // namespace thalweg::runs
