#include "server/runs/changes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/batches/batch_plan.h"
#include "server/core/pairing.h"
#include "server/core/violation.h"
#include "server/runs/default_settings.h"

namespace thalweg::runs {
namespace {

void Append(const absl::Status& status, std::vector<Violation>& violations) {
  for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
}

Part* FindKind(std::vector<Part>& parts, std::string_view kind) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [kind](const Part& p) { return p.kind == kind; });
  return found == parts.end() ? nullptr : &*found;
}

// `part` with the settings of `more` in place of its own.
void Merge(const Part& more, Part& part) {
  for (const auto& [name, setting] : more.settings) part.settings[name] = setting;
}

// The rules that remain when an optimizer without gradients takes over.
void DropGradientRules(const Overrides& overrides, std::vector<Part>& rules) {
  std::erase_if(rules, [&overrides](const Part& rule) {
    const bool asked_for = std::any_of(overrides.stopping.begin(), overrides.stopping.end(),
                                       [&rule](const Part& o) { return o.kind == rule.kind; });
    return !asked_for && !CheckRules({rule}, {.gradient = false}).ok();
  });
}

}  // namespace

Change LatestSettings(const RunSpec& spec) {
  if (!spec.changes.empty()) return spec.changes.back();
  return {0, spec.optimizer, spec.stopping, spec.seed};
}

absl::StatusOr<Change> Altered(const RunSpec& spec, const Overrides& overrides) {
  Change change = LatestSettings(spec);
  change.seed = overrides.seed;
  const bool another =
      !overrides.optimizer.kind.empty() && overrides.optimizer.kind != change.optimizer.kind;
  if (another) {
    change.optimizer = overrides.optimizer;
  } else {
    Merge(overrides.optimizer, change.optimizer);
  }
  for (const Part& rule : overrides.stopping) {
    if (Part* const known = FindKind(change.stopping, rule.kind)) {
      Merge(rule, *known);
    } else {
      change.stopping.push_back(rule);
    }
  }
  std::vector<Violation> violations;
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", change.optimizer);
  Append(Under("optimizer", optimizer.status()), violations);
  for (size_t i = 0; i < overrides.stopping.size(); ++i) {
    const Part& rule = *FindKind(change.stopping, overrides.stopping[i].kind);
    const auto made = MakeFrom(StoppingRules(), "stopping rule", rule);
    Append(Under(absl::StrCat("stopping[", i, "]"), made.status()), violations);
  }
  if (optimizer.ok()) {
    const Capabilities can = (*optimizer)->capabilities();
    if (!can.gradient) DropGradientRules(overrides, change.stopping);
    const bool batched = SeesBatches(spec.batches);
    Append(Under("stopping", CheckRules(overrides.stopping, can, batched)), violations);
  }
  if (!violations.empty()) return Refuse(std::move(violations));
  Complete(change.optimizer, change.stopping, SeesBatches(spec.batches));
  return change;
}

absl::Status InTermsOfOverrides(const absl::Status& status, const RunSpec& spec) {
  std::vector<Violation> violations = ViolationsOf(status);
  if (status.code() != absl::StatusCode::kInvalidArgument || violations.empty()) return status;
  const std::string prefix = absl::StrCat("changes[", spec.changes.size() - 1, "].");
  for (Violation& violation : violations) {
    if (violation.field.starts_with(prefix)) violation.field.erase(0, prefix.size());
  }
  return Refuse(std::move(violations));
}

void Complete(Part& optimizer, std::vector<Part>& stopping, bool batched) {
  const auto regime = Regime::Make(optimizer, stopping, batched);
  if (!regime.ok()) return;
  stopping = regime->stopping();
  FillDefaults(optimizer, stopping);
}

}  // namespace thalweg::runs
