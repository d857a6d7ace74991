#include "server/core/models/model_objective.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/models/catalogue.h"
#include "server/core/models/data_objective.h"
#include "server/core/models/formula.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

/// A loss of numbers that a model of classes is asked for becomes that of its probabilities.
Part LossFor(const Part& loss, const ModelKind& kind) {
  if (loss.kind != "squared" || kind.task() != Task::kClassification) return loss;
  return {"squared_probability", loss.settings};
}

Task TaskOf(const ModelKind& kind, const Loss* loss, const ModelSpec& spec,
            const data::Table& table) {
  if (const auto task = kind.task()) return *task;
  if (loss != nullptr) return loss->task();
  const Index target = table.Find(spec.target);
  const bool categories = target >= 0 && table.columns()[static_cast<size_t>(target)].type ==
                                             data::ColumnType::kCategory;
  return categories ? Task::kClassification : Task::kRegression;
}

absl::Status RefuseLoss(const std::string& model, const std::string& loss, Task task) {
  std::vector<std::string> fitting;
  for (const auto& entry : Losses()) {
    const auto made = entry.make({entry.name, {}});
    if (made.ok() && (*made)->task() == task) fitting.push_back(entry.name);
  }
  const bool numbers = task == Task::kRegression;
  return Refuse("loss.kind", Reason::kInvalidValue,
                absl::StrFormat("%s is a loss of %s, and a %s model predicts %s; these fit: %s",
                                loss, numbers ? "classes" : "numbers", model,
                                numbers ? "numbers" : "classes", absl::StrJoin(fitting, ", ")));
}

absl::Status CheckTargets(const Loss& loss, const std::string& name, const std::string& target,
                          const Design& design) {
  for (const DesignRows* const rows : {&design.training(), &design.validation()}) {
    for (size_t i = 0; i < rows->targets.size(); ++i) {
      if (rows->targets[i] >= loss.least_target()) continue;
      return Refuse(
          "target", Reason::kInvalidValue,
          absl::StrFormat("row %d, column %s: %s; the loss %s takes %s and more",
                          rows->table_rows[i] + 1, Quoted(target), NumberText(rows->targets[i]),
                          name, NumberText(loss.least_target())));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Design>> DesignOf(const ModelSpec& spec, const Means& means,
                                                       const data::Table& table, Task task,
                                                       Encoding encoding) {
  if (means.designs != nullptr) return means.designs->Open(spec, task, encoding, *means.tables);
  return Design::Make(spec, table, task, encoding);
}

std::vector<std::string> RemarksOn(const ModelParts& parts, const std::string& model,
                                   const std::string& loss) {
  std::vector<std::string> remarks = parts.design->remarks();
  if (parts.model->linear() && !parts.loss->convex()) {
    remarks.push_back(absl::StrFormat(
        "%s of a %s model is not convex: descent may end in a minimum that is not the least, or "
        "stand still where answers are certain and wrong; cross_entropy is convex",
        loss == "squared_probability" ? "squared loss" : loss, model));
  }
  return remarks;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelObjective>> MakeModelObjective(const ModelSpec& spec,
                                                                   const Means& means) {
  if (spec.model.kind == "formula") return MakeFormulaObjective(spec, means);
  if (means.tables == nullptr) {
    return Refuse("dataset", Reason::kInvalidValue, "there are no datasets here");
  }
  const Part model_part =
      spec.model.kind.empty() ? Part{"linear", spec.model.settings} : spec.model;
  const auto kind = MakeFrom(Models(), "model", model_part);
  if (!kind.ok()) return Under("model", kind.status());
  const auto table = means.tables->Open(spec.dataset);
  if (!table.ok()) return table.status();

  Part loss_part = LossFor(spec.loss, **kind);
  std::shared_ptr<const Loss> loss;
  if (!loss_part.kind.empty()) {
    auto made = MakeFrom(Losses(), "loss", loss_part);
    if (!made.ok()) return Under("loss", made.status());
    loss = *std::move(made);
  }
  const Task task = TaskOf(**kind, loss.get(), spec, **table);
  if (loss && loss->task() != task) return RefuseLoss(model_part.kind, loss_part.kind, task);
  const auto design = DesignOf(spec, means, **table, task, (*kind)->encoding());
  if (!design.ok()) return design.status();
  const auto classes = static_cast<Index>((*design)->classes().size());
  if (!loss) {
    loss_part.kind = (*kind)->UsualLoss(task, classes);
    auto made = MakeFrom(Losses(), "loss", loss_part);
    if (!made.ok()) return Under("loss", made.status());
    loss = *std::move(made);
  }
  auto status = CheckTargets(*loss, loss_part.kind, spec.target, **design);
  if (!status.ok()) return status;
  const auto scores = loss->ScoresFor(classes);
  if (!scores.ok()) return Under("loss.kind", scores.status());
  auto model =
      (*kind)->Build(*design, (*kind)->score_per_class() ? std::max(*scores, classes) : *scores);
  if (!model.ok()) return Under("model", model.status());
  std::unique_ptr<PenaltyKind> penalty;
  if (!spec.penalty.kind.empty()) {
    auto made = MakeFrom(Penalties(), "penalty", spec.penalty);
    if (!made.ok()) return Under("penalty", made.status());
    penalty = *std::move(made);
  }
  ModelParts parts{*design, *std::move(model), loss};
  std::vector<std::string> remarks = RemarksOn(parts, model_part.kind, loss_part.kind);
  return std::make_unique<DataObjective>(
      DataObjective::Making{.parts = std::move(parts),
                            .penalty = penalty.get(),
                            .sum = spec.sum,
                            .squares = loss_part.kind == "squared",
                            .hands = means.hands,
                            .kink = loss_part.kind,
                            .remarks = std::move(remarks)});
}

}  // namespace thalweg::models
