#include "server/studies/validation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/studies/arms.h"
#include "server/studies/halving.h"

namespace thalweg::studies {
namespace {

constexpr size_t kLongestName = 128;  // bytes
constexpr size_t kMostBadArms = 5;    // more are not looked for

/// An arm that cannot be run.
struct BadArm {
  size_t arm;
  std::string title;
  absl::Status why;
};

bool SameFaults(const absl::Status& a, const absl::Status& b) {
  const std::vector<Violation> of_a = ViolationsOf(a);
  const std::vector<Violation> of_b = ViolationsOf(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    [](const Violation& x, const Violation& y) {
                      return x.field == y.field && x.description == y.description;
                    });
}

/// What is wrong with single arms; or with the run, where all arms that were looked at say the
/// same.
absl::Status FaultsOf(const std::vector<BadArm>& bad, size_t arms) {
  const bool common = bad.size() == std::min(arms, kMostBadArms) &&
                      std::all_of(bad.begin(), bad.end(), [&bad](const BadArm& one) {
                        return SameFaults(one.why, bad[0].why);
                      });
  if (common && bad.size() > 1) return Under("run", bad[0].why);
  std::vector<Violation> violations;
  for (const BadArm& one : bad) {
    const absl::Status placed = Under(absl::StrCat("arms[", one.arm, "].run"), one.why);
    for (Violation& violation : ViolationsOf(placed)) {
      violation.description = absl::StrCat("(", one.title, ") ", violation.description);
      violations.push_back(std::move(violation));
    }
  }
  return Refuse(std::move(violations));
}

/// The first thing that is wrong with one of the arm's starts.
absl::Status CheckArm(runs::RunBook& book, const Study& study, size_t arm,
                      const PlannedArm& planned) {
  for (size_t start = 0; start < study.starts(); ++start) {
    const size_t run = arm * study.instances() + start * study.repetitions();
    const auto checked = book.Create(SpecOfRun(study, planned, run), "", /*validate_only=*/true);
    if (!checked.ok()) return checked.status();
  }
  return absl::OkStatus();
}

absl::Status CheckArms(runs::RunBook& book, Study& study) {
  std::vector<BadArm> bad;
  for (size_t arm = 0; arm < study.arms.size() && bad.size() < kMostBadArms; ++arm) {
    const absl::StatusOr<PlannedArm> planned = PlanArm(study.spec, arm);
    if (!planned.ok()) return planned.status();
    study.arms[arm].title = planned->title;
    absl::Status status = CheckArm(book, study, arm, *planned);
    if (status.ok()) continue;
    if (!absl::IsInvalidArgument(status) || ViolationsOf(status).empty()) return status;
    bad.push_back({arm, planned->title, std::move(status)});
  }
  return bad.empty() ? absl::OkStatus() : FaultsOf(bad, study.arms.size());
}

absl::Status CheckRest(const StudySpec& spec) {
  if (spec.display_name.size() > kLongestName) {
    return Refuse(
        "display_name", Reason::kInvalidValue,
        absl::StrCat(spec.display_name.size(), " bytes; at most ", kLongestName, " are allowed"));
  }
  for (size_t i = 0; i < spec.targets.size(); ++i) {
    if (std::isfinite(spec.targets[i])) continue;
    return Refuse(absl::StrCat("targets[", i, "]"), Reason::kInvalidValue,
                  absl::StrCat(spec.targets[i], "; expected a finite number"));
  }
  if (spec.budget < 0) {
    return Refuse("budget", Reason::kInvalidValue,
                  absl::StrCat(spec.budget, "; expected 0 (no limit) or more"));
  }
  // Values say who is ahead; where constraints are violated they do not.
  if (!spec.base.objective.constraints.empty()) {
    return Refuse(
        "run.objective.constraints", Reason::kInvalidValue,
        "studies compare values alone, so not those of constrained objectives; bounds are "
        "allowed");
  }
  if (spec.halving && spec.budget == 0) {
    return Refuse("budget", Reason::kMissingField, "must be given where it is halved");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Prepare(runs::RunBook& book, int64_t most_runs, Study& study) {
  if (absl::Status status = CheckRest(study.spec); !status.ok()) return status;
  const absl::StatusOr<size_t> arms = CountArms(study.spec, most_runs);
  if (!arms.ok()) return arms.status();
  study.arms.resize(*arms);
  study.runs.resize(*arms * study.instances());
  if (study.spec.budget > 0) {
    auto rungs = PlanRungs(static_cast<int64_t>(*arms), static_cast<int64_t>(study.instances()),
                           study.spec.budget, study.spec.halving);
    if (!rungs.ok()) return rungs.status();
    study.rungs = *std::move(rungs);
  }
  return CheckArms(book, study);
}

}  // namespace thalweg::studies
