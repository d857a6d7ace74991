#include "server/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/settings_table.h"

namespace thalweg {
namespace {

constexpr int64_t kMiB = 1 << 20;

/// Those of `thalweg`, which often runs in the same environment.
constexpr std::array<std::string_view, 3> kClientVariables = {
    "THALWEG_SERVER", "THALWEG_TLS_CA_FILE", "THALWEG_TOKEN_FILE"};

absl::Status Bad(const std::string& where, const std::string& text, const SettingRow& row) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": '", text, "' is not ", Permitted(row)));
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

struct Flags {
  std::map<std::string, std::string> values;  // by flag
  CommandLine::Wish wish = CommandLine::Wish::kServe;
};

/// Splits a command line into flags and their texts, or says what in it is no flag of ours.
absl::StatusOr<Flags> ReadFlags(const std::vector<std::string>& given) {
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
  for (const SettingRow& row : SettingRows())
    app.add_option("--" + row.flag, flags.values[row.flag]);
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(arguments);
  } catch (const CLI::ExtrasError&) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown argument '", app.remaining().front(), "'; see thalwegd --help"));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  for (const SettingRow& row : SettingRows()) {
    if (app.count("--" + row.flag) == 0) flags.values.erase(row.flag);
  }
  using Wish = CommandLine::Wish;
  flags.wish = help      ? Wish::kHelp
               : version ? Wish::kVersion
               : check   ? Wish::kCheckConfig
                         : Wish::kServe;
  return flags;
}

void AppendHelp(const SettingRow& row, std::string& text) {
  const std::string permitted = Permitted(row);
  absl::StrAppend(&text, "  --", row.flag, " <value>   ", VariableOf(row), "\n      ", row.meaning,
                  ".\n      ",
                  permitted.empty() ? "" : absl::StrCat("Permitted: ", permitted, ". "),
                  "Default: ", row.standard.empty() ? "none" : row.standard, "\n");
}

}  // namespace

absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments,
                                            const std::map<std::string, std::string>& environment) {
  const auto flags = ReadFlags(arguments);
  if (!flags.ok()) return flags.status();

  CommandLine line{.wish = flags->wish, .settings = {}, .unknown_variables = {}};
  for (const SettingRow& row : SettingRows()) {
    const auto flag = flags->values.find(row.flag);
    const auto variable = environment.find(VariableOf(row));
    if (flag != flags->values.end()) {
      if (!Assign(row, flag->second, line.settings)) return Bad("--" + row.flag, flag->second, row);
    } else if (variable != environment.end()) {
      if (!Assign(row, variable->second, line.settings)) {
        return Bad(VariableOf(row), variable->second, row);
      }
    } else {
      Assign(row, row.standard, line.settings);
    }
  }
  line.unknown_variables = UnknownVariables(environment);
  return line;
}

std::string HelpText() {
  std::string text =
      "thalwegd: descends functions, over gRPC.\n\n"
      "  thalwegd [--flag value ...]\n\n"
      "Every flag can be given as an environment variable instead; the flag wins.\n\n";
  for (const SettingGroup& group : SettingGroups()) {
    absl::StrAppend(&text, group.title, "\n");
    for (const SettingRow& row : group.rows) AppendHelp(row, text);
    text += "\n";
  }
  absl::StrAppend(&text,
                  "Instead of serving\n"
                  "  --check-config\n      check the settings, print them, and exit\n"
                  "  --version\n      print the version and exit\n"
                  "  --help\n      print this and exit\n\n"
                  "SIGTERM, SIGINT or SIGHUP stops gracefully; runs go on at the next start. A "
                  "second one stops at once.\nExit codes: 0 stopped gracefully, 1 cannot go on or "
                  "stopped at once, 2 wrong settings.\n");
  return text;
}

std::map<std::string, std::string> Describe(const Settings& settings) {
  std::map<std::string, std::string> described;
  for (const SettingRow& row : SettingRows()) described[row.flag] = Print(row, settings);
  return described;
}

std::string Settings::StoreUrl() const { return store.empty() ? "sqlite:" + data_dir : store; }

std::vector<std::string> Settings::AllowedOrigins() const {
  return SplitOrigins(http_allowed_origins);
}

runs::RunBookOptions Settings::ForRuns() const {
  return {.workers = static_cast<int>(workers),
          .slice = std::chrono::microseconds(slice_us),
          .max_unfinished_runs = max_unfinished_runs,
          .max_pending_bytes = static_cast<size_t>(max_pending_mib * kMiB),
          .max_resident_trace_bytes = static_cast<size_t>(trace_memory_mib * kMiB),
          .max_trace_bytes_per_run = static_cast<size_t>(max_trace_mib * kMiB),
          .limits = Limits()};
}

studies::StudyBookOptions Settings::ForStudies() const {
  return {.max_unfinished_studies = max_unfinished_studies,
          .max_runs_per_study = max_runs_per_study};
}

expression::Limits Settings::Limits() const {
  expression::Limits limits;
  limits.text_bytes = max_expression_bytes;
  limits.program_operations = max_program_operations;
  limits.evaluation_operations = max_evaluation_operations;
  limits.scratch_bytes = max_objective_memory_mib * kMiB;
  limits.coordinates = max_variables;
  return limits;
}

}  // namespace thalweg
