#include "client/cli/arguments/setting_argument.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::cli {
namespace {

/// What is inside the parentheses of a part, and the closing one.
void ReadOptions(Reader& reader, v1::Part& part) {
  if (reader.Take(')')) return;
  do {
    const std::string name = reader.Name();
    if (name.empty()) {
      return reader.Fail("expected an option as name=value; a list is written [1,2]");
    }
    if (part.settings().contains(name)) {
      return reader.Fail(absl::StrCat("'", name, "' is given twice"));
    }
    if (!reader.Take('=')) return reader.Fail(absl::StrCat("expected '=' after '", name, "'"));
    (*part.mutable_settings())[name] = ReadSetting(reader);
  } while (reader.Take(','));
  if (!reader.Take(')')) reader.Fail("expected ',' or ')'");
}

/// The numbers of a list after `first`, which has been read.
void ReadMoreNumbers(Reader& reader, double first, v1::NumberList& list) {
  list.add_values(first);
  while (reader.Take(',')) {
    if (reader.AtEnd() || reader.Next(']')) return;  // a comma at the end
    const std::optional<double> number = reader.Number();
    if (!number) return reader.Fail("expected a number; a list holds numbers alone or parts alone");
    list.add_values(*number);
  }
}

/// What stands in brackets, and the closing one.
v1::Setting ReadList(Reader& reader) {
  v1::Setting list;
  if (const std::optional<double> number = reader.Number()) {
    ReadMoreNumbers(reader, *number, *list.mutable_numbers());
  } else if (reader.AtName()) {
    do {
      *list.mutable_parts()->add_parts() = ReadPart(reader);
    } while (reader.Take(','));
  } else {
    list.mutable_numbers();
  }
  if (!reader.Take(']')) reader.Fail("expected ',' or ']'");
  return list;
}

/// A part with its parentheses, a flag, or a text.
v1::Setting ReadNamed(Reader& reader) {
  v1::Setting setting;
  const std::string name = reader.Name();
  if (reader.Take('(')) {
    setting.mutable_part()->set_kind(name);
    ReadOptions(reader, *setting.mutable_part());
  } else if (name == "true" || name == "false") {
    setting.set_flag(name == "true");
  } else {
    setting.set_text(name);
  }
  return setting;
}

}  // namespace

v1::Part ReadPart(Reader& reader) {
  v1::Part part;
  part.set_kind(reader.Name());
  if (part.kind().empty()) {
    reader.Fail("expected a name, such as cosine(initial=0.1)");
  } else if (reader.Take('(')) {
    ReadOptions(reader, part);
  }
  return part;
}

v1::Setting ReadSetting(Reader& reader) {
  v1::Setting setting;
  if (const std::optional<double> number = reader.Number()) {
    setting.set_number(*number);
  } else if (const std::optional<std::string> text = reader.Quoted()) {
    setting.set_text(*text);
  } else if (reader.Take('[')) {
    setting = ReadList(reader);
  } else if (reader.AtName()) {
    setting = ReadNamed(reader);
  } else {
    reader.Fail("expected a value: a number, true, false, a text, [a list], or name(option=value)");
  }
  return setting;
}

Parsed<NamedSetting> ParseSetting(std::string_view flag, std::string_view text) {
  Reader reader(flag, text);
  const std::string name = reader.Name();
  if (name.empty()) {
    reader.Fail("expected an option and a value, such as learning_rate=0.1");
  } else if (!reader.Take('=')) {
    reader.Fail(absl::StrCat("expected '=' and a value after '", name, "'"));
  }
  v1::Setting setting = ReadSetting(reader);
  // Only here, where no other option can follow, may a list go without brackets.
  if (setting.has_number() && reader.Next(',')) {
    const double first = setting.number();  // gone once the setting is a list
    ReadMoreNumbers(reader, first, *setting.mutable_numbers());
  }
  if (!reader.AtEnd()) reader.Fail("expected the end of the value");
  if (reader.failed()) return reader.error();
  return NamedSetting{name, std::move(setting)};
}

}  // namespace thalweg::cli
