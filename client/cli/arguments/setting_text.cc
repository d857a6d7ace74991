#include "client/cli/arguments/setting_text.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/arguments/setting_argument.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

/// A text that reads back as one goes bare, any other in quotes.
std::string TextText(const std::string& text) {
  const Parsed<NamedSetting> read = ParseSetting("", "x=" + text);
  if (read.ok() && read->setting.has_text() && read->setting.text() == text) return text;
  const char quote = text.find('\'') == std::string::npos ? '\'' : '"';
  return absl::StrCat(std::string(1, quote), text, std::string(1, quote));
}

/// "kind(a=1)"; with `always`, "kind()" too, which tells a part from a text.
std::string Written(const v1::Part& part, bool always) {
  if (part.settings().empty() && !always) return part.kind();
  // In the order of names: a protobuf map has none of its own.
  const std::map<std::string, v1::Setting> settings(part.settings().begin(), part.settings().end());
  return absl::StrCat(part.kind(), "(",
                      absl::StrJoin(settings, ",",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, entry.first, "=",
                                                      SettingText(entry.second));
                                    }),
                      ")");
}

}  // namespace

std::string PartText(const v1::Part& part) { return Written(part, /*always=*/false); }

std::string SettingText(const v1::Setting& setting) {
  switch (setting.value_case()) {
    case v1::Setting::kNumber:
      return NumberText(setting.number());
    case v1::Setting::kFlag:
      return setting.flag() ? "true" : "false";
    case v1::Setting::kText:
      return TextText(setting.text());
    case v1::Setting::kNumbers:
      return absl::StrCat("[",
                          absl::StrJoin(setting.numbers().values(), ",",
                                        [](std::string* out, double number) {
                                          absl::StrAppend(out, NumberText(number));
                                        }),
                          "]");
    case v1::Setting::kPart:
      return Written(setting.part(), /*always=*/true);
    case v1::Setting::kParts:
      return absl::StrCat("[",
                          absl::StrJoin(setting.parts().parts(), ",",
                                        [](std::string* out, const v1::Part& part) {
                                          absl::StrAppend(out, PartText(part));
                                        }),
                          "]");
    case v1::Setting::VALUE_NOT_SET:
      break;
  }
  return "";
}

}  // namespace thalweg::cli
