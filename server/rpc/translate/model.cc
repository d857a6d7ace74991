#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"
#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/part.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {
namespace {

constexpr char kDatasets[] = "datasets";
constexpr int kMostFeatures = 100'000;
constexpr double kMostHeldOut = 0.9;
constexpr int64_t kMostFolds = 100;

std::string Range(double value, double most) {
  return absl::StrCat("is ", NumberText(value), "; must be in [0, ", NumberText(most), "]");
}

void AddPart(const v1::Part& wire, const char* field, Part& part, Refusals& refusals) {
  if (wire.kind().empty() && wire.settings_size() == 0) return;
  auto read = FromWire(wire);
  if (!read.ok()) return refusals.Add(field, read.status());
  part = *std::move(read);
}

void AddColumns(const v1::Model& wire, models::ModelSpec& model, Refusals& refusals) {
  model.target = wire.target();
  model.weights = wire.weights();
  if (wire.features_size() > kMostFeatures) {
    refusals.Add("features", Reason::kInvalidValue,
                 absl::StrCat("has ", wire.features_size(), " entries; at most ", kMostFeatures,
                              " are allowed"));
    return;
  }
  model.features.assign(wire.features().begin(), wire.features().end());
}

void AddChoices(const v1::Model& wire, models::ModelSpec& model, Refusals& refusals) {
  switch (wire.scaling()) {
    case v1::FEATURE_SCALING_UNSPECIFIED:
    case v1::FEATURE_SCALING_STANDARD:
      model.scaling = models::Scaling::kStandard;
      break;
    case v1::FEATURE_SCALING_NONE:
      model.scaling = models::Scaling::kNone;
      break;
    case v1::FEATURE_SCALING_MIN_MAX:
      model.scaling = models::Scaling::kMinMax;
      break;
    case v1::FEATURE_SCALING_ROBUST:
      model.scaling = models::Scaling::kRobust;
      break;
    default:
      refusals.Add("scaling", Reason::kInvalidValue,
                   absl::StrCat("is ", static_cast<int>(wire.scaling()),
                                "; known: FEATURE_SCALING_NONE, FEATURE_SCALING_STANDARD, "
                                "FEATURE_SCALING_MIN_MAX, FEATURE_SCALING_ROBUST"));
  }
  switch (wire.missing()) {
    case v1::MISSING_VALUES_UNSPECIFIED:
    case v1::MISSING_VALUES_REFUSE:
      model.missing = models::Missing::kRefuse;
      break;
    case v1::MISSING_VALUES_DROP:
      model.missing = models::Missing::kDrop;
      break;
    case v1::MISSING_VALUES_FILL:
      model.missing = models::Missing::kFill;
      break;
    default:
      refusals.Add("missing", Reason::kInvalidValue,
                   absl::StrCat("is ", static_cast<int>(wire.missing()),
                                "; known: MISSING_VALUES_REFUSE, MISSING_VALUES_DROP, "
                                "MISSING_VALUES_FILL"));
  }
}

void AddSplit(const v1::Split& wire, models::Split& split, Refusals& refusals) {
  for (const auto& [field, share] :
       {std::pair("split.validation", wire.validation()), {"split.test", wire.test()}}) {
    if (share >= 0 && share <= kMostHeldOut) continue;
    refusals.Add(field, Reason::kInvalidValue, Range(share, kMostHeldOut));
  }
  if (wire.folds() != 0 && (wire.folds() < 2 || wire.folds() > kMostFolds)) {
    refusals.Add("split.folds", Reason::kInvalidValue,
                 absl::StrCat("is ", wire.folds(), "; must be 0, or in [2, ", kMostFolds, "]"));
  } else if (wire.fold() < 0 || (wire.fold() > 0 && wire.fold() >= wire.folds())) {
    refusals.Add("split.fold", Reason::kInvalidValue,
                 absl::StrCat("is ", wire.fold(), "; must be 0 or more and below folds, which is ",
                              wire.folds()));
  }
  split = {.validation = wire.validation(),
           .test = wire.test(),
           .folds = wire.folds(),
           .fold = wire.fold(),
           .seed = wire.seed(),
           .in_order = wire.in_order()};
}

v1::FeatureScaling ToWire(models::Scaling scaling) {
  switch (scaling) {
    case models::Scaling::kStandard:
      return v1::FEATURE_SCALING_STANDARD;
    case models::Scaling::kNone:
      return v1::FEATURE_SCALING_NONE;
    case models::Scaling::kMinMax:
      return v1::FEATURE_SCALING_MIN_MAX;
    case models::Scaling::kRobust:
      return v1::FEATURE_SCALING_ROBUST;
  }
  return v1::FEATURE_SCALING_UNSPECIFIED;
}

v1::MissingValues ToWire(models::Missing missing) {
  switch (missing) {
    case models::Missing::kRefuse:
      return v1::MISSING_VALUES_REFUSE;
    case models::Missing::kDrop:
      return v1::MISSING_VALUES_DROP;
    case models::Missing::kFill:
      return v1::MISSING_VALUES_FILL;
  }
  return v1::MISSING_VALUES_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<models::ModelSpec> FromWire(const v1::Model& wire) {
  Refusals refusals;
  models::ModelSpec model;
  if (auto id = ParseName(kDatasets, wire.dataset()); id.ok()) {
    model.dataset = *std::move(id);
  } else if (wire.dataset().empty()) {
    refusals.Add("dataset", Reason::kMissingField, "is missing; give datasets/{dataset}");
  } else {
    std::vector<Violation> violations = ViolationsOf(id.status());
    for (Violation& violation : violations) violation.field = "dataset";
    refusals.Add("", Refuse(std::move(violations)));
  }
  AddColumns(wire, model, refusals);
  AddPart(wire.model(), "model", model.model, refusals);
  AddPart(wire.loss(), "loss", model.loss, refusals);
  AddPart(wire.penalty(), "penalty", model.penalty, refusals);
  AddChoices(wire, model, refusals);
  AddSplit(wire.split(), model.split, refusals);
  model.sum = wire.sum();
  if (!refusals.empty()) return refusals.ToStatus();
  return model;
}

void ToWire(const models::ModelSpec& model, v1::Model& wire) {
  wire.set_dataset(absl::StrCat(kDatasets, "/", model.dataset));
  wire.set_target(model.target);
  wire.mutable_features()->Add(model.features.begin(), model.features.end());
  wire.set_weights(model.weights);
  if (!model.model.kind.empty()) ToWire(model.model, *wire.mutable_model());
  if (!model.loss.kind.empty()) ToWire(model.loss, *wire.mutable_loss());
  if (!model.penalty.kind.empty()) ToWire(model.penalty, *wire.mutable_penalty());
  wire.set_scaling(ToWire(model.scaling));
  wire.set_missing(ToWire(model.missing));
  wire.set_sum(model.sum);
  if (model.split == models::Split()) return;
  v1::Split& split = *wire.mutable_split();
  split.set_validation(model.split.validation);
  split.set_test(model.split.test);
  split.set_folds(model.split.folds);
  split.set_fold(model.split.fold);
  split.set_seed(model.split.seed);
  split.set_in_order(model.split.in_order);
}

}  // namespace thalweg::rpc
