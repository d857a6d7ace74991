#include "client/cli/arguments/model_options.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/part_argument.h"
#include "client/cli/arguments/run_arguments.h"
#include "client/cli/failure.h"

namespace thalweg::cli {
namespace {

constexpr double kUsualAdamRate = 0.01;  // ten times that of the paper: tables are small

const std::map<std::string, v1::FeatureScaling>& Scalings() {
  static const std::map<std::string, v1::FeatureScaling> kScalings = {
      {"standard", v1::FEATURE_SCALING_STANDARD},
      {"none", v1::FEATURE_SCALING_NONE},
      {"min_max", v1::FEATURE_SCALING_MIN_MAX},
      {"robust", v1::FEATURE_SCALING_ROBUST}};
  return kScalings;
}

const std::map<std::string, v1::MissingValues>& MissingTreatments() {
  static const std::map<std::string, v1::MissingValues> kTreatments = {
      {"refuse", v1::MISSING_VALUES_REFUSE},
      {"drop", v1::MISSING_VALUES_DROP},
      {"fill", v1::MISSING_VALUES_FILL}};
  return kTreatments;
}

template <typename Value>
std::vector<std::string> NamesOf(const std::map<std::string, Value>& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return names;
}

void AddSplitOptions(CLI::App& app, ModelOptions& options) {
  const CLI::Validator share = Unnamed(CLI::Range(0.0, 0.9));
  app.add_option("--validation", options.validation, "Share of the rows to validate with")
      ->type_name("SHARE")
      ->check(share);
  app.add_option("--test", options.test, "Share of the rows that nothing sees but the result")
      ->type_name("SHARE")
      ->check(share);
  app.add_option("--folds", options.folds,
                 "Cross-validation: a run for each of so many parts of the rows, the others learnt "
                 "from")
      ->type_name("K")
      ->check(Unnamed(CLI::Range(2, 100)));
  app.add_option("--fold", options.fold, "With --folds: this one alone, from 0")
      ->type_name("N")
      ->check(Unnamed(CLI::Range(0, 99)));
  app.add_option("--split-seed", options.split_seed, "The same seed deals the same rows")
      ->type_name("N");
  app.add_flag("--in-order", options.in_order,
               "Test with the last rows, validate with those before, in place of any");
}

bool IsWholeNumber(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

void AddModelOptions(CLI::App& app, ModelOptions& options) {
  app.add_option("--target,-y", options.target, "Column to predict")->type_name("COLUMN");
  AddRepeated(app, "--features", options.features, "COLUMNS",
              "Columns to predict it from, with commas; may be repeated [default: all others]");
  app.add_option("--weights", options.weights, "Column with the weights of the rows")
      ->type_name("COLUMN");
  app.add_option("--model,-m", options.model, "What predicts (thalweg catalog models)")
      ->type_name("KIND")
      ->capture_default_str();
  AddRepeated(app, "--set-model", options.settings, "OPTION=VALUE",
              "An option of the model: layers=20,10; may be repeated");
  app.add_option("--loss", options.loss, "What an error costs (thalweg catalog losses)")
      ->type_name("KIND");
  app.add_option("--penalty", options.penalty,
                 "What large coefficients cost: l2=0.1 (thalweg catalog penalties)")
      ->type_name("KIND=STRENGTH");
  app.add_option("--scaling", options.scaling, "Of features: standard, none, min_max or robust")
      ->type_name("KIND")
      ->check(Unnamed(CLI::IsMember(NamesOf(Scalings()))))
      ->capture_default_str();
  app.add_option("--missing", options.missing,
                 "Rows with missing features: refuse, drop or fill (with the mean)")
      ->type_name("HOW")
      ->check(Unnamed(CLI::IsMember(NamesOf(MissingTreatments()))))
      ->capture_default_str();
  app.add_flag("--sum", options.sum, "Minimise the sum over the rows in place of their mean");
  app.add_option("--batch,-b", options.batch,
                 "Rows that a step sees: a size, or a kind (thalweg catalog batches) "
                 "[default: all]")
      ->type_name("SIZE");
  AddSplitOptions(app, options);
}

v1::Model ModelOf(const ModelOptions& options, const std::string& dataset) {
  v1::Model model;
  model.set_dataset(dataset);
  model.set_target(options.target);
  for (const std::string& list : options.features) {
    for (std::string name : std::vector<std::string>(absl::StrSplit(list, ','))) {
      model.add_features(std::move(name));
    }
  }
  model.set_weights(options.weights);
  *model.mutable_model() = ValueOf(ParsePart("--model", options.model, ""));
  AddSettings(options.settings, *model.mutable_model(), "--set-model");
  if (!options.loss.empty()) *model.mutable_loss() = ValueOf(ParsePart("--loss", options.loss, ""));
  if (!options.penalty.empty()) {
    *model.mutable_penalty() = ValueOf(ParsePart("--penalty", options.penalty, "strength"));
  }
  model.set_scaling(Scalings().at(options.scaling));
  model.set_missing(MissingTreatments().at(options.missing));
  model.set_sum(options.sum);
  v1::Split& split = *model.mutable_split();
  split.set_validation(options.validation);
  split.set_test(options.test);
  split.set_folds(options.folds);
  split.set_fold(options.fold.value_or(0));
  split.set_seed(options.split_seed);
  split.set_in_order(options.in_order);
  return model;
}

v1::Part BatchesOf(const ModelOptions& options) {
  v1::Part batches;
  if (options.batch.empty()) return batches;
  if (!IsWholeNumber(options.batch)) {
    return ValueOf(ParsePart("--batch", options.batch, "size"));
  }
  batches.set_kind("shuffled");
  (*batches.mutable_settings())["size"].set_number(std::stod(options.batch));
  return batches;
}

v1::Part UsualOptimizer(const v1::Model& model, const v1::Part& batches) {
  const auto among = [](const std::string& kind, std::initializer_list<const char*> kinds) {
    return std::any_of(kinds.begin(), kinds.end(), [&](const char* k) { return kind == k; });
  };
  const std::string& kind = model.model().kind();
  const std::string& loss = model.loss().kind();
  const bool kinked_loss = among(loss, {"absolute", "quantile", "hinge", "perceptron"}) ||
                           (loss.empty() && among(kind, {"svm", "perceptron"}));
  v1::Part optimizer;
  if ((!batches.kind().empty() && batches.kind() != "full") || kinked_loss) {
    optimizer.set_kind("adam");
    (*optimizer.mutable_settings())["learning_rate"].set_number(kUsualAdamRate);
  } else if (among(model.penalty().kind(), {"l1", "elastic_net", "group"})) {
    optimizer.set_kind("fista");
  } else {
    optimizer.set_kind("lbfgs");
  }
  return optimizer;
}

}  // namespace thalweg::cli
