#include "server/core/schedules/entries.h"

namespace thalweg {

std::span<const ScheduleEntry> Schedules() {
  static const std::vector<ScheduleEntry> entries{
      ConstantEntry(),     StepEntry(),      ExponentialEntry(), InverseTimeEntry(),
      PolynomialEntry(),   CosineEntry(),    WarmupEntry(),      OneCycleEntry(),
      WarmRestartsEntry(), PiecewiseEntry(), SequenceEntry(),
  };
  return entries;
}

}  // namespace thalweg
