#include "client/cli/arguments/stop_argument.h"

#include "client/cli/arguments/setting_argument.h"

namespace thalweg::cli {

Parsed<v1::Part> ParseStop(std::string_view flag, std::string_view text) {
  Reader reader(flag, text);
  v1::Part rule = ReadPart(reader);
  if (rule.settings().empty() && reader.Take('=')) {
    // What every rule of the catalogue calls the number it compares with.
    (*rule.mutable_settings())["threshold"] = ReadSetting(reader);
  }
  if (!reader.AtEnd())
    reader.Fail("expected the end; a rule is written name=value or name(a=1,b=2)");
  if (reader.failed()) return reader.error();
  return rule;
}

}  // namespace thalweg::cli
