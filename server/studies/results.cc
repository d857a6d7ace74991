#include "server/studies/results.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/studies/reading.h"

namespace thalweg::studies {
namespace {

/// A run, without what may be large, and what the table needs of it.
struct Member {
  runs::Run run;
  Attempt attempt;
};

std::string EndingOf(const runs::Run& run) {
  if (run.stop_reason) return std::string(TerminationName(run.stop_reason->termination));
  return std::string(RunStateName(run.state));
}

/// What is known without the targets; nothing of a run that is gone or has no iterates.
absl::StatusOr<std::optional<Member>> MemberOf(runs::RunBook& book, const Study& study,
                                               size_t index, int64_t& variables) {
  if (study.runs[index].empty()) return std::nullopt;
  absl::StatusOr<runs::Run> run = book.Get(study.runs[index]);
  if (absl::IsNotFound(run.status()) || absl::IsDataLoss(run.status())) return std::nullopt;
  if (!run.ok()) return run.status();
  const auto start = StartValue(book, *run);
  if (absl::IsDataLoss(start.status()) || (start.ok() && !start->has_value())) return std::nullopt;
  if (!start.ok()) return start.status();
  variables = 0;
  for (const Variable& variable : run->variables) variables += variable.length;
  Member member;
  member.attempt.arm = study.arm_of(index);
  member.attempt.instance = index % study.instances();
  member.attempt.start_value = **start;
  member.attempt.best_value = InProblemsSign(*run, run->best_value);
  member.attempt.spent = {static_cast<double>(run->iterations),
                          static_cast<double>(run->evaluations.all()), run->elapsed_seconds};
  member.attempt.ending = EndingOf(*run);
  member.run = WithoutPoints(*std::move(run));
  return member;
}

std::vector<double> InProblemsSign(const StudySpec& spec) {
  std::vector<double> targets = spec.targets;
  if (spec.base.direction == Direction::kMaximize) {
    for (double& target : targets) target = -target;
  }
  return targets;
}

}  // namespace

absl::StatusOr<Results> ResultsOf(runs::RunBook& book, const Study& study) {
  std::vector<Member> members;
  std::vector<Attempt> attempts;
  int64_t variables = 0;
  for (size_t index = 0; index < study.runs.size(); ++index) {
    auto member = MemberOf(book, study, index, variables);
    if (!member.ok()) return member.status();
    if (!member->has_value()) continue;
    attempts.push_back((*member)->attempt);
    members.push_back(**std::move(member));
  }
  const std::vector<Target> targets = TargetsFor(InProblemsSign(study.spec));
  const double best = BestOf(attempts);
  for (size_t i = 0; i < members.size(); ++i) {
    for (const Target& target : targets) {
      const double value = ValueOf(target, attempts[i].start_value, best);
      auto cost = CostOf(book, members[i].run, value);
      if (!cost.ok() && !absl::IsDataLoss(cost.status())) return cost.status();
      attempts[i].reached.push_back(cost.ok() ? *cost : std::nullopt);
    }
  }
  std::vector<std::string> titles;
  for (const Arm& arm : study.arms) titles.push_back(arm.title);
  return Tabulate(targets, attempts, titles, variables);
}

}  // namespace thalweg::studies
