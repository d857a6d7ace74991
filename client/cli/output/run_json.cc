#include "client/cli/output/run_json.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "google/protobuf/util/time_util.h"

#include "client/cli/arguments/setting_text.h"
#include "client/cli/output/certificate_text.h"
#include "client/cli/output/finding_text.h"
#include "client/cli/output/names.h"

namespace thalweg::cli {
namespace {

int64_t Length(const v1::Variable& variable) {
  int64_t length = 1;
  for (const int64_t side : variable.shape()) length *= side;
  return length;
}

void WriteVariable(Json& json, const v1::Variable& variable, std::span<const double> numbers) {
  json.Key(variable.name());
  if (variable.shape().empty()) {
    json.Number(numbers.front());
    return;
  }
  const bool matrix = variable.shape_size() == 2;
  const auto columns = static_cast<size_t>(matrix ? variable.shape(1) : 0);
  json.Array();
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (matrix && i % columns == 0) json.Array();
    json.Number(numbers[i]);
    if (matrix && ((i + 1) % columns == 0 || i + 1 == numbers.size())) json.EndArray();
  }
  json.EndArray();
}

void WriteFullIterate(Json& json, const Variables& variables, const v1::FullIterate& iterate) {
  json.Object();
  json.Key("iteration").Integer(iterate.iteration());
  json.Key("value").Number(iterate.value());
  json.Key("gradient_norm").Known(iterate.gradient_norm());
  json.Key("x");
  WriteX(json, variables, iterate.x());
  json.EndObject();
}

void WriteAccount(Json& json, const v1::Termination& termination) {
  json.Key("findings").Array();
  for (const v1::Finding& finding : termination.findings()) WriteFinding(json, finding);
  json.EndArray();
  json.Key("certificate");
  WriteCertificate(json, termination);
}

/// What else is to be known of an iterate, where there is anything.
void WriteFlags(Json& json, uint32_t flags) {
  static constexpr std::pair<v1::IterateFlag, const char*> kNames[] = {
      {v1::ITERATE_FLAG_NON_FINITE, "non_finite"}, {v1::ITERATE_FLAG_CLIPPED, "clipped"},
      {v1::ITERATE_FLAG_REJECTED, "rejected"},     {v1::ITERATE_FLAG_RESTARTED, "restarted"},
      {v1::ITERATE_FLAG_CHANGED, "changed"},
  };
  bool any = false;
  for (const auto& [flag, name] : kNames) {
    if ((flags & (1U << (static_cast<unsigned>(flag) - 1))) == 0) continue;
    if (!std::exchange(any, true)) json.Key("flags").Array();
    json.Text(name);
  }
  if (any) json.EndArray();
}

/// What models have, where it was computed.
void WriteEpoch(Json& json, const Variables& variables, const client::IteratesView& batch,
                size_t i) {
  if (batch.epoch(i) != 0) json.Key("epoch").Number(batch.epoch(i));
  if (const double value = batch.training_value(i); !std::isnan(value)) {
    json.Key("training_value").Number(value);
  }
  if (const double value = batch.validation_value(i); !std::isnan(value)) {
    json.Key("validation_value").Number(value);
  }
  const auto norms = batch.variable_gradient_norms(i);
  if (norms.empty()) return;
  json.Key("gradient_norms").Object();
  for (size_t j = 0; j < norms.size() && j < static_cast<size_t>(variables.size()); ++j) {
    json.Key(variables[static_cast<int>(j)].name()).Known(norms[j]);
  }
  json.EndObject();
}

void WriteEvents(Json& json, const v1::Run& run) {
  json.Array();
  for (const v1::RunEvent& event : run.events()) {
    json.Object().Key("iteration").Integer(event.iteration());
    json.Key("code").Text(event.code()).Key("text").Text(event.text()).EndObject();
  }
  json.EndArray();
}

/// How it ended: the members that a result and a shown run have in common.
void WriteEnding(Json& json, const v1::Run& run) {
  const v1::Termination& termination = run.termination();
  json.Key("state").Text(StateName(run.state()));
  if (const std::string wait = WaitName(run.wait_reason()); !wait.empty()) {
    json.Key("wait_reason").Text(wait);
  }
  json.Key("reason").Text(ReasonName(termination.reason()));
  json.Key("criterion").Text(termination.criterion());
  json.Key("measured").Number(termination.measured());
  json.Key("threshold").Number(termination.threshold());
  json.Key("detail").Text(termination.detail());
}

void WriteCounts(Json& json, const v1::Run& run) {
  json.Key("iterations").Integer(run.iteration());
  json.Key("evaluations").Integer(run.value_evaluations());
  json.Key("gradient_evaluations").Integer(run.gradient_evaluations());
  json.Key("hessian_products").Integer(run.hessian_products());
}

void WriteBestAndLast(Json& json, const v1::Run& run) {
  for (const bool best : {true, false}) {
    json.Key(best ? "best" : "last");
    if (best ? run.has_best() : run.has_last()) {
      WriteFullIterate(json, run.variables(), best ? run.best() : run.last());
    } else {
      json.Null();
    }
  }
}

}  // namespace

void WriteX(Json& json, const Variables& variables, std::span<const double> numbers) {
  json.Object();
  for (const v1::Variable& variable : variables) {
    const size_t length = std::min(static_cast<size_t>(Length(variable)), numbers.size());
    if (length > 0) WriteVariable(json, variable, numbers.first(length));
    numbers = numbers.subspan(length);
  }
  json.EndObject();
}

void WriteX(Json& json, const Variables& variables, const v1::Point& point) {
  json.Object();
  for (const v1::Variable& variable : variables) {
    const auto array = point.values().find(variable.name());
    if (array == point.values().end() || array->second.values().empty()) continue;
    const auto& numbers = array->second.values();
    WriteVariable(json, variable, {numbers.data(), static_cast<size_t>(numbers.size())});
  }
  json.EndObject();
}

void WriteIterate(Json& json, const Variables& variables, const client::IteratesView& batch,
                  size_t i) {
  json.Object();
  json.Key("iteration").Integer(batch.iteration()[i]);
  json.Key("value").Number(batch.value()[i]);
  json.Key("best_value").Number(batch.best_value()[i]);
  json.Key("gradient_norm").Known(batch.gradient_norm()[i]);
  json.Key("step_norm").Number(batch.step_norm()[i]);
  json.Key("learning_rate").Number(batch.learning_rate()[i]);
  json.Key("x");
  WriteX(json, variables, batch.x(i));
  WriteEpoch(json, variables, batch, i);
  if (batch.trials(i) != 0) json.Key("trials").Integer(batch.trials(i));
  if (batch.violation(i) != 0) json.Key("violation").Number(batch.violation(i));
  WriteFlags(json, batch.flags()[i]);
  json.EndObject();
}

void WriteResult(Json& json, const v1::Run& run) {
  json.Object();
  json.Key("result").Flag(true);
  json.Key("run").Text(run.name());
  WriteEnding(json, run);
  WriteCounts(json, run);
  if (run.has_last()) {
    json.Key("value").Number(run.last().value());
    json.Key("x");
    WriteX(json, run.variables(), run.last().x());
  } else {
    json.Key("value").Null().Key("x").Null();
  }
  WriteBestAndLast(json, run);
  WriteAccount(json, run.termination());
  json.Key("events");
  WriteEvents(json, run);
  json.Key("elapsed_seconds").Number(run.elapsed_seconds());
  json.EndObject();
}

void WriteRun(Json& json, const v1::Run& run) {
  json.Object();
  json.Key("run").Text(run.name());
  json.Key("name").Text(run.display_name());
  json.Key("labels").Object();
  const std::map<std::string, std::string> labels(run.labels().begin(), run.labels().end());
  for (const auto& [key, value] : labels) json.Key(key).Text(value);
  json.EndObject();
  json.Key("objective").Text(ObjectiveText(run.objective()));
  json.Key("optimizer").Text(OptimizerText(run));
  json.Key("stopping").Array();
  for (const v1::Part& rule : run.stopping()) json.Text(PartText(rule));
  json.EndArray();
  json.Key("parent");
  run.parent().empty() ? json.Null() : json.Text(run.parent());
  json.Key("first_iteration").Integer(run.first_iteration());
  json.Key("pace").Number(run.pace());
  json.Key("changes").Array();
  for (const v1::RunChange& change : run.changes()) {
    json.Object().Key("iteration").Integer(change.iteration());
    json.Key("optimizer").Text(PartText(change.optimizer()));
    json.Key("stopping").Array();
    for (const v1::Part& rule : change.stopping()) json.Text(PartText(rule));
    json.EndArray().EndObject();
  }
  json.EndArray();
  json.Key("seed").Raw(std::to_string(run.seed()));
  json.Key("create_time").Text(google::protobuf::util::TimeUtil::ToString(run.create_time()));
  WriteEnding(json, run);
  WriteCounts(json, run);
  json.Key("value").Number(run.value());
  json.Key("best_value").Number(run.best_value());
  json.Key("best_iteration").Integer(run.best_iteration());
  json.Key("gradient_norm").Known(run.gradient_norm());
  json.Key("learning_rate").Number(run.learning_rate());
  WriteBestAndLast(json, run);
  WriteAccount(json, run.termination());
  json.Key("events");
  WriteEvents(json, run);
  json.Key("elapsed_seconds").Number(run.elapsed_seconds());
  json.EndObject();
}

}  // namespace thalweg::cli
