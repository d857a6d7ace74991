#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/catalog_entry.h"
#include "server/core/part.h"

namespace thalweg {

/// A scalar as a function of the iteration. Pure: the same k gives the same value, so a schedule
/// remembers nothing and survives a restart by being rebuilt from its settings.
class ScheduleCurve {
 public:
  virtual ~ScheduleCurve() = default;
  /// The value for the step from iterate k to k + 1, k >= 0.
  virtual double At(int64_t k) const = 0;
};

/// A scalar option that may change with the iteration: a constant, or a curve from the catalogue.
class Schedule {
 public:
  Schedule(double constant = 0) : constant_(constant) {}  // NOLINT: a number is a schedule
  explicit Schedule(std::shared_ptr<const ScheduleCurve> curve) : curve_(std::move(curve)) {}

  /// From a number or a part {kind: "cosine", ...}.
  static absl::StatusOr<Schedule> From(const Setting& setting);

  double At(int64_t k) const { return curve_ ? curve_->At(k) : constant_; }
  bool constant() const { return curve_ == nullptr; }

 private:
  double constant_ = 0;
  std::shared_ptr<const ScheduleCurve> curve_;  // null for a constant
};

using ScheduleEntry = CatalogEntry<ScheduleCurve>;

/// Every schedule there is; defined in schedules/catalogue.cc.
std::span<const ScheduleEntry> Schedules();

}  // namespace thalweg
