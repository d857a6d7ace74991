#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/runs/run_book.h"

namespace thalweg::runs {

/// The runs as one tenant's callers see them: what it makes is its own, and what is another
/// tenant's is not there, with the very answers of runs that do not exist. Every way to the runs is
/// overridden here, so a new one cannot be forgotten: it would not compile.
class TenantRuns final : public RunBook {
 public:
  enum class Sight { kOwn, kAll };  ///< kAll: sees other tenants' runs as well.

  /// `all` outlives it, and it its watchers.
  TenantRuns(RunBook& all, std::string tenant, Sight sight)
      : all_(all), tenant_(std::move(tenant)), sight_(sight) {}

  absl::StatusOr<Run> Create(const RunSpec& spec, const std::string& request_id,
                             bool validate_only) override;
  absl::StatusOr<Run> Fork(const std::string& id, const ForkRequest& request,
                           const std::string& request_id, bool validate_only) override;
  absl::StatusOr<Run> Get(const std::string& id) override;
  absl::StatusOr<std::string> TenantOf(const std::string& id) override;
  absl::StatusOr<RunPage> List(const RunQuery& query) override;
  absl::StatusOr<Run> Cancel(const std::string& id) override;
  absl::StatusOr<Run> Pause(const std::string& id) override;
  absl::StatusOr<Run> Resume(const std::string& id, int64_t iterates) override;
  absl::StatusOr<ChangedRun> Change(const std::string& id, const Overrides& overrides) override;
  absl::Status Delete(const std::string& id) override;
  bool Uses(const std::string& dataset) override { return all_.Uses(dataset); }
  absl::StatusOr<std::unique_ptr<Watcher>> Watch(const std::string& id, const WatchOptions& options,
                                                 std::function<void()> wake) override;
  std::unique_ptr<RunListWatcher> WatchList(const RunFilter& filter,
                                            std::function<void()> wake) override;
  absl::StatusOr<IteratePage> ListIterates(const std::string& id,
                                           const IterateQuery& query) override;
  void Drain() override {}  ///< The whole book's is for the server alone.

 private:
  absl::Status Check(const std::string& id);  ///< NOT_FOUND where there is nothing to see.

  RunBook& all_;
  const std::string tenant_;
  const Sight sight_;
};

}  // namespace thalweg::runs
