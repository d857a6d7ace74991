#pragma once

#include <functional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "client/cli/context.h"

namespace thalweg::cli {

/// What a command does once its flags are read; gives the exit code, or throws a Failure.
using Action = std::function<int()>;

/// One row of the table in catalogue.cc.
struct Command {
  std::string name;                  ///< "minimize", "runs list".
  std::vector<std::string> aliases;  ///< Other spellings of its last word.
  std::string summary;               ///< One line.
  /// Adds flags and examples to `app`; the action reads what was given.
  Action (*add)(CLI::App& app, Context& context);
};

/// Every command, in the order of the help.
const std::vector<Command>& Commands();

// One file each.
Action AddMinimize(CLI::App& app, Context& context);
Action AddMaximize(CLI::App& app, Context& context);
Action AddFit(CLI::App& app, Context& context);
Action AddPredict(CLI::App& app, Context& context);
Action AddDatasetsUpload(CLI::App& app, Context& context);
Action AddDatasetsList(CLI::App& app, Context& context);
Action AddDatasetsShow(CLI::App& app, Context& context);
Action AddDatasetsHead(CLI::App& app, Context& context);
Action AddDatasetsDelete(CLI::App& app, Context& context);
Action AddWatch(CLI::App& app, Context& context);
Action AddRunsList(CLI::App& app, Context& context);
Action AddRunsShow(CLI::App& app, Context& context);
Action AddRunsCancel(CLI::App& app, Context& context);
Action AddRunsPause(CLI::App& app, Context& context);
Action AddRunsResume(CLI::App& app, Context& context);
Action AddRunsChange(CLI::App& app, Context& context);
Action AddRunsFork(CLI::App& app, Context& context);
Action AddRunsDelete(CLI::App& app, Context& context);
Action AddStudySweep(CLI::App& app, Context& context);
Action AddStudyRace(CLI::App& app, Context& context);
Action AddStudyList(CLI::App& app, Context& context);
Action AddStudyShow(CLI::App& app, Context& context);
Action AddStudyWatch(CLI::App& app, Context& context);
Action AddStudyCancel(CLI::App& app, Context& context);
Action AddStudyDelete(CLI::App& app, Context& context);
Action AddEvaluate(CLI::App& app, Context& context);
Action AddCheck(CLI::App& app, Context& context);
Action AddCompile(CLI::App& app, Context& context);
Action AddLandscape(CLI::App& app, Context& context);
Action AddCatalog(CLI::App& app, Context& context);
Action AddHealth(CLI::App& app, Context& context);
Action AddServerInfo(CLI::App& app, Context& context);
Action AddTokenNew(CLI::App& app, Context& context);
Action AddCompletion(CLI::App& app, Context& context);

}  // namespace thalweg::cli
