// thalweg completion: a script for bash, made from the table of commands.
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/exit_code.h"

namespace thalweg::cli {
namespace {

/// The flags of `app` and the names of its sub-commands.
std::vector<std::string> WordsOf(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
  return words;
}

/// One line of the script's case, and those of everything below `app`.
void AppendCases(const CLI::App& app, const std::string& path, std::string& cases) {
  absl::StrAppend(&cases, "    \"", path, "\") words=\"", absl::StrJoin(WordsOf(app), " "),
                  "\" ;;\n");
  for (const CLI::App* command : app.get_subcommands({})) {
    AppendCases(*command, absl::StrCat(path, " ", command->get_name()), cases);
  }
}

std::string Script(const CLI::App& root) {
  std::string cases;
  AppendCases(root, "thalweg", cases);
  return absl::StrCat(R"(_thalweg() {
  local path="thalweg" word words=""
  for word in "${COMP_WORDS[@]:1:2}"; do
    case "$word" in -*|"") break ;; *) [ "$word" = "${COMP_WORDS[COMP_CWORD]}" ] || path="$path $word" ;; esac
  done
  while :; do
    case "$path" in
)",
                      cases, R"(    esac
    [ -z "$words" ] && [ "$path" != thalweg ] || break
    path="${path% *}"
  done
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _thalweg thalweg
)");
}

}  // namespace

Action AddCompletion(CLI::App& app, Context& context) {
  const auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash")
      ->required()
      ->type_name("")
      ->check(Unnamed(CLI::IsMember({"bash"})));
  app.footer(
      "\nExample, for ~/.bashrc:\n  thalweg completion bash > ~/.thalweg_completion && . "
      "~/.thalweg_completion");
  return [&app, &context, shell] {
    context.out << Script(*app.get_parent());
    return int{kEndedWell};
  };
}

}  // namespace thalweg::cli
