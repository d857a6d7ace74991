#include "server/rpc/translate/part.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/refusals.h"

namespace thalweg::rpc {
namespace {

constexpr size_t kMostKindBytes = 64;
constexpr size_t kMostTextBytes = 4096;
constexpr int kMostSettings = 64;
constexpr int kMostParts = 256;  // in one list
constexpr int kMostNumbers = 100'000;

absl::StatusOr<Part> PartAt(const v1::Part& part, int depth);

absl::Status TooMany(std::string field, int count, int most) {
  return Refuse(std::move(field), Reason::kInvalidValue,
                absl::StrCat("has ", count, " entries; at most ", most, " are allowed"));
}

absl::StatusOr<Setting> PartsAt(const v1::PartList& list, int depth) {
  if (list.parts_size() > kMostParts) return TooMany("parts", list.parts_size(), kMostParts);
  std::vector<Part> parts;
  for (int i = 0; i < list.parts_size(); ++i) {
    auto part = PartAt(list.parts(i), depth);
    if (!part.ok()) return Under(absl::StrCat("parts[", i, "]"), part.status());
    parts.push_back(*std::move(part));
  }
  return Setting(std::move(parts));
}

absl::StatusOr<Setting> SettingAt(const v1::Setting& setting, int depth) {
  switch (setting.value_case()) {
    case v1::Setting::kNumber:
      return Setting(setting.number());
    case v1::Setting::kFlag:
      return Setting(setting.flag());
    case v1::Setting::kText:
      if (setting.text().size() > kMostTextBytes) {
        return Refuse("text", Reason::kInvalidValue,
                      absl::StrCat("has ", setting.text().size(), " bytes; at most ",
                                   kMostTextBytes, " are allowed"));
      }
      return Setting(setting.text());
    case v1::Setting::kNumbers: {
      const auto& numbers = setting.numbers().values();
      if (numbers.size() > kMostNumbers) return TooMany("numbers", numbers.size(), kMostNumbers);
      return Setting(std::vector<double>(numbers.begin(), numbers.end()));
    }
    case v1::Setting::kPart: {
      auto part = PartAt(setting.part(), depth);
      if (!part.ok()) return part.status();
      return Setting(std::vector<Part>{*std::move(part)});
    }
    case v1::Setting::kParts:
      return PartsAt(setting.parts(), depth);
    case v1::Setting::VALUE_NOT_SET:
      break;
  }
  return Refuse("", Reason::kMissingField,
                "has no value; give number, flag, text, numbers, part or parts");
}

absl::StatusOr<Part> PartAt(const v1::Part& part, int depth) {
  if (depth > kMostPartDepth) {
    return Refuse("", Reason::kInvalidValue,
                  absl::StrCat("nests more than ", kMostPartDepth, " parts deep"));
  }
  if (part.kind().empty()) {
    return Refuse("kind", Reason::kMissingField, "is empty; name an entry of its catalogue");
  }
  if (part.kind().size() > kMostKindBytes) {
    return Refuse("kind", Reason::kUnknownName,
                  absl::StrCat("unknown kind ", Quoted(part.kind(), kMostKindBytes)));
  }
  if (part.settings_size() > kMostSettings) {
    return TooMany("settings", part.settings_size(), kMostSettings);
  }
  Refusals refusals;
  Part result;
  result.kind = part.kind();
  for (const auto& [name, setting] : part.settings()) {
    auto value = SettingAt(setting, depth + 1);
    if (value.ok()) {
      result.settings.emplace(name, *std::move(value));
    } else {
      refusals.Add(Keyed("settings", name), value.status());
    }
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return result;
}

}  // namespace

absl::StatusOr<Part> FromWire(const v1::Part& part) { return PartAt(part, /*depth=*/1); }

absl::StatusOr<Setting> FromWire(const v1::Setting& setting) {
  return SettingAt(setting, /*depth=*/1);
}

void ToWire(const Part& part, v1::Part& wire) {
  wire.set_kind(part.kind);
  for (const auto& [name, setting] : part.settings)
    ToWire(setting, (*wire.mutable_settings())[name]);
}

void ToWire(const Setting& setting, v1::Setting& wire) {
  if (const auto* number = std::get_if<double>(&setting)) {
    wire.set_number(*number);
  } else if (const auto* flag = std::get_if<bool>(&setting)) {
    wire.set_flag(*flag);
  } else if (const auto* text = std::get_if<std::string>(&setting)) {
    wire.set_text(*text);
  } else if (const auto* numbers = std::get_if<std::vector<double>>(&setting)) {
    wire.mutable_numbers()->mutable_values()->Add(numbers->begin(), numbers->end());
  } else {
    // One part and a list of one are the same value to the core; the plain form is for people.
    const auto& parts = std::get<std::vector<Part>>(setting);
    if (parts.size() == 1) return ToWire(parts.front(), *wire.mutable_part());
    for (const Part& part : parts) ToWire(part, *wire.mutable_parts()->add_parts());
    if (parts.empty()) wire.mutable_parts();
  }
}

}  // namespace thalweg::rpc
