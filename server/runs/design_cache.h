#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "server/core/models/design.h"

namespace thalweg::runs {

/// Designs that runs hold at present: those who want the same of the same table share one. A design
/// goes with the last run that holds it.
class DesignCache final : public models::DesignSource {
 public:
  absl::StatusOr<std::shared_ptr<const models::Design>> Open(const models::ModelSpec& spec,
                                                             models::Task task,
                                                             models::Encoding encoding,
                                                             data::TableSource& tables) override;

 private:
  /// Whoever comes first makes the design, and others who want it wait.
  struct Slot {
    std::mutex mutex;
    std::weak_ptr<const models::Design> design;
  };

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;  // by KeyOf
};

}  // namespace thalweg::runs
