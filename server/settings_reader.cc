#include "server/settings_reader.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/settings_file.h"
#include "server/settings_table.h"

namespace thalweg {
namespace {

/// Those of `thalweg`, which often runs in the same environment.
constexpr std::array<std::string_view, 7> kClientVariables = {"THALWEG_SERVER",
                                                              "THALWEG_TLS_CA_FILE",
                                                              "THALWEG_CLIENT_CERTIFICATE_FILE",
                                                              "THALWEG_TOKEN_FILE",
                                                              "THALWEG_CLIENT_KEY_FILE",
                                                              "THALWEG_TLS_SERVER_NAME",
                                                              "THALWEG_TOKEN_IN_PLAINTEXT"};

/// A text given for a setting, and where.
struct Given {
  std::string text;
  std::string source;
};
using GivenByFlag = std::map<std::string, Given>;

const SettingRow* Find(const std::string& flag) {
  const auto& rows = SettingRows();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const SettingRow& candidate) {
    return candidate.flag == flag;
  });
  return row == rows.end() ? nullptr : &*row;
}

/// "; did you mean workers?", or where all names are told.
std::string Hint(const std::string& misspelt, const std::string& dashes) {
  std::vector<std::string> known;
  for (const SettingRow& row : SettingRows()) known.push_back(row.flag);
  if (!dashes.empty()) known.insert(known.end(), {"check-config", "help", "version"});
  const std::string nearest = NearestName(misspelt, known);
  if (nearest.empty()) return "; see thalwegd --help";
  return absl::StrCat("; did you mean ", dashes, nearest, "?");
}

absl::Status UnknownArgument(const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  const bool dashed = name.rfind("--", 0) == 0;
  return absl::InvalidArgumentError(
      absl::StrCat("unknown argument ", Quoted(argument),
                   dashed ? Hint(name.substr(2), "--") : "; see thalwegd --help"));
}

struct Flags {
  std::map<std::string, std::string> texts;  // by flag
  CommandLine::Wish wish = CommandLine::Wish::kServe;
};

/// Splits a command line into flags and their texts, or says what in it is no flag of ours.
absl::StatusOr<Flags> SplitFlags(const std::vector<std::string>& given) {
  std::vector<std::string> arguments;
  for (const std::string& argument : given) {
    const bool empty = argument.rfind("--", 0) == 0 && argument.back() == '=';
    if (empty) arguments.push_back(argument.substr(0, argument.size() - 1));
    arguments.push_back(empty ? "" : argument);  // else CLI11 takes the next argument as the value
  }
  Flags flags;
  bool help = false, version = false, check = false;
  CLI::App app;
  app.set_help_flag();  // ours follows from the table
  app.add_flag("--help,-h", help);
  app.add_flag("--version", version);
  app.add_flag("--check-config", check);
  for (const SettingRow& row : SettingRows()) {
    app.add_option("--" + row.flag, flags.texts[row.flag]);
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(arguments);
  } catch (const CLI::ExtrasError&) {
    return UnknownArgument(app.remaining().front());
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  for (const SettingRow& row : SettingRows()) {
    if (app.count("--" + row.flag) == 0) flags.texts.erase(row.flag);
  }
  using Wish = CommandLine::Wish;
  flags.wish = help      ? Wish::kHelp
               : version ? Wish::kVersion
               : check   ? Wish::kCheckConfig
                         : Wish::kServe;
  return flags;
}

GivenByFlag FromFlags(const Flags& flags) {
  GivenByFlag given;
  for (const auto& [flag, text] : flags.texts) given[flag] = {text, "--" + flag};
  return given;
}

GivenByFlag FromVariables(const std::map<std::string, std::string>& environment) {
  GivenByFlag given;
  for (const SettingRow& row : SettingRows()) {
    const auto variable = environment.find(VariableOf(row));
    if (variable != environment.end()) given[row.flag] = {variable->second, variable->first};
  }
  return given;
}

absl::StatusOr<GivenByFlag> FromFile(const std::string& path) {
  const auto lines = ReadSettingsFile(path);
  if (!lines.ok()) return lines.status();
  GivenByFlag given;
  for (const SettingLine& line : *lines) {
    if (Find(line.key) == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(line.place, ": unknown key ", Quoted(line.key), Hint(line.key, "")));
    }
    if (line.key == "config") {
      return absl::InvalidArgumentError(
          absl::StrCat(line.place, ": a file of settings cannot name another"));
    }
    given[line.key] = {line.value, line.place};
  }
  return given;
}

/// Puts what one source gives over what `line` holds so far.
absl::Status Apply(const GivenByFlag& all, CommandLine& line) {
  for (const auto& [flag, given] : all) {
    const SettingRow& row = *Find(flag);
    if (!Assign(row, given.text, line.settings)) {
      return absl::InvalidArgumentError(absl::StrCat(
          NameIn(given.source, flag), ": ", Quoted(given.text), " is not ", Permitted(row)));
    }
    line.sources[flag] = given.source;
  }
  return absl::OkStatus();
}

std::string TextOf(const std::string& flag, const GivenByFlag& given) {
  const auto entry = given.find(flag);
  return entry == given.end() ? "" : entry->second.text;
}

/// Names in THALWEG_... that we or our clients do not know.
std::vector<std::string> UnknownVariables(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : environment) {
    const bool known = std::count(kClientVariables.begin(), kClientVariables.end(), name) > 0 ||
                       std::any_of(SettingRows().begin(), SettingRows().end(),
                                   [&](const SettingRow& row) { return VariableOf(row) == name; });
    if (name.rfind("THALWEG_", 0) == 0 && !known) unknown.push_back(name);
  }
  return unknown;
}

}  // namespace

absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments,
                                            const std::map<std::string, std::string>& environment) {
  const auto flags = SplitFlags(arguments);
  if (!flags.ok()) return flags.status();
  CommandLine line;
  line.wish = flags->wish;
  GivenByFlag defaults;
  for (const SettingRow& row : SettingRows()) defaults[row.flag] = {row.standard, "default"};
  const GivenByFlag variables = FromVariables(environment);
  const GivenByFlag given = FromFlags(*flags);

  std::string path = TextOf("config", given);
  if (path.empty()) path = TextOf("config", variables);
  const absl::StatusOr<GivenByFlag> file = path.empty() ? GivenByFlag{} : FromFile(path);
  if (!file.ok()) return file.status();
  for (const GivenByFlag& source : {defaults, *file, variables, given}) {
    if (const absl::Status applied = Apply(source, line); !applied.ok()) return applied;
  }
  line.unknown_variables = UnknownVariables(environment);
  return line;
}

std::string NameIn(const std::string& source, const std::string& flag) {
  if (source == "default") return "--" + flag;
  return source.find(':') == std::string::npos ? source : absl::StrCat(source, ": ", flag);
}

}  // namespace thalweg
