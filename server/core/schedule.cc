#include "server/core/schedule.h"

#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/number_text.h"

namespace thalweg {

absl::StatusOr<Schedule> Schedule::From(const Setting& setting) {
  if (const auto* number = std::get_if<double>(&setting)) {
    if (std::isfinite(*number)) return Schedule(*number);
    return Refuse("", Reason::kInvalidValue,
                  absl::StrCat("is ", NumberText(*number), "; expected a finite number"));
  }
  const auto* parts = std::get_if<std::vector<Part>>(&setting);
  if (parts == nullptr || parts->size() != 1) {
    return Refuse("", Reason::kInvalidValue, "expected a number or one schedule {kind, settings}");
  }
  auto curve = MakeFrom(Schedules(), "schedule", parts->front());
  if (!curve.ok()) return curve.status();
  return Schedule(std::shared_ptr<const ScheduleCurve>(*std::move(curve)));
}

}  // namespace thalweg
