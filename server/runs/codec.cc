#include "server/runs/codec.h"

#include <cmath>
#include <cstring>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/core/state.h"
#include "server/runs/crc32c.h"

namespace thalweg::runs {
namespace {

// What is written, in order, is what is read: every type has one function for both directions.

// Records of every version up to this one can be read.
// 2: bounds of the objective.
// 3: products with the Hessian.
// 4: constraints.
// 5: changes of settings, and where a trace begins; the run that one was forked from.
// 6: advice in findings, certificates.
// 7: the pace of a run, and where it pauses again.
// 8: whose a run is.
// 9: models of datasets, batches of their rows.
constexpr int64_t kVersion = 9;
constexpr int kDeepestPart = 16;  // parts within parts

template <typename Enum>
void KeepEnum(State& state, std::string_view name, Enum& value, Enum last) {
  auto number = static_cast<int64_t>(value);
  state.Keep(name, number);
  if (number < 0 || number > static_cast<int64_t>(last))
    state.Fail("unknown enumerator");
  else
    value = static_cast<Enum>(number);
}

template <typename List, typename KeepOne>
void KeepList(State& state, std::string_view name, List& list, KeepOne keep_one) {
  auto count = static_cast<int64_t>(list.size());
  state.Keep(name, count);
  if (!state.writing()) list.clear();
  for (int64_t i = 0; i < count && state.status().ok(); ++i) {
    if (!state.writing()) list.emplace_back();
    keep_one(list[static_cast<size_t>(i)]);
  }
}

template <typename Value, typename KeepValue>
void KeepMap(State& state, std::string_view name, std::map<std::string, Value>& map,
             KeepValue keep_value) {
  std::vector<std::pair<std::string, Value>> entries;
  if (state.writing()) entries.assign(map.begin(), map.end());
  KeepList(state, name, entries, [&](auto& entry) {
    state.Keep("key", entry.first);
    keep_value(entry.second);
  });
  if (state.writing()) return;
  map.clear();
  for (auto& entry : entries) map.insert(std::move(entry));
}

template <typename Value, typename KeepValue>
void KeepOptional(State& state, std::string_view name, std::optional<Value>& value,
                  KeepValue keep_value) {
  bool present = value.has_value();
  state.Keep(name, present);
  if (!present) {
    value.reset();
    return;
  }
  if (!value) value.emplace();
  keep_value(*value);
}

void KeepTime(State& state, std::string_view name, WallTime& time) {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  int64_t since_epoch = duration_cast<nanoseconds>(time.time_since_epoch()).count();
  state.Keep(name, since_epoch);
  time = WallTime(duration_cast<WallTime::duration>(nanoseconds(since_epoch)));
}

template <size_t I = 0>
void SetAlternative(Setting& setting, int64_t index) {
  if constexpr (I < std::variant_size_v<Setting>) {
    if (index == static_cast<int64_t>(I))
      setting.emplace<I>();
    else
      SetAlternative<I + 1>(setting, index);
  }
}

void KeepPart(State& state, Part& part, int depth);

void KeepSetting(State& state, Setting& setting, int depth) {
  auto index = static_cast<int64_t>(setting.index());
  state.Keep("type", index);
  if (index < 0 || index >= static_cast<int64_t>(std::variant_size_v<Setting>)) {
    state.Fail("unknown type of setting");
    return;
  }
  if (!state.writing()) SetAlternative(setting, index);
  if (auto* parts = std::get_if<std::vector<Part>>(&setting)) {
    KeepList(state, "parts", *parts, [&](Part& part) { KeepPart(state, part, depth + 1); });
    return;
  }
  std::visit(
      [&state](auto& value) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::vector<Part>>) {
          state.Keep("value", value);
        }
      },
      setting);
}

void KeepPart(State& state, Part& part, int depth = 0) {
  if (depth > kDeepestPart) {
    state.Fail("parts are nested too deeply");
    return;
  }
  state.Keep("kind", part.kind);
  KeepMap(state, "settings", part.settings,
          [&](Setting& setting) { KeepSetting(state, setting, depth); });
}

void KeepVariable(State& state, Variable& variable) {
  state.Keep("name", variable.name);
  state.Keep("scalar", variable.scalar);
  // A matrix says the length of its rows first, as a negative number: what no length is.
  int64_t columns = -variable.columns;
  if (state.writing() && columns != 0) state.Keep("length", columns);
  int64_t length = variable.length;
  state.Keep("length", length);
  if (!state.writing() && length < 0) {
    columns = length;
    state.Keep("length", length);
  }
  variable.columns = -columns;
  variable.length = length;
}

/// A matrix is kept as no scalar can be: with several numbers, the first its rows' length.
void KeepParameter(State& state, expression::Parameter& parameter) {
  const bool matrix = parameter.columns > 0;
  bool scalar = parameter.scalar || matrix;
  state.Keep("scalar", scalar);
  std::vector<double> values = parameter.values;
  if (matrix) values.insert(values.begin(), static_cast<double>(parameter.columns));
  state.Keep("values", values);
  if (state.writing()) return;
  parameter = {scalar, std::move(values)};
  if (!scalar || parameter.values.size() < 2) return;
  const double columns = parameter.values.front();
  const auto count = static_cast<double>(parameter.values.size() - 1);
  if (!(columns >= 1 && columns <= count && std::fmod(count, columns) == 0)) {
    state.Fail("a matrix whose rows are not of one length");
    return;
  }
  parameter.scalar = false;
  parameter.columns = static_cast<int64_t>(columns);
  parameter.values = std::vector<double>(parameter.values.begin() + 1, parameter.values.end());
}

void KeepValues(State& state, std::string_view name, NamedValues& values) {
  KeepMap(state, name, values, [&](std::vector<double>& list) { state.Keep("values", list); });
}

void KeepConstraint(State& state, ConstraintSpec& constraint) {
  const auto keep_bound = [&](double& bound) { state.Keep("bound", bound); };
  state.Keep("name", constraint.name);
  state.Keep("expression", constraint.expression);
  KeepOptional(state, "has_lower", constraint.lower, keep_bound);
  KeepOptional(state, "has_upper", constraint.upper, keep_bound);
}

void KeepModel(State& state, models::ModelSpec& model) {
  state.Keep("dataset", model.dataset);
  state.Keep("target", model.target);
  KeepList(state, "features", model.features,
           [&](std::string& feature) { state.Keep("feature", feature); });
  state.Keep("weights", model.weights);
  KeepPart(state, model.model);
  KeepPart(state, model.loss);
  KeepPart(state, model.penalty);
  KeepEnum(state, "scaling", model.scaling, models::Scaling::kRobust);
  KeepEnum(state, "missing", model.missing, models::Missing::kFill);
  state.Keep("validation", model.split.validation);
  state.Keep("test", model.split.test);
  state.Keep("folds", model.split.folds);
  state.Keep("fold", model.split.fold);
  state.Keep("split_seed", model.split.seed);
  state.Keep("in_order", model.split.in_order);
  state.Keep("sum", model.sum);
}

void KeepObjective(State& state, ObjectiveSpec& objective, int64_t version) {
  state.Keep("expression", objective.expression);
  state.Keep("function", objective.function);
  KeepList(state, "variables", objective.variables,
           [&](Variable& variable) { KeepVariable(state, variable); });
  KeepMap(state, "parameters", objective.parameters,
          [&](expression::Parameter& parameter) { KeepParameter(state, parameter); });
  int64_t dimension = objective.dimension;
  state.Keep("dimension", dimension);
  objective.dimension = dimension;
  if (version < 2) return;
  KeepValues(state, "lower", objective.lower);
  KeepValues(state, "upper", objective.upper);
  if (version < 4) return;
  KeepList(state, "constraints", objective.constraints,
           [&](ConstraintSpec& constraint) { KeepConstraint(state, constraint); });
  state.Keep("feasibility_tolerance", objective.feasibility_tolerance);
  if (version < 9) return;
  KeepOptional(state, "of_model", objective.model,
               [&](models::ModelSpec& model) { KeepModel(state, model); });
}

void KeepSeed(State& state, std::optional<uint64_t>& seed) {
  KeepOptional(state, "seeded", seed, [&](uint64_t& value) { state.Keep("seed", value); });
}

void KeepChange(State& state, Change& change) {
  state.Keep("iteration", change.iteration);
  KeepPart(state, change.optimizer);
  KeepList(state, "stopping", change.stopping, [&](Part& part) { KeepPart(state, part); });
  KeepSeed(state, change.seed);
}

void KeepSpec(State& state, RunSpec& spec, int64_t version) {
  state.Keep("display_name", spec.display_name);
  KeepMap(state, "labels", spec.labels, [&](std::string& value) { state.Keep("value", value); });
  KeepObjective(state, spec.objective, version);
  KeepEnum(state, "direction", spec.direction, Direction::kMaximize);
  KeepValues(state, "start", spec.start);
  KeepPart(state, spec.optimizer);
  KeepList(state, "stopping", spec.stopping, [&](Part& part) { KeepPart(state, part); });
  KeepSeed(state, spec.seed);
  state.Keep("traced_coordinates", spec.traced_coordinates);
  if (version < 5) return;
  KeepList(state, "changes", spec.changes, [&](Change& change) { KeepChange(state, change); });
  state.Keep("first_iteration", spec.first_iteration);
  if (version >= 7) state.Keep("pace", spec.pace);
  if (version >= 8) state.Keep("tenant", spec.tenant);
  if (version >= 9) KeepPart(state, spec.batches);
}

bool LearnsFromData(const RunSpec& spec) {
  return spec.objective.model.has_value() || !spec.batches.kind.empty();
}

void KeepIterate(State& state, FullIterate& iterate) {
  state.Keep("iteration", iterate.iteration);
  state.Keep("value", iterate.value);
  state.Keep("gradient_norm", iterate.gradient_norm);
  KeepValues(state, "x", iterate.x);
}

void KeepFit(State& state, Fit& fit) {
  state.Keep("observations", fit.observations);
  state.Keep("degrees_of_freedom", fit.degrees_of_freedom);
  state.Keep("residual_deviation", fit.residual_deviation);
  state.Keep("standard_errors", fit.standard_errors);
  state.Keep("covariance", fit.covariance);
  state.Keep("correlation", fit.correlation);
  state.Keep("rank", fit.rank);
}

void KeepCertificate(State& state, Certificate& certificate) {
  KeepEnum(state, "verdict", certificate.verdict, Verdict::kSaddle);
  state.Keep("text", certificate.text);
  state.Keep("iteration", certificate.iteration);
  state.Keep("gradient_norm", certificate.gradient_norm);
  state.Keep("gradient_max", certificate.gradient_max);
  KeepOptional(state, "curved", certificate.curvature, [&](Curvature& curvature) {
    state.Keep("least", curvature.least);
    state.Keep("greatest", curvature.greatest);
    state.Keep("condition", curvature.condition);
    state.Keep("resolution", curvature.resolution);
    state.Keep("exact", curvature.exact);
  });
  KeepList(state, "active_bounds", certificate.active_bounds, [&](ActiveBound& active) {
    state.Keep("coordinate", active.coordinate);
    state.Keep("upper", active.upper);
    state.Keep("bound", active.bound);
    state.Keep("multiplier", active.multiplier);
  });
  state.Keep("active_bound_count", certificate.active_bound_count);
  KeepOptional(state, "has_distance", certificate.distance,
               [&](double& distance) { state.Keep("distance", distance); });
  KeepOptional(state, "has_gap", certificate.gap, [&](double& gap) { state.Keep("gap", gap); });
  KeepOptional(state, "has_fit", certificate.fit, [&](Fit& fit) { KeepFit(state, fit); });
}

void KeepFinding(State& state, Finding& finding, int64_t version) {
  state.Keep("code", finding.code);
  state.Keep("text", finding.text);
  state.Keep("evidence", finding.evidence);
  KeepMap(state, "suggested", finding.suggested_settings,
          [&](Setting& setting) { KeepSetting(state, setting, 0); });
  if (version < 6) return;
  state.Keep("informational", finding.informational);
  KeepOptional(state, "has_optimizer", finding.suggested_optimizer,
               [&](Part& part) { KeepPart(state, part); });
  KeepList(state, "stopping", finding.suggested_stopping,
           [&](Part& part) { KeepPart(state, part); });
  KeepValues(state, "start", finding.suggested_start);
}

void KeepReason(State& state, StopReason& reason, int64_t version) {
  KeepEnum(state, "termination", reason.termination, Termination::kFailed);
  state.Keep("criterion", reason.criterion);
  state.Keep("measured", reason.measured);
  state.Keep("threshold", reason.threshold);
  state.Keep("detail", reason.detail);
  KeepList(state, "findings", reason.findings,
           [&](Finding& finding) { KeepFinding(state, finding, version); });
  if (version < 6) return;
  KeepOptional(state, "certified", reason.certificate,
               [&](Certificate& certificate) { KeepCertificate(state, certificate); });
}

void KeepStanding(State& state, Run& run, int64_t version) {
  KeepEnum(state, "state", run.state, RunState::kFailed);
  KeepTime(state, "created", run.created);
  KeepOptional(state, "started", run.started, [&](WallTime& t) { KeepTime(state, "at", t); });
  KeepOptional(state, "ended", run.ended, [&](WallTime& t) { KeepTime(state, "at", t); });
  state.Keep("elapsed_seconds", run.elapsed_seconds);
  state.Keep("iterations", run.iterations);
  state.Keep("value_evaluations", run.evaluations.values);
  state.Keep("gradient_evaluations", run.evaluations.gradients);
  if (version >= 3) state.Keep("hessian_products", run.evaluations.hessian_products);
  state.Keep("value", run.value);
  state.Keep("best_value", run.best_value);
  state.Keep("best_iteration", run.best_iteration);
  state.Keep("gradient_norm", run.gradient_norm);
  state.Keep("learning_rate", run.learning_rate);
  state.Keep("oldest_iteration", run.oldest_iteration);
}

void KeepRecord(State& state, RunRecord& record, int64_t version) {
  Run& run = record.run;
  state.Keep("id", run.id);
  KeepSpec(state, run.spec, version);
  KeepList(state, "variables", run.variables,
           [&](Variable& variable) { KeepVariable(state, variable); });
  KeepStanding(state, run, version);
  KeepOptional(state, "has_best", run.best, [&](FullIterate& at) { KeepIterate(state, at); });
  KeepOptional(state, "has_last", run.last, [&](FullIterate& at) { KeepIterate(state, at); });
  KeepOptional(state, "is_over", run.stop_reason,
               [&](StopReason& r) { KeepReason(state, r, version); });
  state.Keep("segment", record.retention.segment);
  state.Keep("full_segments", record.retention.full_segments);
  if (version >= 5) state.Keep("parent", run.parent);
  if (version < 7) return;
  KeepOptional(state, "stepped", run.pause_at, [&](int64_t& k) { state.Keep("pause_at", k); });
}

void KeepCheckpoint(State& state, Checkpoint& checkpoint, int64_t /*version*/) {
  state.Keep("iteration", checkpoint.iteration);
  state.Keep("elapsed_seconds", checkpoint.elapsed_seconds);
  state.Keep("best_iteration", checkpoint.best_iteration);
  state.Keep("descent", checkpoint.descent);
}

void KeepEvents(State& state, EventLog& log, int64_t /*version*/) { log.Remember(state); }

void KeepFork(State& state, std::pair<std::string, ForkRequest>& fork, int64_t version) {
  auto& [parent, request] = fork;
  state.Keep("parent", parent);
  KeepOptional(state, "at", request.iteration, [&](int64_t& k) { state.Keep("iteration", k); });
  KeepPart(state, request.overrides.optimizer);
  KeepList(state, "stopping", request.overrides.stopping,
           [&](Part& part) { KeepPart(state, part); });
  KeepSeed(state, request.overrides.seed);
  state.Keep("display_name", request.display_name);
  KeepMap(state, "labels", request.labels, [&](std::string& value) { state.Keep("value", value); });
  if (version < 7) return;
  KeepOptional(state, "paced", request.overrides.pace,
               [&](double& pace) { state.Keep("pace", pace); });
}

uint64_t Fnv1a(const std::string& bytes) {
  uint64_t digest = 0xCBF29CE484222325U;  // FNV-1a, 64 bits
  for (const char byte : bytes) {
    digest = (digest ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  }
  return digest;
}

// Bytes of a value behind its version, with a checksum behind all.
template <typename Value, typename KeepValue>
std::string Sealed(Value value, KeepValue keep_value, int64_t version = kVersion) {
  State state = State::Writer();
  state.Keep("version", version);
  keep_value(state, value, version);
  std::string bytes = state.TakeBytes();
  const uint32_t checksum = Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return bytes;
}

template <typename Value, typename KeepValue>
absl::StatusOr<Value> Unsealed(std::string bytes, KeepValue keep_value,
                               absl::StatusCode misfit = absl::StatusCode::kDataLoss) {
  uint32_t checksum = 0;
  if (bytes.size() < sizeof(checksum)) return absl::DataLossError("stored record: cut short");
  const size_t length = bytes.size() - sizeof(checksum);
  std::memcpy(&checksum, bytes.data() + length, sizeof(checksum));
  bytes.resize(length);
  if (checksum != Crc32c(bytes)) {
    return absl::DataLossError("stored record: checksum does not match");
  }
  State state = State::Reader(std::move(bytes));
  int64_t version = 0;
  state.Keep("version", version);
  if (version > kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the data were written by a newer server (record version ", version, "; this server knows ",
        kVersion, "): use that version or another data directory"));
  }
  if (version < 1) return absl::DataLossError("stored record: a version below 1");
  Value value;
  keep_value(state, value, version);
  if (absl::Status status = state.Finish(); !status.ok())
    return absl::Status(misfit, status.message());
  return value;
}

}  // namespace

std::string Encode(const RunRecord& record) { return Sealed(record, KeepRecord); }

absl::StatusOr<RunRecord> DecodeRunRecord(std::string bytes) {
  return Unsealed<RunRecord>(std::move(bytes), KeepRecord);
}

std::string Encode(const Checkpoint& checkpoint) { return Sealed(checkpoint, KeepCheckpoint); }

absl::StatusOr<Checkpoint> DecodeCheckpoint(std::string bytes) {
  return Unsealed<Checkpoint>(std::move(bytes), KeepCheckpoint, absl::StatusCode::kUnimplemented);
}

std::string Encode(const EventLog& log) { return Sealed(log, KeepEvents); }

absl::StatusOr<EventLog> DecodeEventLog(std::string bytes) {
  return Unsealed<EventLog>(std::move(bytes), KeepEvents);
}

uint64_t DigestOf(const std::string& parent, const ForkRequest& request) {
  return Fnv1a(Sealed(std::pair(parent, request), KeepFork, request.overrides.pace ? 7 : 6));
}

// As before where nothing is new: what is made of runs has digests of these bytes.
std::string Encode(const RunSpec& spec) {
  const int64_t version = LearnsFromData(spec)   ? 9
                          : !spec.tenant.empty() ? 8
                          : spec.pace != 0       ? 7
                                                 : 6;
  return Sealed(spec, KeepSpec, version);
}

absl::StatusOr<RunSpec> DecodeRunSpec(std::string bytes) {
  return Unsealed<RunSpec>(std::move(bytes), KeepSpec);
}

uint64_t DigestOf(const RunSpec& spec) {
  // In the first version that can say all of it, so that digests outlive an upgrade.
  const ObjectiveSpec& of = spec.objective;
  const bool bounded = !of.lower.empty() || !of.upper.empty();
  const bool constrained =
      !of.constraints.empty() || of.feasibility_tolerance != kFeasibilityTolerance;
  const bool changes = !spec.changes.empty() || spec.first_iteration != 0;
  const int64_t version = LearnsFromData(spec) ? 9
                          : spec.pace != 0     ? 7
                          : changes            ? 5
                          : constrained        ? 4
                          : bounded            ? 2
                                               : 1;
  return Fnv1a(Sealed(spec, KeepSpec, version));
}

}  // namespace thalweg::runs
