#include "server/rpc/translate/run_spec.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/overrides.h"
#include "server/rpc/translate/part.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

constexpr char kDefaultOptimizer[] = "gradient_descent";
constexpr size_t kMostDisplayNameBytes = 128;
constexpr size_t kMostLabels = 32;
constexpr size_t kMostLabelBytes = 63;
constexpr size_t kMostRequestIdBytes = 64;
// A row of so many numbers is still well below the 1 MiB that a stream's message may have.
constexpr int64_t kMostTracedCoordinates = 100'000;

bool IsLabelKey(std::string_view key) {
  return !key.empty() && key.size() <= kMostLabelBytes &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
         });
}

void AddNames(const v1::Run& run, runs::RunSpec& spec, Refusals& refusals) {
  CheckNames(run.display_name(), run.labels(), refusals);
  spec.display_name = run.display_name();
  spec.labels.insert(run.labels().begin(), run.labels().end());
}

void AddObjectiveAndStart(const v1::Run& run, runs::RunSpec& spec, Refusals& refusals) {
  auto start = FromWire(run.start());
  if (!start.ok()) refusals.Add("start", start.status());
  if (!run.has_objective()) {
    refusals.Add("objective", Reason::kMissingField,
                 "is missing; give an expression, the name of a test function or a model");
    return;
  }
  auto objective = FromWire(run.objective(), start.ok() ? *start : ShapedPoint());
  if (!objective.ok()) {
    refusals.Add("objective", objective.status());
    return;
  }
  spec.objective = *std::move(objective);
  spec.direction = DirectionFromWire(run.objective());
  if (start.ok()) spec.start = std::move(start->values);
}

void AddParts(const v1::Run& run, runs::RunSpec& spec, Refusals& refusals) {
  const bool chosen = !run.optimizer().kind().empty() || run.optimizer().settings_size() > 0;
  if (!chosen) {
    spec.optimizer.kind = kDefaultOptimizer;
  } else if (auto optimizer = FromWire(run.optimizer()); optimizer.ok()) {
    spec.optimizer = *std::move(optimizer);
  } else {
    refusals.Add("optimizer", optimizer.status());
  }
  if (run.has_batches()) {
    auto batches = FromWire(run.batches());
    if (!batches.ok()) refusals.Add("batches", batches.status());
    if (batches.ok()) spec.batches = *std::move(batches);
  }
  spec.stopping = RulesFromWire(run.stopping(), "", refusals);
  spec.changes = ChangesFromWire(run.changes(), refusals);
}

void AddNumbers(const v1::Run& run, runs::RunSpec& spec, Refusals& refusals) {
  if (run.has_seed()) spec.seed = run.seed();
  spec.first_iteration = run.first_iteration();
  if (spec.first_iteration < 0) {
    refusals.Add("first_iteration", Reason::kInvalidValue,
                 absl::StrCat("is ", spec.first_iteration, "; must be 0 or more"));
  }
  spec.pace = run.pace();
  if (!run.has_traced_coordinates()) return;
  spec.traced_coordinates = run.traced_coordinates();
  if (spec.traced_coordinates < 0 || spec.traced_coordinates > kMostTracedCoordinates) {
    refusals.Add("traced_coordinates", Reason::kInvalidValue,
                 absl::StrCat("is ", spec.traced_coordinates, "; must be in [0, ",
                              kMostTracedCoordinates, "]"));
  }
}

/// "start.x" -> "start.values[x]".
std::string WirePath(const std::string& field) {
  for (const std::string place : {"start.", "objective.lower.", "objective.upper."}) {
    if (!field.starts_with(place)) continue;
    return absl::StrCat(place, CoordinatePath(field.substr(place.size())));
  }
  return field;
}

}  // namespace

void CheckRequestId(const std::string& request_id, Refusals& refusals) {
  if (request_id.size() <= kMostRequestIdBytes) return;
  refusals.Add("request_id", Reason::kInvalidValue,
               absl::StrCat("has ", request_id.size(), " bytes; at most ", kMostRequestIdBytes,
                            " are allowed"));
}

void CheckNames(const std::string& display_name,
                const google::protobuf::Map<std::string, std::string>& labels, Refusals& refusals) {
  if (display_name.size() > kMostDisplayNameBytes) {
    refusals.Add("display_name", Reason::kInvalidValue,
                 absl::StrCat("has ", display_name.size(), " bytes; at most ",
                              kMostDisplayNameBytes, " are allowed"));
  }
  if (labels.size() > kMostLabels) {
    refusals.Add(
        "labels", Reason::kInvalidValue,
        absl::StrCat("has ", labels.size(), " entries; at most ", kMostLabels, " are allowed"));
    return;
  }
  for (const auto& [key, value] : labels) {
    if (!IsLabelKey(key)) {
      refusals.Add(Keyed("labels", key), Reason::kInvalidValue,
                   "has a key that is not 1 to 63 of the characters a-z, 0-9, _ and -");
    } else if (value.size() > kMostLabelBytes) {
      refusals.Add(
          Keyed("labels", key), Reason::kInvalidValue,
          absl::StrCat("has ", value.size(), " bytes; at most ", kMostLabelBytes, " are allowed"));
    }
  }
}

absl::StatusOr<runs::RunSpec> FromWire(const v1::Run& run) {
  Refusals refusals;
  runs::RunSpec spec;
  AddNames(run, spec, refusals);
  AddObjectiveAndStart(run, spec, refusals);
  AddParts(run, spec, refusals);
  AddNumbers(run, spec, refusals);
  if (!refusals.empty()) return refusals.ToStatus();
  return spec;
}

absl::Status InWireTerms(const absl::Status& status) {
  std::vector<Violation> violations = ViolationsOf(status);
  if (status.code() != absl::StatusCode::kInvalidArgument || violations.empty()) return status;
  for (Violation& violation : violations) violation.field = WirePath(violation.field);
  return Refuse(std::move(violations));
}

}  // namespace thalweg::rpc
