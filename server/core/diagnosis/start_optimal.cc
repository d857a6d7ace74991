#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {

/// Nothing was done since the start has no slope.
std::optional<Finding> StartOptimal(Ending& ending) {
  if (ending.at.iteration > 0 || EndedShort(ending)) return std::nullopt;
  Finding finding;
  finding.code = "start_optimal";
  finding.informational = true;
  finding.text = "The start already meets the rule that ended the run: nothing was done.";
  finding.evidence =
      absl::StrFormat("%s is %.3g at the start, and %.3g ends a run", ending.reason.criterion,
                      ending.reason.measured, ending.reason.threshold);
  return finding;
}

}  // namespace thalweg
