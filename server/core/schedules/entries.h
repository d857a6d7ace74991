#pragma once

#include "server/core/schedule.h"

// The rows of the catalogue, one file each. All are pure in the iteration k, for any k >= 0 up to
// 2^53, and follow PyTorch's closed forms (torch.optim.lr_scheduler); each file says where not.
// After their last step they hold their final value.

namespace thalweg {

ScheduleEntry ConstantEntry();
ScheduleEntry StepEntry();
ScheduleEntry ExponentialEntry();
ScheduleEntry InverseTimeEntry();
ScheduleEntry PolynomialEntry();
ScheduleEntry CosineEntry();
ScheduleEntry WarmupEntry();
ScheduleEntry OneCycleEntry();
ScheduleEntry WarmRestartsEntry();
ScheduleEntry PiecewiseEntry();
ScheduleEntry SequenceEntry();

}  // namespace thalweg
