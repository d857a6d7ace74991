#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

constexpr FindingSeeker kSeekers[] = {
    LearningRateTooLarge,
    Oscillating,
    LearningRateTooSmall,
    BudgetTooSmall,
};

}  // namespace

std::vector<Finding> Diagnose(Ending& ending) {
  std::vector<Finding> findings;
  if (ending.at.iteration == 0) return findings;
  for (const FindingSeeker seek : kSeekers) {
    if (auto finding = seek(ending)) findings.push_back(*std::move(finding));
  }
  return findings;
}

}  // namespace thalweg
