#include "client/cli/output/catalogue_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "client/cli/output/json.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/point_text.h"

namespace thalweg::cli {
namespace {

std::string PointText(const v1::Point& point) {
  return absl::StrJoin(VariablesOf(point), ", ", [&](std::string* text, const v1::Variable& v) {
    absl::StrAppend(text, v.name(), " = ", ArrayText(point.values().at(v.name()), /*digits=*/8));
  });
}

std::string DimensionText(const v1::Function& function) {
  if (function.least_dimension() == function.most_dimension()) {
    return absl::StrCat(function.least_dimension());
  }
  return absl::StrCat(
      function.least_dimension(), " to ",
      function.most_dimension() == 0 ? "any" : absl::StrCat(function.most_dimension()));
}

std::string TypeName(v1::OptionType type) {
  switch (type) {
    case v1::OPTION_TYPE_NUMBER:
      return "number";
    case v1::OPTION_TYPE_INTEGER:
      return "whole number";
    case v1::OPTION_TYPE_FLAG:
      return "true or false";
    case v1::OPTION_TYPE_TEXT:
      return "text";
    case v1::OPTION_TYPE_SCHEDULE:
      return "number or schedule";
    case v1::OPTION_TYPE_NUMBERS:
      return "numbers";
    case v1::OPTION_TYPE_PART:
      return "part";
    case v1::OPTION_TYPE_PARTS:
      return "parts";
    default:
      return "value";
  }
}

std::string Allowed(const v1::Option& option) {
  if (!option.choices().empty()) return absl::StrJoin(option.choices(), ", ");
  return option.range();
}

std::string DefaultText(const v1::Option& option) {
  return option.default_text().empty() ? "(required)" : "= " + option.default_text();
}

std::string Listed(const std::vector<std::pair<bool, const char*>>& claims) {
  std::vector<std::string> holding;
  for (const auto& [holds, text] : claims) {
    if (holds) holding.push_back(text);
  }
  return absl::StrJoin(holding, ", ");
}

std::string AsksText(const v1::CatalogEntry& entry) {
  if (!entry.has_capabilities()) return "";
  const v1::Capabilities& can = entry.capabilities();
  const bool values = !can.gradient() && !can.residuals();
  return Listed({{values, "values only"},
                 {can.gradient(), "gradients"},
                 {can.hessian(), "Hessian products"},
                 {can.residuals(), "a sum of squares"},
                 {can.needs_bounds(), "bounds on every coordinate"},
                 {can.rows(), "rows of data"},
                 {can.random(), "a seed"}});
}

std::string HonoursText(const v1::CatalogEntry& entry) {
  const v1::Capabilities& can = entry.capabilities();
  return Listed({{can.bounds(), "bounds"}, {can.constraints(), "constraints"}});
}

/// Lines of at most `kLine` characters, all but the first below the column where it begins.
std::string Folded(const std::string& value) {
  constexpr size_t kLine = 86;
  const std::string text = Printable(value);
  std::string folded;
  size_t line = 0;
  for (const auto& word : std::vector<std::string>(absl::StrSplit(text, ' '))) {
    if (line > 0 && line + 1 + word.size() > kLine) {
      absl::StrAppend(&folded, "\n", std::string(13, ' '));
      line = 0;
    } else if (line > 0) {
      folded += ' ';
      ++line;
    }
    folded += word;
    line += word.size();
  }
  return folded;
}

size_t Widest(const std::vector<CatalogueRow>& rows) {
  size_t widest = 0;
  for (const CatalogueRow& row : rows) widest = std::max(widest, row.name.size());
  return widest;
}

}  // namespace

CatalogueRow RowOf(const v1::CatalogEntry& entry) {
  return {entry.name(),
          entry.title(),
          entry.summary(),
          {{"formula", entry.formula()},
           {"source", entry.source()},
           {"when", entry.advice()},
           {"asks for", AsksText(entry)},
           {"honours", HonoursText(entry)},
           {"try", entry.example()}},
          {entry.options().begin(), entry.options().end()}};
}

CatalogueRow RowOf(const v1::Function& function) {
  CatalogueRow row{function.name(), function.title(), function.summary(), {}, {}};
  row.facts = {{"formula", function.expression()},
               {"dimension", DimensionText(function)},
               {"start", PointText(function.start())},
               {"from", PointText(function.lower())},
               {"to", PointText(function.upper())}};
  row.facts.emplace_back(
      "minimum", function.has_minimum() ? NumberText(function.minimum()) : "unbounded below");
  for (const v1::Point& minimiser : function.minimisers()) {
    row.facts.emplace_back("taken at", PointText(minimiser));
  }
  row.facts.emplace_back("source", function.source());
  return row;
}

CatalogueRow RowOf(const v1::LanguageFunction& function) {
  return {function.name(),
          function.signature(),
          function.meaning(),
          {{"derivative", function.derivative()}, {"finite for", function.domain()}},
          {}};
}

std::string ListText(const std::vector<CatalogueRow>& rows) {
  const int widest = static_cast<int>(Widest(rows));
  return absl::StrJoin(rows, "", [&](std::string* text, const CatalogueRow& row) {
    absl::StrAppendFormat(text, "%-*s  %s\n", widest, row.name, Printable(row.summary));
  });
}

std::string DetailText(const CatalogueRow& row) {
  std::string text = absl::StrCat(row.name, "  ", row.title, "\n  ", row.summary, "\n");
  for (const auto& [name, value] : row.facts) {
    if (!value.empty()) absl::StrAppendFormat(&text, "  %-10s %s\n", name, Folded(value));
  }
  if (row.options.empty()) return text;
  absl::StrAppend(&text, "\n  Options:\n");
  for (const v1::Option& option : row.options) {
    absl::StrAppendFormat(&text, "  %-20s %-18s %-12s %s\n      %s\n", option.name(),
                          TypeName(option.type()), DefaultText(option), Allowed(option),
                          option.meaning());
  }
  return text;
}

std::string RowJson(const CatalogueRow& row) {
  Json json;
  json.Object().Key("name").Text(row.name).Key("title").Text(row.title);
  json.Key("summary").Text(row.summary);
  std::string key;
  for (const auto& [name, value] : row.facts) {
    if (name == key) continue;  // further minimisers
    key = name;
    json.Key(name).Text(value);
  }
  json.Key("options").Array();
  for (const v1::Option& option : row.options) {
    json.Object().Key("name").Text(option.name()).Key("type").Text(TypeName(option.type()));
    json.Key("default").Text(option.default_text()).Key("range").Text(option.range());
    json.Key("choices").Array();
    for (const std::string& choice : option.choices()) json.Text(choice);
    json.EndArray().Key("catalogue").Text(option.catalogue());
    json.Key("meaning").Text(option.meaning()).EndObject();
  }
  return json.EndArray().EndObject().text();
}

}  // namespace thalweg::cli
