#include <algorithm>
#include <string_view>

#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

enum Needs : unsigned {
  kAnything = 0,
  kSteps = 1U << 0,  // makes sense only where steps were made
  kRate = 1U << 1,   // ... where the optimizer's settings give a learning rate
  kFree = 1U << 2,   // ... where nothing but bounds limits x: it looks at values all around
};

struct Row {
  FindingSeeker seek;
  unsigned needs;
  /// Findings that, once there, explain what this one would say.
  std::vector<std::string_view> unless = {};
};

const std::vector<Row>& Seekers() {
  static const std::vector<Row> rows = {
      {WrongGradient, kSteps | kFree},
      {Unbounded, kSteps | kFree, {"wrong_gradient"}},
      {Saddle, kFree},
      {Plateau, kFree, {"unbounded", "saddle"}},
      {LearningRateTooLarge, kSteps | kRate, {"wrong_gradient", "unbounded"}},
      {Noise, kSteps | kFree, {"wrong_gradient", "unbounded", "learning_rate_too_large"}},
      {Kink, kSteps | kFree, {"wrong_gradient", "unbounded", "learning_rate_too_large", "noise"}},
      {Oscillating, kSteps | kRate, {"wrong_gradient", "kink", "noise"}},
      {ToleranceUnreachable, kSteps | kFree, {"noise", "oscillating"}},
      {LearningRateTooSmall, kSteps | kRate, {"unbounded", "kink", "noise", "plateau"}},
      {Ravine,
       kSteps | kRate,
       {"wrong_gradient", "noise", "kink", "oscillating", "learning_rate_too_small",
        "tolerance_unreachable"}},
      {BudgetTooSmall, kSteps, {"wrong_gradient", "unbounded", "noise", "kink", "oscillating"}},
      {StartOptimal, kAnything, {"saddle", "maximum", "minimum", "plateau"}},
      {AtRounding, kSteps, {"tolerance_unreachable"}},
      {ActiveBounds, kAnything},
  };
  return rows;
}

bool Explained(const Row& row, const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return !finding.informational &&
           std::find(row.unless.begin(), row.unless.end(), finding.code) != row.unless.end();
  });
}

}  // namespace

std::vector<Finding> Diagnose(Ending& ending) {
  std::vector<Finding> findings;
  unsigned given = kAnything;
  if (ending.at.iteration > 0 && ending.previous_x.size() > 0) given |= kSteps;
  if (ending.optimizer.capabilities().rate) given |= kRate;
  if (!ending.problem().constraints().any()) given |= kFree;
  for (const Row& row : Seekers()) {
    if ((row.needs & ~given) != 0 || Explained(row, findings)) continue;
    if (auto finding = row.seek(ending)) findings.push_back(*std::move(finding));
  }
  return findings;
}

}  // namespace thalweg
