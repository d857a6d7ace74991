#pragma once

#include "server/core/batches/batch_plan.h"

// The rows of the catalogue, one file each kind of drawing.

namespace thalweg {

BatchPlanEntry FullEntry();
BatchPlanEntry ShuffledEntry();
BatchPlanEntry SequentialEntry();
BatchPlanEntry WithReplacementEntry();
BatchPlanEntry ImportanceEntry();

}  // namespace thalweg
