#include "server/core/stop_reason.h"

namespace thalweg {

std::string_view TerminationName(Termination termination) {
  switch (termination) {
    case Termination::kConverged:
      return "converged";
    case Termination::kLimit:
      return "limit";
    case Termination::kStalled:
      return "stalled";
    case Termination::kDiverged:
      return "diverged";
    case Termination::kNonFinite:
      return "non_finite";
    case Termination::kCancelled:
      return "cancelled";
    case Termination::kFailed:
      return "failed";
    case Termination::kPaused:
      return "paused";
  }
  return "failed";
}

}  // namespace thalweg
