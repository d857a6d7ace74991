#include "client/cli/output/finding_text.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/arguments/setting_text.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/point_text.h"
#include "client/cli/output/run_json.h"

namespace thalweg::cli {
namespace {

template <typename Map>
std::map<std::string, typename Map::mapped_type> InOrder(const Map& map) {
  return {map.begin(), map.end()};
}

/// As one word of a shell.
std::string Quoted(const std::string& text) {
  const bool plain = text.find_first_of(" ()[]'\"*?$&;<>|\\`!#~") == std::string::npos;
  return plain ? text : absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string SetFlag(const std::string& name, const v1::Setting& setting) {
  return absl::StrCat("--set ", Quoted(absl::StrCat(name, "=", SettingText(setting))));
}

/// "gradient_norm=1e-06" where the threshold is all that is said.
std::string StopFlag(const v1::Part& rule) {
  const auto threshold = rule.settings().find("threshold");
  const bool alone = rule.settings_size() == 1 && threshold != rule.settings().end();
  return absl::StrCat("--stop ",
                      Quoted(alone ? absl::StrCat(rule.kind(), "=", SettingText(threshold->second))
                                   : PartText(rule)));
}

std::string StartFlag(const std::string& name, const v1::Array& array) {
  const std::string numbers = absl::StrJoin(
      array.values(), ",", [](std::string* out, double number) { *out += NumberText(number); });
  // A vector of one is told from a scalar by its comma.
  const bool lone = array.values_size() == 1 && array.shape_size() == 1;
  return absl::StrCat("--start ", Quoted(absl::StrCat(name, "=", numbers, lone ? "," : "")));
}

std::vector<std::string> FlagsOf(const v1::Finding& finding) {
  std::vector<std::string> flags;
  if (finding.has_suggested_optimizer()) {
    const v1::Part& optimizer = finding.suggested_optimizer();
    flags.push_back(absl::StrCat("--optimizer ", optimizer.kind()));
    for (const auto& [name, setting] : InOrder(optimizer.settings())) {
      flags.push_back(SetFlag(name, setting));
    }
  }
  for (const auto& [name, setting] : InOrder(finding.suggested_settings())) {
    flags.push_back(SetFlag(name, setting));
  }
  for (const v1::Part& rule : finding.suggested_stopping()) flags.push_back(StopFlag(rule));
  for (const auto& [name, array] : InOrder(finding.suggested_start().values())) {
    flags.push_back(StartFlag(name, array));
  }
  return flags;
}

}  // namespace

std::string FindingText(const v1::Finding& finding, const Terminal& terminal) {
  std::string text = finding.informational() ? "note" : Coloured(terminal, "noticed", "33");
  absl::StrAppend(&text, ": ", finding.text());
  if (!finding.evidence().empty()) absl::StrAppend(&text, " (", finding.evidence(), ")");
  const std::vector<std::string> flags = FlagsOf(finding);
  if (!flags.empty()) absl::StrAppend(&text, "\n  try ", absl::StrJoin(flags, " "));
  return text + "\n";
}

void WriteFinding(Json& json, const v1::Finding& finding) {
  json.Object();
  json.Key("code").Text(finding.code());
  json.Key("text").Text(finding.text());
  json.Key("evidence").Text(finding.evidence());
  json.Key("informational").Flag(finding.informational());
  json.Key("suggested_settings").Object();
  for (const auto& [name, setting] : InOrder(finding.suggested_settings())) {
    json.Key(name);
    setting.has_number() ? json.Number(setting.number()) : json.Text(SettingText(setting));
  }
  json.EndObject();
  json.Key("suggested_optimizer");
  finding.has_suggested_optimizer() ? json.Text(PartText(finding.suggested_optimizer()))
                                    : json.Null();
  json.Key("suggested_stopping").Array();
  for (const v1::Part& rule : finding.suggested_stopping()) json.Text(PartText(rule));
  json.EndArray();
  json.Key("suggested_start");
  if (finding.has_suggested_start()) {
    WriteX(json, VariablesOf(finding.suggested_start()), finding.suggested_start());
  } else {
    json.Null();
  }
  json.EndObject();
}

}  // namespace thalweg::cli
