#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "server/studies/study_book.h"

namespace thalweg::studies {

/// The studies as one tenant's callers see them: as runs::TenantRuns.
class TenantStudies final : public StudyBook {
 public:
  enum class Sight { kOwn, kAll };

  /// `all` outlives it, and it its watchers.
  TenantStudies(StudyBook& all, std::string tenant, Sight sight)
      : all_(all), tenant_(std::move(tenant)), sight_(sight) {}

  absl::StatusOr<Study> Create(const StudySpec& spec, const std::string& request_id,
                               bool validate_only) override;
  absl::StatusOr<Study> Get(const std::string& id) override;
  absl::StatusOr<std::string> TenantOf(const std::string& id) override;
  absl::StatusOr<StudyPage> List(const StudyQuery& query) override;
  absl::StatusOr<Study> Cancel(const std::string& id) override;
  absl::Status Delete(const std::string& id) override;
  absl::StatusOr<std::unique_ptr<StudyWatcher>> Watch(const std::string& id,
                                                      const StudyWatchOptions& options,
                                                      std::function<void()> wake) override;
  void Drain() override {}  ///< The whole book's is for the server alone.

 private:
  absl::Status Check(const std::string& id);  ///< NOT_FOUND where there is nothing to see.

  StudyBook& all_;
  const std::string tenant_;
  const Sight sight_;
};

}  // namespace thalweg::studies
