#include <algorithm>
#include <array>

#include "server/core/stopping_rule.h"

namespace thalweg {
namespace {

// The most telling first: a run that has gone to infinity also hits its limit one day.
constexpr std::array kMostTellingFirst = {
    Termination::kNonFinite, Termination::kDiverged, Termination::kConverged,
    Termination::kStalled,   Termination::kLimit,    Termination::kPaused,
};

size_t Precedence(Termination termination) {
  const auto* const place =
      std::find(kMostTellingFirst.begin(), kMostTellingFirst.end(), termination);
  return static_cast<size_t>(place - kMostTellingFirst.begin());
}

}  // namespace

std::optional<StopReason> Ask(std::span<const std::unique_ptr<StoppingRule>> rules,
                              const Progress& progress, bool unfinished) {
  std::optional<StopReason> chosen;
  for (const auto& rule : rules) {
    std::optional<StopReason> reason = rule->Check(progress);
    if (!reason) continue;
    if (reason->termination == Termination::kConverged && !progress.feasible) continue;
    const bool done = reason->termination == Termination::kConverged ||
                      reason->termination == Termination::kStalled;
    if (done && unfinished) continue;
    if (!chosen || Precedence(reason->termination) < Precedence(chosen->termination)) {
      chosen = std::move(reason);
    }
  }
  return chosen;
}

}  // namespace thalweg
