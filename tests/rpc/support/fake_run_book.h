#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/runs/run_book.h"

namespace thalweg::rpc {

/// Rows [from, to] of a made-up trace: iterate k has the value 1 / (k + 1) and x = (k, -k).
inline runs::IterateBlock Rows(int64_t from, int64_t to) {
  runs::IterateBlock block;
  block.coordinates = 2;
  for (int64_t k = from; k <= to; ++k) {
    const double value = 1.0 / static_cast<double>(k + 1);
    block.iteration.push_back(k);
    block.value.push_back(value);
    block.best_value.push_back(value);
    block.gradient_norm.push_back(2 * value);
    block.gradient_max.push_back(value);
    block.step_norm.push_back(0.5);
    block.learning_rate.push_back(0.1);
    block.value_evaluations.push_back(k + 1);
    block.gradient_evaluations.push_back(k + 1);
    block.flags.push_back(kNewBest);
    block.x.push_back(static_cast<double>(k));
    block.x.push_back(static_cast<double>(-k));
  }
  return block;
}

/// A RunBook whose runs do what the test says: no workers, no disk, no mathematics.
class FakeRunBook final : public runs::RunBook {
 public:
  /// Lets the run go on to iteration `last`.
  void Record(const std::string& id, int64_t last) {
    const std::lock_guard lock(mutex_);
    runs_.at(id).iterations = last;
    WakeAll();
  }
  void End(const std::string& id, runs::RunState state) {
    const std::lock_guard lock(mutex_);
    EndLocked(runs_.at(id), state);
  }
  bool WaitUntilOver(const std::string& id, std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return runs::IsTerminal(runs_.at(id).state); });
  }
  int watchers() {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(wakes_.size());
  }
  runs::RunSpec last_spec() {
    const std::lock_guard lock(mutex_);
    return last_spec_;
  }
  runs::RunQuery last_query() {
    const std::lock_guard lock(mutex_);
    return last_query_;
  }
  runs::IterateQuery last_iterate_query() {
    const std::lock_guard lock(mutex_);
    return last_iterate_query_;
  }
  /// What the next calls of Get do: to see what becomes of failures.
  void FailGetWith(std::function<absl::StatusOr<runs::Run>()> failure) {
    const std::lock_guard lock(mutex_);
    get_failure_ = std::move(failure);
  }
  bool Uses(const std::string& /*dataset*/) override { return false; }
  void set_max_rows_per_update(int64_t rows) { max_rows_ = rows; }

  absl::StatusOr<runs::Run> Create(const runs::RunSpec& spec, const std::string& request_id,
                                   bool validate_only) override {
    const std::lock_guard lock(mutex_);
    last_spec_ = spec;
    if (draining_) {
      return RefuseWith(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "shutting down");
    }
    if (spec.optimizer.kind != "gradient_descent" && spec.optimizer.kind != "adam") {
      return Refuse("optimizer.kind", Reason::kUnknownName,
                    UnknownName("optimizer", spec.optimizer.kind, {"gradient_descent", "adam"}));
    }
    if (const auto start = spec.start.find("x");
        start != spec.start.end() && start->second.front() < 0) {
      return Refuse("start.x", Reason::kInitialPointNotFinite, "log of -1");
    }
    if (const auto known = requests_.find(request_id);
        !request_id.empty() && known != requests_.end()) {
      const runs::Run& before = runs_.at(known->second);
      if (before.spec.objective.expression == spec.objective.expression) return before;
      return RefuseWith(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused,
                        "request_id came before with another run");
    }
    runs::Run run;
    run.spec = spec;
    run.variables = {{"x", false, 2}};
    if (validate_only) return run;
    run.id = absl::StrCat("r", runs_.size() + 1);
    run.state = runs::RunState::kRunning;
    if (!request_id.empty()) requests_[request_id] = run.id;
    order_.push_back(run.id);
    list_log_.Changed(std::make_shared<runs::Run>(run), runs::StandingOf(run));
    return runs_[run.id] = run;
  }

  /// Has no path to share: the fork is a new run whose spec tells what was asked for.
  absl::StatusOr<runs::Run> Fork(const std::string& id, const runs::ForkRequest& request,
                                 const std::string& /*request_id*/, bool validate_only) override {
    const std::lock_guard lock(mutex_);
    if (!runs_.contains(id)) {
      return RefuseWith(absl::StatusCode::kNotFound, Reason::kRunNotFound, "no such run");
    }
    last_fork_ = request;
    runs::Run run = runs_.at(id);
    run.parent = id;
    run.spec.first_iteration = request.iteration.value_or(run.iterations);
    if (validate_only) {
      run.id.clear();
      return run;
    }
    run.id = absl::StrCat("r", runs_.size() + 1);
    order_.push_back(run.id);
    return runs_[run.id] = run;
  }
  absl::StatusOr<runs::ChangedRun> Change(const std::string& id,
                                          const runs::Overrides& overrides) override {
    const std::lock_guard lock(mutex_);
    if (!runs_.contains(id)) {
      return RefuseWith(absl::StatusCode::kNotFound, Reason::kRunNotFound, "no such run");
    }
    runs::Run& run = runs_.at(id);
    if (!overrides.same_path()) {
      run.spec.changes.push_back({run.iterations, overrides.optimizer, overrides.stopping, {}});
    }
    run.spec.pace = overrides.pace.value_or(run.spec.pace);
    return runs::ChangedRun{run, run.iterations};
  }
  int64_t last_iterates() {
    const std::lock_guard lock(mutex_);
    return last_iterates_;
  }
  runs::ForkRequest last_fork() {
    const std::lock_guard lock(mutex_);
    return last_fork_;
  }

  absl::StatusOr<runs::Run> Get(const std::string& id) override {
    std::unique_lock lock(mutex_);
    if (get_failure_) {
      const auto failure = get_failure_;
      lock.unlock();
      return failure();
    }
    return Find(id);
  }

  absl::StatusOr<std::string> TenantOf(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto run = Find(id);
    if (!run.ok()) return run.status();
    return run->spec.tenant;
  }

  absl::StatusOr<runs::RunPage> List(const runs::RunQuery& query) override {
    const std::lock_guard lock(mutex_);
    last_query_ = query;
    if (!query.page_token.empty() && !runs_.contains(query.page_token)) {
      return Refuse("page_token", Reason::kPageTokenInvalid, "no token of this list");
    }
    runs::RunPage page;
    bool reached = query.page_token.empty();
    for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
      if (static_cast<int>(page.runs.size()) == query.page_size) break;
      if (reached) page.runs.push_back(runs_.at(*id));
      if (*id == query.page_token) reached = true;
      const bool full = static_cast<int>(page.runs.size()) == query.page_size;
      if (full && std::next(id) != order_.rend()) page.next_page_token = *id;
    }
    return page;
  }

  absl::StatusOr<runs::Run> Cancel(const std::string& id) override {
    return Change(id, runs::RunState::kCancelled);
  }
  absl::StatusOr<runs::Run> Pause(const std::string& id) override {
    return Change(id, runs::RunState::kPaused);
  }
  absl::StatusOr<runs::Run> Resume(const std::string& id, int64_t iterates) override {
    {
      const std::lock_guard lock(mutex_);
      last_iterates_ = iterates;
    }
    return Change(id, runs::RunState::kRunning);
  }
  absl::Status Delete(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto run = Find(id);
    if (!run.ok()) return run.status();
    if (!runs::IsTerminal(run->state)) {
      return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
                        "the run is not over");
    }
    runs_.erase(id);
    std::erase(order_, id);
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<runs::Watcher>> Watch(const std::string& id,
                                                       const runs::WatchOptions& options,
                                                       std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    const auto run = Find(id);
    if (!run.ok()) return run.status();
    if (options.from_iteration > run->iterations + 1 && options.from_iteration > 0) {
      return RefuseWith(absl::StatusCode::kOutOfRange, Reason::kIterationOutOfRange,
                        absl::StrCat("iteration ", options.from_iteration, " has not been made"));
    }
    auto watcher = std::make_unique<FakeWatcher>(*this, id, options.from_iteration);
    wakes_[watcher.get()] = std::move(wake);
    return watcher;
  }

  absl::StatusOr<runs::IteratePage> ListIterates(const std::string& id,
                                                 const runs::IterateQuery& query) override {
    const std::lock_guard lock(mutex_);
    last_iterate_query_ = query;
    const auto run = Find(id);
    if (!run.ok()) return run.status();
    const int64_t to = std::min({run->iterations, query.to, query.from + query.page_size - 1});
    return runs::IteratePage{Rows(query.from, to), ""};
  }

  /// Tells of runs that are made, and of nothing else.
  std::unique_ptr<runs::RunListWatcher> WatchList(const runs::RunFilter& filter,
                                                  std::function<void()> wake) override {
    return list_log_.Watch(filter, std::move(wake));
  }

  void Drain() override {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }

 private:
  class FakeWatcher final : public runs::Watcher {
   public:
    FakeWatcher(FakeRunBook& book, std::string id, int64_t from)
        : book_(book), id_(std::move(id)), next_(from) {}
    ~FakeWatcher() override {
      const std::lock_guard lock(book_.mutex_);
      book_.wakes_.erase(this);
    }
    absl::StatusOr<runs::WatchStep> Next(runs::SteadyTime /*now*/) override {
      const std::lock_guard lock(book_.mutex_);
      const runs::Run& run = book_.runs_.at(id_);
      if (!std::exchange(greeted_, true)) return Update(run, false);
      if (next_ <= run.iterations) {
        const int64_t to = std::min(run.iterations, next_ + book_.max_rows_ - 1);
        auto block = std::make_shared<const runs::IterateBlock>(Rows(next_, to));
        next_ = to + 1;
        return runs::WatchStep{runs::WatchUpdate{std::move(block), next_, false}, {}};
      }
      if (runs::IsTerminal(run.state)) return Update(run, true);
      return runs::WatchStep{};
    }

   private:
    runs::WatchStep Update(const runs::Run& run, bool last) const {
      return {runs::WatchUpdate{run, next_, last}, {}};
    }
    FakeRunBook& book_;
    const std::string id_;
    int64_t next_;
    bool greeted_ = false;
  };

  absl::StatusOr<runs::Run> Find(const std::string& id) const {
    const auto found = runs_.find(id);
    if (found != runs_.end()) return found->second;
    return RefuseWith(absl::StatusCode::kNotFound, Reason::kRunNotFound,
                      absl::StrCat("there is no run runs/", id));
  }
  absl::StatusOr<runs::Run> Change(const std::string& id, runs::RunState state) {
    const std::lock_guard lock(mutex_);
    const auto run = Find(id);
    if (!run.ok()) return run;
    if (runs::IsTerminal(run->state) || run->state == state) {
      return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
                        "the run's state does not allow that");
    }
    if (runs::IsTerminal(state)) {
      EndLocked(runs_.at(id), state);
    } else {
      runs_.at(id).state = state;
    }
    return runs_.at(id);
  }
  void EndLocked(runs::Run& run, runs::RunState state) {
    run.state = state;
    run.stop_reason = StopReason{};
    run.stop_reason->termination =
        state == runs::RunState::kCancelled ? Termination::kCancelled : Termination::kConverged;
    WakeAll();
    changed_.notify_all();
  }
  void WakeAll() {
    for (const auto& [watcher, wake] : wakes_) wake();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, runs::Run> runs_;
  runs::RunListLog list_log_;
  std::vector<std::string> order_;
  std::map<std::string, std::string> requests_;
  std::map<const runs::Watcher*, std::function<void()>> wakes_;
  std::function<absl::StatusOr<runs::Run>()> get_failure_;
  runs::RunSpec last_spec_;
  runs::ForkRequest last_fork_;
  int64_t last_iterates_ = 0;
  runs::RunQuery last_query_;
  runs::IterateQuery last_iterate_query_;
  std::atomic<int64_t> max_rows_{1000};
  bool draining_ = false;
};

}  // namespace thalweg::rpc
