#include "server/core/option_table.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr size_t kMostViolations = 20;  // more would help nobody
constexpr char kScheduleCatalogue[] = "schedule";

std::string BoundText(double bound) { return bound == kCount.high ? "2^53" : NumberText(bound); }

std::string ListText(const std::vector<double>& values) {
  return absl::StrCat(
      "[",
      absl::StrJoin(values, ", ",
                    [](std::string* out, double value) { out->append(NumberText(value)); }),
      "]");
}

// What was given, for "expected ..., got ...". Never more than a line.
struct GotText {
  std::string operator()(double value) const { return NumberText(value); }
  std::string operator()(bool value) const {
    return absl::StrCat("the flag ", value ? "true" : "false");
  }
  std::string operator()(const std::string& value) const {
    return absl::StrCat("the text ", Quoted(value));
  }
  std::string operator()(const std::vector<double>& values) const {
    return absl::StrCat("a list of ", values.size(), " numbers");
  }
  std::string operator()(const std::vector<Part>& parts) const {
    return parts.size() == 1 ? absl::StrCat("the part ", Quoted(parts.front().kind))
                             : absl::StrCat("a list of ", parts.size(), " parts");
  }
};

std::string ExpectedText(const OptionInfo& info) {
  const std::string range = absl::StrCat(" in ", info.range.Text());
  switch (info.type) {
    case OptionType::kNumber:
      return absl::StrCat("a number", range);
    case OptionType::kInteger:
      return absl::StrCat("a whole number", range);
    case OptionType::kFlag:
      return "true or false";
    case OptionType::kText:
      if (info.choices.empty()) return "a text";
      return absl::StrCat("one of ", absl::StrJoin(info.choices, ", "));
    case OptionType::kSchedule:
      return absl::StrCat("a number", range, " or a schedule");
    case OptionType::kPart:
      return absl::StrCat("a part of kind ", info.catalogue, ", or its name");
    case OptionType::kNumbers:
      return absl::StrCat("a list of numbers", range);
    case OptionType::kParts:
      if (info.catalogue != kScheduleCatalogue) {
        return absl::StrCat("a list of parts of kind ", info.catalogue);
      }
      return absl::StrCat("a list of schedules, or of numbers", range);
  }
  return "";
}

absl::Status UnexpectedText(const OptionInfo& info, const std::string& got) {
  return Refuse("", Reason::kInvalidValue,
                absl::StrCat(info.name, ": expected ", ExpectedText(info), ", got ", got));
}

absl::Status Unexpected(const OptionInfo& info, const Setting& setting) {
  return UnexpectedText(info, std::visit(GotText(), setting));
}

bool IsWhole(double value) { return value == std::trunc(value); }

// Puts a setting into a field of one of the types that options have.
struct Assigner {
  const OptionInfo& info;
  const Setting& setting;

  absl::Status operator()(double* field) const {
    const auto* value = std::get_if<double>(&setting);
    if (value == nullptr || !info.range.Contains(*value)) return Unexpected(info, setting);
    *field = *value;
    return absl::OkStatus();
  }

  absl::Status operator()(int64_t* field) const {
    const auto* value = std::get_if<double>(&setting);
    const bool fits = value != nullptr && info.range.Contains(*value) && IsWhole(*value) &&
                      std::abs(*value) <= kCount.high;
    if (!fits) return Unexpected(info, setting);
    *field = static_cast<int64_t>(*value);
    return absl::OkStatus();
  }

  absl::Status operator()(bool* field) const {
    const auto* value = std::get_if<bool>(&setting);
    if (value == nullptr) return Unexpected(info, setting);
    *field = *value;
    return absl::OkStatus();
  }

  absl::Status operator()(std::string* field) const {
    const auto* value = std::get_if<std::string>(&setting);
    if (value == nullptr) return Unexpected(info, setting);
    const bool any = info.choices.empty();
    if (!any && std::find(info.choices.begin(), info.choices.end(), *value) == info.choices.end()) {
      return Refuse("", Reason::kUnknownName, UnknownName(info.name, *value, info.choices));
    }
    *field = *value;
    return absl::OkStatus();
  }

  absl::Status operator()(Schedule* field) const {
    if (const auto* value = std::get_if<double>(&setting)) {
      if (!info.range.Contains(*value)) return Unexpected(info, setting);
      *field = Schedule(*value);
      return absl::OkStatus();
    }
    const auto* parts = std::get_if<std::vector<Part>>(&setting);
    if (parts == nullptr || parts->size() != 1) return Unexpected(info, setting);
    absl::StatusOr<Schedule> schedule = Schedule::From(setting);
    if (!schedule.ok()) return schedule.status();
    *field = *std::move(schedule);
    return absl::OkStatus();
  }

  absl::Status operator()(std::vector<double>* field) const {
    const auto values = Numbers();
    if (!values) return Unexpected(info, setting);
    for (size_t i = 0; i < values->size(); ++i) {
      const double value = (*values)[i];
      if (!info.range.Contains(value)) {
        return UnexpectedText(info, absl::StrCat(NumberText(value), " at [", i, "]"));
      }
    }
    *field = *values;
    return absl::OkStatus();
  }

  absl::Status operator()(std::vector<Schedule>* field) const {
    std::vector<Schedule> schedules;
    if (const auto* parts = std::get_if<std::vector<Part>>(&setting)) {
      for (size_t i = 0; i < parts->size(); ++i) {
        absl::StatusOr<Schedule> schedule = Schedule::From(std::vector<Part>{(*parts)[i]});
        if (!schedule.ok()) return Under(absl::StrCat("[", i, "]"), schedule.status());
        schedules.push_back(*std::move(schedule));
      }
    } else {
      std::vector<double> values;
      absl::Status status = (*this)(&values);
      if (!status.ok()) return status;
      schedules.assign(values.begin(), values.end());
    }
    *field = std::move(schedules);
    return absl::OkStatus();
  }

  absl::Status operator()(Part* field) const {
    if (const auto* name = std::get_if<std::string>(&setting)) {
      *field = {*name, {}};
      return absl::OkStatus();
    }
    const auto* parts = std::get_if<std::vector<Part>>(&setting);
    if (parts == nullptr || parts->size() != 1) return Unexpected(info, setting);
    *field = parts->front();
    return absl::OkStatus();
  }

  absl::Status operator()(std::vector<Part>* field) const {
    if (const auto* name = std::get_if<std::string>(&setting)) {
      *field = {{*name, {}}};
      return absl::OkStatus();
    }
    const auto* parts = std::get_if<std::vector<Part>>(&setting);
    if (parts == nullptr) return Unexpected(info, setting);
    *field = *parts;
    return absl::OkStatus();
  }

  // A list of numbers; one number is a list of one.
  std::optional<std::vector<double>> Numbers() const {
    if (const auto* value = std::get_if<double>(&setting)) return std::vector<double>{*value};
    if (const auto* values = std::get_if<std::vector<double>>(&setting)) return *values;
    return std::nullopt;
  }
};

struct TypeNamer {
  OptionType operator()(double*) const { return OptionType::kNumber; }
  OptionType operator()(int64_t*) const { return OptionType::kInteger; }
  OptionType operator()(bool*) const { return OptionType::kFlag; }
  OptionType operator()(std::string*) const { return OptionType::kText; }
  OptionType operator()(Schedule*) const { return OptionType::kSchedule; }
  OptionType operator()(std::vector<double>*) const { return OptionType::kNumbers; }
  OptionType operator()(std::vector<Schedule>*) const { return OptionType::kParts; }
  OptionType operator()(Part*) const { return OptionType::kPart; }
  OptionType operator()(std::vector<Part>*) const { return OptionType::kParts; }
};

struct Printer {
  std::string operator()(const double* value) const { return NumberText(*value); }
  std::string operator()(const int64_t* value) const { return absl::StrCat(*value); }
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const std::string* value) const { return *value; }
  std::string operator()(const Schedule* value) const { return NumberText(value->At(0)); }
  std::string operator()(const std::vector<double>* values) const { return ListText(*values); }
  std::string operator()(const std::vector<Schedule>* schedules) const {
    std::vector<double> values;
    for (const Schedule& schedule : *schedules) values.push_back(schedule.At(0));
    return ListText(values);
  }
  std::string operator()(const Part* part) const { return part->kind; }
  std::string operator()(const std::vector<Part>* parts) const {
    const auto kind = [](std::string* out, const Part& part) { out->append(part.kind); };
    return absl::StrCat("[", absl::StrJoin(*parts, ", ", kind), "]");
  }
};

struct CatalogueNamer {
  const std::string& named;
  std::string operator()(Schedule*) const { return kScheduleCatalogue; }
  std::string operator()(std::vector<Schedule>*) const { return kScheduleCatalogue; }
  std::string operator()(Part*) const { return named; }
  std::string operator()(std::vector<Part>*) const { return named; }
  template <typename Other>
  std::string operator()(Other*) const {
    return "";
  }
};

// "settings[beta1]", whatever bytes a stranger chose for the name.
std::string SettingPath(std::string_view name) {
  const std::string quoted = Quoted(name);
  return absl::StrCat("settings[", quoted.substr(1, quoted.size() - 2), "]");
}

void Append(const absl::Status& status, std::vector<Violation>& violations) {
  for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
}

}  // namespace

std::string Range::Text() const {
  return absl::StrCat(low_open ? "(" : "[", BoundText(low), ", ", BoundText(high),
                      high_open ? ")" : "]");
}

namespace internal {

OptionType TypeOf(const OptionField& field) { return std::visit(TypeNamer(), field); }

std::string TextOf(const OptionField& field) { return std::visit(Printer(), field); }

std::string CatalogueOf(const OptionField& field, const std::string& named) {
  return std::visit(CatalogueNamer{named}, field);
}

absl::Status Assign(const OptionInfo& info, const Setting& setting, OptionField field) {
  return std::visit(Assigner{info, setting}, field);
}

absl::Status ReadAll(const Part& part, const std::vector<OptionInfo>& infos,
                     const std::vector<OptionField>& fields) {
  std::vector<Violation> violations;
  std::vector<std::string> known;
  for (size_t i = 0; i < infos.size(); ++i) {
    const OptionInfo& info = infos[i];
    known.push_back(info.name);
    const auto given = part.settings.find(info.name);
    if (given != part.settings.end()) {
      Append(Under(SettingPath(info.name), Assign(info, given->second, fields[i])), violations);
    } else if (info.default_text.empty()) {
      violations.push_back({SettingPath(info.name), Reason::kMissingField,
                            absl::StrCat(info.name, " must be given: ", ExpectedText(info))});
    }
  }
  for (const auto& [name, unused] : part.settings) {
    if (violations.size() >= kMostViolations) break;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    violations.push_back({SettingPath(name), Reason::kUnknownName,
                          UnknownName(absl::StrCat(part.kind, " option"), name, known)});
  }
  return violations.empty() ? absl::OkStatus() : Refuse(std::move(violations));
}

}  // namespace internal
}  // namespace thalweg
