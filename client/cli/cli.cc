#include "client/cli/cli.h"

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "client/cli/commands/command.h"
#include "client/cli/exit_code.h"
#include "client/cli/failure.h"
#include "client/cli/nearest.h"

namespace thalweg::cli {
namespace {

using Actions = std::map<const CLI::App*, Action>;

constexpr char kFooter[] = R"(
Examples:
  thalweg minimize '(x-2.5)**2-1' --start x=0 --set learning_rate=0.1
  thalweg minimize --function rosenbrock --optimizer adam
  thalweg catalog optimizers adam
  thalweg runs list --state running
  thalweg study race --function beale --methods adam,bfgs,nelder_mead

Environment: THALWEG_SERVER, the server's host:port [localhost:50051]; NO_COLOR; those of TLS and
tokens are in every command's help.
Exit codes: 0 ended well; 1 wrong usage, or refused; 2 diverged, not finite, or failed;
3 server not reached; 130 Ctrl-C.)";

/// What a group of commands is for.
std::string SummaryOf(const std::string& group) {
  if (group == "runs") return "Look up and steer runs";
  if (group == "datasets") return "Upload and look at tables, which models learn from";
  return group == "study" ? "Compare settings and methods" : "About the server";
}

/// The app that the words before the last of a command's name lead to; made where it is new.
CLI::App& ParentOf(CLI::App& root, const std::vector<std::string>& words) {
  CLI::App* parent = &root;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const auto same =
        parent->get_subcommands([&](const CLI::App* app) { return app->get_name() == words[i]; });
    CLI::App* child = same.empty() ? nullptr : same.front();
    if (child == nullptr) {
      child = parent->add_subcommand(words[i], SummaryOf(words[i]));
      child->require_subcommand(1);
    }
    parent = child;
  }
  return *parent;
}

Actions AddCommands(CLI::App& root, Context& context) {
  Actions actions;
  for (const Command& command : Commands()) {
    const std::vector<std::string> words = absl::StrSplit(command.name, ' ');
    CLI::App* const app = ParentOf(root, words).add_subcommand(words.back(), command.summary);
    for (const std::string& alias : command.aliases) app->alias(alias);
    actions[app] = command.add(*app, context);
  }
  return actions;
}

/// A formula may begin with a minus: "-x**2". No flag here has one dash and more than one letter,
/// so such an argument is a formula, and a blank in front keeps CLI11 from taking it for flags.
std::vector<std::string> Shielded(std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    const bool one_dash = argument.size() > 1 && argument[0] == '-' && argument[1] != '-';
    if (one_dash && argument != "-h" && argument != "-q") argument.insert(0, " ");
  }
  return arguments;
}

/// The innermost command that was named.
const CLI::App* Innermost(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::string PathOf(const CLI::App* app) {
  if (app->get_parent() == nullptr) return app->get_name();
  return absl::StrCat(PathOf(app->get_parent()), " ", app->get_name());
}

std::vector<std::string> KnownWords(const CLI::App& app, bool flags) {
  std::vector<std::string> known;
  if (!flags) {
    for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
    return known;
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  return known;
}

/// What is wrong with the arguments, with the flag or command that was probably meant.
std::string UsageText(const CLI::App& root, const std::vector<std::string>& arguments,
                      const CLI::ParseError& error) {
  const CLI::App* const app = Innermost(root);
  const bool wants_command = !app->get_subcommands({}).empty();
  for (const std::string& word : arguments) {
    const bool flag = absl::StartsWith(word, "--");
    const std::string name = word.substr(0, word.find('='));
    const std::vector<std::string> known = KnownWords(*app, flag);
    if (std::count(known.begin(), known.end(), name) > 0) continue;
    if (flag && name.size() > 2) {
      return absl::StrCat("unknown flag '", name, "'", DidYouMean(name, known));
    }
    if (!flag && wants_command && word != app->get_name()) {
      return absl::StrCat("unknown command '", word, "'", DidYouMean(word, known));
    }
  }
  return wants_command ? "which command?" : error.what();
}

int Report(const CLI::App& root, const std::vector<std::string>& arguments,
           const CLI::ParseError& error, Context& context) {
  if (error.get_exit_code() == 0) return root.exit(error, context.out, context.err);  // --help
  const CLI::App* const app = Innermost(root);
  context.err << "thalweg: " << UsageText(root, arguments, error) << "\nsee: " << PathOf(app)
              << " --help\n";
  return kRefused;
}

int Act(const CLI::App& root, const Actions& actions, Context& context) {
  try {
    return actions.at(Innermost(root))();
  } catch (const Failure& failure) {
    context.out << std::flush;
    context.err << "thalweg: " << failure.what() << "\n";
    return failure.code();
  }
}

}  // namespace

int RunCli(const std::vector<std::string>& arguments, Context& context) {
  CLI::App root("Descends functions on a Thalweg server and shows how.", "thalweg");
  root.set_version_flag("--version", "thalweg " THALWEG_VERSION);
  root.set_help_flag("--help,-h", "Print this help and leave");
  root.require_subcommand(1);
  root.footer(kFooter);
  root.get_formatter()->column_width(32);
  const Actions actions = AddCommands(root, context);

  std::vector<std::string> reversed = Shielded(arguments);
  std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants them
  try {
    root.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return Report(root, arguments, error, context);
  }
  return Act(root, actions, context);
}

}  // namespace thalweg::cli
