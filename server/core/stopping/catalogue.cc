#include "server/core/stopping/entries.h"

namespace thalweg {

std::span<const StoppingRuleEntry> StoppingRules() {
  static const std::vector<StoppingRuleEntry> entries{
      GradientNormEntry(), StepSizeEntry(),   ValueChangeEntry(), RelativeValueChangeEntry(),
      TargetValueEntry(),  StallEntry(),      IterationsEntry(),  EvaluationsEntry(),
      TimeEntry(),         DivergenceEntry(), NonFiniteEntry(),   PauseEntry(),
      EpochsEntry(),       ValidationEntry(),
  };
  return entries;
}

}  // namespace thalweg
