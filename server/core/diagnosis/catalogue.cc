#include <algorithm>
#include <string_view>

#include "server/core/batches/batch_plan.h"
#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

enum Needs : unsigned {
  kAnything = 0,
  kSteps = 1U << 0,  // makes sense only where steps were made
  kRate = 1U << 1,   // ... where the optimizer's settings give a learning rate
  kFree = 1U << 2,   // ... where nothing but bounds limits x: it looks at values all around
  kWhole = 1U << 3,  // ... where steps saw all rows: it looks at values along the way
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
      {NoiseFloor, kSteps, {"learning_rate_too_large"}},
      {OverFitting, kSteps},
      {VanishingGradient, kSteps},
      {UnscaledFeatures, kSteps},
      {Oscillating, kSteps | kRate | kWhole, {"wrong_gradient", "kink", "noise"}},
      {ToleranceUnreachable, kSteps | kFree | kWhole, {"noise", "oscillating"}},
      {LearningRateTooSmall, kSteps | kRate | kWhole, {"unbounded", "kink", "noise", "plateau"}},
      {Ravine,
       kSteps | kRate | kWhole,
       {"unscaled_features", "wrong_gradient", "noise", "kink", "oscillating",
        "learning_rate_too_small", "tolerance_unreachable"}},
      {BudgetTooSmall,
       kSteps | kWhole,
       {"wrong_gradient", "unbounded", "noise", "kink", "oscillating"}},
      {StartOptimal, kAnything, {"saddle", "maximum", "minimum", "plateau"}},
      {AtRounding, kSteps | kWhole, {"tolerance_unreachable"}},
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
  if (!SeesBatches(ending.batches)) given |= kWhole;
  for (const Row& row : Seekers()) {
    if ((row.needs & ~given) != 0 || Explained(row, findings)) continue;
    if (auto finding = row.seek(ending)) findings.push_back(*std::move(finding));
  }
  return findings;
}

}  // namespace thalweg
