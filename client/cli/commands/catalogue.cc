#include "client/cli/commands/command.h"

namespace thalweg::cli {

const std::vector<Command>& Commands() {
  static const std::vector<Command> kCommands = {
      {"minimize", {"minimise"}, "Descend a function and watch it", AddMinimize},
      {"maximize", {"maximise"}, "Climb a function and watch it", AddMaximize},
      {"fit", {}, "Learn a column of a table from the others", AddFit},
      {"predict", {}, "What a fitted model says of the rows of a table", AddPredict},
      {"datasets upload", {}, "Upload a CSV file", AddDatasetsUpload},
      {"datasets list", {"ls"}, "List tables, newest first", AddDatasetsList},
      {"datasets show", {}, "Show what the columns of a table are like", AddDatasetsShow},
      {"datasets head", {}, "Show rows of a table", AddDatasetsHead},
      {"datasets delete", {"rm"}, "Forget a table", AddDatasetsDelete},
      {"watch", {}, "Watch a run that exists", AddWatch},
      {"runs list", {"ls"}, "List runs, newest first", AddRunsList},
      {"runs show", {}, "Show a run", AddRunsShow},
      {"runs cancel", {}, "End a run and keep its best", AddRunsCancel},
      {"runs pause", {}, "Halt a run", AddRunsPause},
      {"runs resume", {}, "Let a paused run go on", AddRunsResume},
      {"runs change", {}, "Change settings of a run that is not over", AddRunsChange},
      {"runs fork", {}, "Leave a run at an iterate, with other settings", AddRunsFork},
      {"runs delete", {"rm"}, "Forget a run that is over", AddRunsDelete},
      {"study sweep", {}, "Compare settings of a method", AddStudySweep},
      {"study race", {}, "Compare methods", AddStudyRace},
      {"study list", {"ls"}, "List studies, newest first", AddStudyList},
      {"study show", {}, "Show a study and its results", AddStudyShow},
      {"study watch", {}, "Watch a study that exists", AddStudyWatch},
      {"study cancel", {}, "End a study and its runs", AddStudyCancel},
      {"study delete", {"rm"}, "Forget a study that is over, and its runs", AddStudyDelete},
      {"evaluate", {}, "Evaluate a function at a point", AddEvaluate},
      {"check", {}, "Compare a gradient with finite differences", AddCheck},
      {"compile", {}, "Say what a formula is understood as", AddCompile},
      {"landscape", {}, "Draw a function over a plane or along a line", AddLandscape},
      {"catalog",
       {"catalogue"},
       "List optimizers, models, losses, functions, schedules, rules, the language",
       AddCatalog},
      {"health", {}, "Ask the server whether it is well, over a new connection", AddHealth},
      {"server info", {}, "Show the server's version and limits", AddServerInfo},
      {"token new", {}, "Make a token and its entry for a server's tokens file", AddTokenNew},
      {"completion", {}, "Print a completion script for a shell", AddCompletion},
  };
  return kCommands;
}

}  // namespace thalweg::cli
