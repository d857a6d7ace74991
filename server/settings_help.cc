#include "server/settings_help.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/settings_file.h"
#include "server/settings_table.h"

namespace thalweg {
namespace {

void AppendHelp(const SettingRow& row, std::string& text) {
  const std::string permitted = Permitted(row);
  absl::StrAppend(&text, "  --", row.flag, " <value>   ", VariableOf(row), "\n      ", row.meaning,
                  ".\n      ",
                  permitted.empty() ? "" : absl::StrCat("Permitted: ", permitted, ". "),
                  "Default: ", row.standard.empty() ? "none" : row.standard, "\n");
}

}  // namespace

std::string HelpText() {
  std::string text =
      "thalwegd: descends functions, over gRPC.\n\n"
      "  thalwegd [--flag value ...]\n\n"
      "Every flag can be given as an environment variable or in a file (--config) instead. A flag "
      "wins over\nits variable, the variable over the file.\n\n";
  for (const SettingGroup& group : SettingGroups()) {
    absl::StrAppend(&text, group.title, "\n");
    for (const SettingRow& row : group.rows) AppendHelp(row, text);
    text += "\n";
  }
  absl::StrAppend(&text,
                  "Instead of serving\n"
                  "  --check-config\n      check the settings, print them as a file and say where "
                  "each comes from, and exit: 0, or 2\n"
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

std::string AsFile(const CommandLine& line, const Machine& machine) {
  const Settings in_force = line.settings.On(machine);
  std::string text;
  for (const SettingGroup& group : SettingGroups()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", "# ", group.title, "\n");
    for (const SettingRow& row : group.rows) {
      const std::string said = Print(row, line.settings), meant = Print(row, in_force);
      // A file cannot name another: there the line is a comment.
      absl::StrAppendFormat(&text, "%s%-44s # %s%s\n", row.flag == "config" ? "# " : "",
                            row.flag + " = " + AsFileValue(said), line.sources.at(row.flag),
                            said == meant ? "" : absl::StrCat("; here ", meant));
    }
  }
  return text;
}

}  // namespace thalweg
