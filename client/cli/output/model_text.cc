#include "client/cli/output/model_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/arguments/setting_text.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/table_text.h"

namespace thalweg::cli {
namespace {

using Evaluation = v1::EvaluateModelResponse;

constexpr int kMostFeatures = 40;
constexpr int kMostClasses = 12;  // beside each other on a line
constexpr double kTinyShare = 1e-3;

/// The parts that there are, with their names.
std::vector<std::pair<std::string, const Evaluation*>> PartsOf(const ModelReport& report) {
  std::vector<std::pair<std::string, const Evaluation*>> parts = {{"training", &report.training}};
  if (report.validation) parts.emplace_back("validation", &*report.validation);
  if (report.test) parts.emplace_back("test", &*report.test);
  return parts;
}

std::string FiguresText(const ModelReport& report) {
  const auto parts = PartsOf(report);
  Table table(1);
  std::vector<std::string> head = {""}, rows = {"rows"}, loss = {"loss"};
  std::set<std::string> names;
  for (const auto& [name, part] : parts) {
    head.push_back(name);
    rows.push_back(part->row_count() > 0 ? CountText(part->row_count()) : "-");
    loss.push_back(ShortText(part->loss()));
    for (const auto& [metric, value] : part->metrics()) names.insert(metric);
  }
  table.Add(head);
  table.Add(rows);
  table.Add(loss);
  for (const std::string& metric : names) {
    std::vector<std::string> line = {metric};
    for (const auto& [name, part] : parts) {
      const auto found = part->metrics().find(metric);
      line.push_back(found == part->metrics().end() ? "-" : ShortText(found->second));
    }
    table.Add(line);
  }
  return table.Text();
}

/// Coefficients of one score, as they are and as the features were scaled.
std::string OneScoreText(const Evaluation& model) {
  Table table(1);
  table.Add({"coefficient", "value", "scaled"});
  for (const v1::Coefficient& coefficient : model.coefficients()) {
    if (table.rows() > kMostFeatures) break;
    table.Add({Printable(coefficient.feature()), ShortText(coefficient.value()),
               ShortText(coefficient.scaled())});
  }
  return table.Text();
}

/// A column for each class.
std::string ManyScoresText(const Evaluation& model) {
  const int classes = std::min(model.classes_size(), kMostClasses);
  std::map<std::string, int> columns;
  std::vector<std::string> head = {"coefficient"};
  for (int i = 0; i < classes; ++i) {
    columns[model.classes(i)] = i + 1;
    head.push_back(Printable(model.classes(i)));
  }
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> lines;
  for (const v1::Coefficient& coefficient : model.coefficients()) {
    auto& line = lines[coefficient.feature()];
    if (line.empty()) {
      line.assign(head.size(), "");
      line[0] = Printable(coefficient.feature());
      order.push_back(coefficient.feature());
    }
    const auto column = columns.find(coefficient.class_name());
    if (column == columns.end()) continue;
    line[static_cast<size_t>(column->second)] = ShortText(coefficient.value());
  }
  Table table(1);
  table.Add(head);
  for (const std::string& feature : order) {
    if (table.rows() <= kMostFeatures) table.Add(lines[feature]);
  }
  return table.Text();
}

std::string CoefficientsText(const Evaluation& model) {
  if (model.coefficients().empty()) return "";
  const bool many = !model.coefficients(0).class_name().empty();
  std::string text = absl::StrCat("\n", many ? ManyScoresText(model) : OneScoreText(model));
  const int features = model.coefficients_size() / (many ? std::max(model.classes_size(), 1) : 1);
  if (features > kMostFeatures) {
    absl::StrAppend(&text, "  and ", features - kMostFeatures, " more: --json has all\n");
  }
  return text;
}

std::string ConfusionText(const Evaluation& part, const std::string& name) {
  const int classes = part.classes_size();
  if (classes == 0 || classes > kMostClasses || part.confusion_size() != classes * classes) {
    return "";
  }
  Table table(1);
  std::vector<std::string> head = {"true \\ taken for"};
  for (const std::string& name_of_class : part.classes()) head.push_back(Printable(name_of_class));
  table.Add(head);
  for (int i = 0; i < classes; ++i) {
    std::vector<std::string> line = {Printable(part.classes(i))};
    for (int j = 0; j < classes; ++j) {
      line.push_back(CountText(part.confusion(i * classes + j)));
    }
    table.Add(line);
  }
  return absl::StrCat("\n", table.Text(), "  (", name, " rows)\n");
}

/// Layers, and whether some have stopped learning.
std::string LayersText(const Evaluation& model) {
  if (!model.coefficients().empty() || model.gradient_norms_size() < 3) return "";
  Table table(1);
  table.Add({"variable", "|gradient|"});
  const double most =
      *std::max_element(model.gradient_norms().begin(), model.gradient_norms().end());
  std::string asleep;
  for (int i = 0; i < model.gradient_norms_size() && i < model.variables_size(); ++i) {
    table.Add({model.variables(i).name(), ShortText(model.gradient_norms(i), 4)});
    if (asleep.empty() && model.gradient_norms(i) < kTinyShare * most) {
      asleep = model.variables(i).name();
    }
  }
  std::string text = "\n" + table.Text();
  if (!asleep.empty()) {
    absl::StrAppend(&text, "  ", asleep,
                    " hardly learns: its gradient is less than a thousandth of "
                    "the greatest\n");
  }
  return text;
}

void WriteEvaluation(Json& json, const Evaluation& part) {
  json.Object().Key("rows").Integer(part.row_count()).Key("loss").Number(part.loss());
  json.Key("metrics").Object();
  const std::map<std::string, double> metrics(part.metrics().begin(), part.metrics().end());
  for (const auto& [name, value] : metrics) json.Key(name).Number(value);
  json.EndObject().Key("confusion").Array();
  const int classes = part.classes_size();
  for (int i = 0; i < part.confusion_size(); ++i) {
    if (i % classes == 0) json.Array();
    json.Integer(part.confusion(i));
    if ((i + 1) % classes == 0) json.EndArray();
  }
  json.EndArray().EndObject();
}

/// Up to which size a batch is worth it; at a minimum the mean gradient is 0, and any size is.
std::string NoiseText(const Evaluation& model) {
  const double scale = model.gradient_noise_scale();
  if (!(scale > 0)) return "";
  const bool beyond = scale > static_cast<double>(model.row_count());
  return absl::StrCat(
      "\n  gradient noise scale ",
      beyond ? "beyond the rows there are: every larger batch steers better here\n"
             : ShortText(scale, 3) + " rows: larger batches than that gain little here\n");
}

}  // namespace

std::string ModelText(const ModelReport& report, const Terminal& terminal) {
  std::string text = absl::StrCat("\n", FiguresText(report), CoefficientsText(report.training));
  absl::StrAppend(&text, ConfusionText(report.fairest(), PartsOf(report).back().first));
  absl::StrAppend(&text, LayersText(report.training));
  absl::StrAppend(&text, NoiseText(report.training));
  for (const std::string& finding : report.training.findings()) {
    absl::StrAppend(&text, Coloured(terminal, "note", "33"), ": ", Printable(finding), "\n");
  }
  return text;
}

void WriteModel(Json& json, const ModelReport& report) {
  for (const auto& [name, part] : PartsOf(report)) {
    json.Key(name);
    WriteEvaluation(json, *part);
  }
  const Evaluation& model = report.training;
  json.Key("classes").Array();
  for (const std::string& name : model.classes()) json.Text(name);
  json.EndArray().Key("coefficients").Array();
  for (const v1::Coefficient& coefficient : model.coefficients()) {
    json.Object().Key("feature").Text(coefficient.feature());
    json.Key("class").Text(coefficient.class_name());
    json.Key("value").Number(coefficient.value());
    json.Key("scaled").Number(coefficient.scaled()).EndObject();
  }
  json.EndArray().Key("gradient_noise_scale").Number(model.gradient_noise_scale());
  json.Key("gradient_norms").Object();
  for (int i = 0; i < model.gradient_norms_size() && i < model.variables_size(); ++i) {
    json.Key(model.variables(i).name()).Number(model.gradient_norms(i));
  }
  json.EndObject().Key("notes").Array();
  for (const std::string& finding : model.findings()) json.Text(finding);
  json.EndArray();
}

std::string ModelTitle(const v1::Model& model) {
  return absl::StrCat(model.target().empty() ? "" : Printable(model.target()) + " with ",
                      model.has_model() ? PartText(model.model()) : "linear");
}

}  // namespace thalweg::cli
