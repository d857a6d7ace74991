#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

constexpr double kRise = 0.01;  // of the least validation value, from which on it is worth a word

}  // namespace

/// The loss over the rows held out rose again while f fell: what was learnt since the best is the
/// training rows' own noise. Prechelt (1998), "Early stopping, but when?"
std::optional<Finding> OverFitting(Ending& ending) {
  if (ending.curve.count() < 3) return std::nullopt;
  const LearningCurve::Point& best = ending.curve.best();
  const LearningCurve::Point& last = ending.curve.Before(0);
  const bool rose = last.validation - best.validation > kRise * std::abs(best.validation);
  if (!rose || !(last.epoch > best.epoch) || !(last.training < best.training)) return std::nullopt;

  Finding finding;
  finding.code = "over_fitting";
  finding.text = absl::StrFormat(
      "The model began to learn the training rows by heart: the best epoch was %.4g of %.4g, and "
      "the best iterate is the one there. More rows, a smaller model or a penalty (l2) would help; "
      "the rule `validation` stops in time.",
      best.epoch, last.epoch);
  finding.evidence = absl::StrFormat(
      "from epoch %.4g to %.4g the validation value rose from %.4g to %.4g while the training "
      "value "
      "fell from %.4g to %.4g",
      best.epoch, last.epoch, best.validation, last.validation, best.training, last.training);
  finding.suggested_stopping = {{"validation", {{"patience", 10.0}}}};
  finding.informational = ending.reason.criterion == "validation";
  return finding;
}

}  // namespace thalweg
