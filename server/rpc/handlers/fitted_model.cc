#include "server/rpc/handlers/fitted_model.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/objective_spec.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/understand.h"
#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

/// A formula's unknowns are named by `point`.
absl::StatusOr<std::unique_ptr<models::ModelObjective>> Build(const ObjectiveSpec& spec,
                                                              const NamedValues& point,
                                                              const models::Means& means) {
  auto built = BuildObjective(spec, point, expression::kWidestLimits, means.maker, means);
  if (!built.ok()) return built.status();
  return std::unique_ptr<models::ModelObjective>(
      dynamic_cast<models::ModelObjective*>(built->release()));
}

/// x at the last durable iterate.
absl::StatusOr<Vector> NewestX(runs::RunBook& runs, const runs::Run& run, Index n) {
  runs::IterateQuery query;
  query.from = query.to = std::max<int64_t>(run.iterations, 0);
  const auto page = runs.ListIterates(run.id, query);
  if (!page.ok()) return page.status();
  const runs::IterateBlock& block = page->block;
  if (block.empty()) {
    return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
                      absl::StrCat("runs/", run.id, " has made no iterate yet; try again soon"));
  }
  if (block.coordinates < n) {
    return RefuseWith(
        absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
        absl::StrFormat(
            "runs/%s is not over, and its iterates keep %d of the %d numbers of x; wait "
            "for its end, or make it with traced_coordinates = %d",
            run.id, block.coordinates, n, n));
  }
  return Vector(Eigen::Map<const Vector>(block.x.data(), n));
}

absl::StatusOr<KnownModel> ModelOfRun(runs::RunBook& runs, const models::Means& means,
                                      const std::string& name) {
  const auto parsed = RunName::Parse(name);
  if (!parsed.ok()) {
    return Refuse("model.run", Reason::kInvalidValue,
                  ViolationsOf(parsed.status()).front().description);
  }
  const auto run = runs.Get(parsed->id());
  if (!run.ok()) return run.status();
  if (!run->spec.objective.model) {
    return Refuse("model.run", Reason::kInvalidValue,
                  absl::StrCat(name, " does not fit a model: its objective is a formula"));
  }
  KnownModel model;
  model.spec = *run->spec.objective.model;
  auto made = Build(run->spec.objective, run->spec.start, means);
  if (!made.ok()) return made.status();
  model.objective = *std::move(made);
  const Layout& layout = model.objective->layout();
  auto x = run->best ? layout.Flatten(run->best->x) : NewestX(runs, *run, layout.size());
  if (!x.ok()) return x.status();
  model.x = *std::move(x);
  return model;
}

absl::StatusOr<KnownModel> ModelOfObjective(const models::Means& means,
                                            const v1::FittedModel& wire) {
  const auto x = FromWire(wire.x());
  if (!x.ok()) return Under("model.x", x.status());
  const auto spec = FromWire(wire.objective(), *x);
  if (!spec.ok()) return Under("model.objective", spec.status());
  if (!spec->model) {
    return Refuse("model.objective.model", Reason::kMissingField,
                  "is missing; only a model of a dataset can be asked what it predicts");
  }
  auto made = Build(*spec, x->values, means);
  if (!made.ok()) return Under("model.objective", made.status());
  KnownModel model;
  model.spec = *spec->model;
  model.objective = *std::move(made);
  return model;
}

}  // namespace

absl::StatusOr<KnownModel> FindModel(runs::RunBook& runs, const models::Means& means,
                                     const v1::FittedModel& wire) {
  switch (wire.of_case()) {
    case v1::FittedModel::kRun:
      return ModelOfRun(runs, means, wire.run());
    case v1::FittedModel::kObjective:
      return ModelOfObjective(means, wire);
    case v1::FittedModel::OF_NOT_SET:
      break;
  }
  return Refuse("model", Reason::kMissingField,
                "is missing; give a run, or an objective with a model and x");
}

absl::StatusOr<Vector> PointOf(const KnownModel& model, const v1::FittedModel& wire) {
  if (wire.x().values_size() > 0) return FlatPoint(model.objective->layout(), wire.x(), "model.x");
  if (model.x.size() > 0) return model.x;
  return Refuse("model.x", Reason::kMissingField,
                "is missing; an objective alone has no values for its unknowns");
}

absl::Status CheckHasScores(const KnownModel& model) {
  if (model.objective->parts().model) return absl::OkStatus();
  return Refuse("model", Reason::kInvalidValue,
                absl::StrCat("a model of the kind ", model.spec.model.kind,
                             " says what a row costs and predicts nothing"));
}

absl::StatusOr<std::shared_ptr<const data::Table>> OpenTable(const models::Means& means,
                                                             const std::string& name,
                                                             const std::string& path) {
  const auto id = ParseName("datasets", name);
  if (!id.ok()) {
    return Refuse(path, Reason::kInvalidValue, ViolationsOf(id.status()).front().description);
  }
  if (means.tables == nullptr) {
    return Refuse(path, Reason::kInvalidValue, "this server keeps no datasets");
  }
  return means.tables->Open(*id);
}

models::Interrupted Asking(const Interruption& interruption) {
  return [&interruption] { return interruption.Check(); };
}

}  // namespace thalweg::rpc
