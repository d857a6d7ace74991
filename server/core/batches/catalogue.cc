#include "server/core/batches/plans.h"

namespace thalweg {

std::span<const BatchPlanEntry> BatchPlans() {
  static const std::vector<BatchPlanEntry> entries{
      FullEntry(), ShuffledEntry(), SequentialEntry(), WithReplacementEntry(), ImportanceEntry(),
  };
  return entries;
}

}  // namespace thalweg
