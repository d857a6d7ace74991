#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

struct Row {
  FindingSeeker seek;
  bool about_rate;  // makes sense only where the optimizer's settings give a learning rate
};

constexpr Row kSeekers[] = {
    {LearningRateTooLarge, true},
    {Oscillating, true},
    {LearningRateTooSmall, true},
    {BudgetTooSmall, false},
};

}  // namespace

std::vector<Finding> Diagnose(Ending& ending) {
  std::vector<Finding> findings;
  if (ending.at.iteration == 0) return findings;
  const bool has_rate = ending.optimizer.capabilities().rate;
  for (const auto& [seek, about_rate] : kSeekers) {
    if (about_rate && !has_rate) continue;
    if (auto finding = seek(ending)) findings.push_back(*std::move(finding));
  }
  return findings;
}

}  // namespace thalweg
