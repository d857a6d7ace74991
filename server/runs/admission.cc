#include "server/runs/admission.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/batches/batch_plan.h"
#include "server/core/bounds_spec.h"
#include "server/core/constraint_spec.h"
#include "server/core/violation.h"
#include "server/runs/changes.h"
#include "server/runs/default_settings.h"
#include "server/runs/pacer.h"

namespace thalweg::runs {
namespace {

constexpr size_t kLongestName = 128;  // bytes of a display name, and of a label's value
constexpr size_t kLongestKey = 63;    // bytes of a label's key
constexpr size_t kMostLabels = 32;

void Append(const absl::Status& status, std::vector<Violation>& violations) {
  if (status.ok()) return;
  std::vector<Violation> found = ViolationsOf(status);
  if (found.empty()) found.push_back({"", Reason::kInvalidValue, std::string(status.message())});
  for (Violation& violation : found) violations.push_back(std::move(violation));
}

bool IsKey(const std::string& key) {
  return !key.empty() && key.size() <= kLongestKey && absl::ascii_islower(key.front()) != 0 &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_' ||
                  c == '.';
         });
}

void CheckNames(const RunSpec& spec, std::vector<Violation>& violations) {
  if (spec.display_name.size() > kLongestName) {
    violations.push_back(
        {"display_name", Reason::kInvalidValue,
         absl::StrCat(spec.display_name.size(), " bytes; at most ", kLongestName, " are allowed")});
  }
  if (spec.labels.size() > kMostLabels) {
    violations.push_back(
        {"labels", Reason::kInvalidValue,
         absl::StrCat(spec.labels.size(), " labels; at most ", kMostLabels, " are allowed")});
  }
  for (const auto& [key, value] : spec.labels) {
    if (!IsKey(key)) {
      violations.push_back({"labels", Reason::kInvalidValue,
                            absl::StrCat("key ", Quoted(key),
                                         "; expected a lower-case letter, then "
                                         "letters, digits, '-', '_' and '.', at most ",
                                         kLongestKey, " in all")});
    } else if (value.size() > kLongestName) {
      violations.push_back(
          {absl::StrCat("labels[", key, "]"), Reason::kInvalidValue,
           absl::StrCat(value.size(), " bytes; at most ", kLongestName, " are allowed")});
    }
  }
}

void CheckPace(const RunSpec& spec, std::vector<Violation>& violations) {
  Append(Under("pace", Pacer::Check(spec.pace)), violations);
}

// Before anything of that size is made.
absl::Status CheckSize(const RunSpec& spec, int64_t max_variables) {
  auto coordinates = static_cast<double>(std::max<int64_t>(spec.objective.dimension, 0));
  double declared = 0;
  double given = 0;
  for (const Variable& variable : spec.objective.variables) {
    declared += static_cast<double>(std::max<Index>(variable.length, 0));
  }
  for (const auto& [name, values] : spec.start) given += static_cast<double>(values.size());
  coordinates = std::max({coordinates, declared, given});
  if (coordinates <= static_cast<double>(max_variables)) return absl::OkStatus();
  return Refuse("objective", Reason::kQuotaExceeded,
                absl::StrCat("it has ", static_cast<int64_t>(coordinates),
                             " coordinates; this server allows ", max_variables));
}

uint64_t DrawSeed() {
  std::random_device device;
  return (uint64_t{device()} << 32U) | device();
}

// What can be said about the rest when there is no objective to try it with.
void CheckParts(const RunSpec& spec, std::vector<Violation>& violations) {
  Append(Under("optimizer", MakeFrom(Optimizers(), "optimizer", spec.optimizer).status()),
         violations);
  Append(Under("stopping", WithSafeguards(spec.stopping).status()), violations);
  if (!spec.batches.kind.empty()) {
    Append(Under("batches", MakeFrom(BatchPlans(), "batches", spec.batches).status()), violations);
  }
}

/// The start of a model may depend on the seed, which is known.
absl::Status FillStart(const Objective& objective, RunSpec& spec, Vector& start) {
  if (spec.start.empty()) {
    absl::StatusOr<NamedValues> usual = DefaultStart(spec.objective, objective, *spec.seed);
    if (!usual.ok()) return Under("start", usual.status());
    spec.start = *std::move(usual);
  }
  absl::StatusOr<Vector> flat = objective.layout().Flatten(spec.start);
  if (!flat.ok()) return Under("start", flat.status());
  start = *std::move(flat);
  return absl::OkStatus();
}

void FillRest(Index n, RunSpec& spec) {
  const auto coordinates = static_cast<int64_t>(n);
  if (spec.traced_coordinates < 0) spec.traced_coordinates = kDefaultTracedCoordinates;
  spec.traced_coordinates = std::min(spec.traced_coordinates, coordinates);
}

/// Methods that search a box take a test function's usual one where none is given.
absl::Status FillBounds(const Layout& layout, RunSpec& spec, Bounds& bounds) {
  ObjectiveSpec& objective = spec.objective;
  if (objective.lower.empty() && objective.upper.empty()) {
    const auto optimizer = MakeFrom(Optimizers(), "optimizer", spec.optimizer);
    const bool search = optimizer.ok() && (*optimizer)->capabilities().needs_bounds;
    if (search) TakeUsualBox(layout, objective);
  }
  absl::StatusOr<Bounds> read = BoundsOf(objective, layout);
  if (!read.ok()) return Under("objective", read.status());
  bounds = *std::move(read);
  return absl::OkStatus();
}

DescentSettings SettingsOf(const RunSpec& spec, Vector start, Bounds bounds) {
  return {.optimizer = spec.optimizer,
          .stopping = spec.stopping,
          .direction = spec.direction,
          .start = std::move(start),
          .bounds = std::move(bounds),
          .seed = *spec.seed,
          .batches = spec.batches,
          .changes = spec.changes,
          .first_iteration = spec.first_iteration};
}

}  // namespace

absl::StatusOr<Admitted> Admit(RunSpec spec, const expression::Limits& limits,
                               expression::CodeMaker* maker, const models::Means& means,
                               EventSink& events) {
  if (absl::Status status = CheckSize(spec, limits.coordinates); !status.ok()) return status;
  std::vector<Violation> violations;
  CheckNames(spec, violations);
  CheckPace(spec, violations);
  if (!spec.seed) spec.seed = DrawSeed();
  const auto began = std::chrono::steady_clock::now();
  auto objective = BuildObjective(spec.objective, spec.start, limits, maker, means);
  events.On(ObjectiveCompiled{objective.ok(), std::chrono::steady_clock::now() - began});
  Vector start;
  Bounds bounds;
  absl::StatusOr<Constraints> constraints = Constraints();
  absl::Status status = Under("objective", objective.status());
  Append(status, violations);
  if (status.ok()) {
    Append(FillStart(**objective, spec, start), violations);
    Append(FillBounds((*objective)->layout(), spec, bounds), violations);
    constraints = BuildConstraints(spec.objective, (*objective)->layout(), limits, maker);
    Append(Under("objective", constraints.status()), violations);
  }
  if (!violations.empty()) {
    CheckParts(spec, violations);
    return Refuse(std::move(violations));
  }
  Admitted admitted;
  admitted.variables = (*objective)->layout().variables();
  // Settings that are not valid stay as given: errors name their places in the caller's lists.
  const bool batched = SeesBatches(spec.batches);
  Complete(spec.optimizer, spec.stopping, batched);
  for (Change& change : spec.changes) Complete(change.optimizer, change.stopping, batched);
  FillDefaults(spec.batches);
  auto descent = Descent::Create(*std::move(objective), SettingsOf(spec, start, bounds),
                                 *std::move(constraints));
  if (!descent.ok()) return descent.status();
  if (status = (*descent)->Begin(); !status.ok()) return status;
  FillRest(start.size(), spec);
  admitted.spec = std::move(spec);
  admitted.descent = *std::move(descent);
  return admitted;
}

absl::StatusOr<std::unique_ptr<Descent>> BuildDescent(const RunSpec& spec,
                                                      expression::CodeMaker* maker,
                                                      const models::Means& means) {
  auto objective =
      BuildObjective(spec.objective, spec.start, expression::kWidestLimits, maker, means);
  if (!objective.ok()) return objective.status();
  absl::StatusOr<Vector> start = (*objective)->layout().Flatten(spec.start);
  if (!start.ok()) return start.status();
  absl::StatusOr<Bounds> bounds = BoundsOf(spec.objective, (*objective)->layout());
  if (!bounds.ok()) return bounds.status();
  absl::StatusOr<Constraints> constraints =
      BuildConstraints(spec.objective, (*objective)->layout(), expression::kWidestLimits, maker);
  if (!constraints.ok()) return constraints.status();
  return Descent::Create(*std::move(objective),
                         SettingsOf(spec, *std::move(start), *std::move(bounds)),
                         *std::move(constraints));
}

}  // namespace thalweg::runs
