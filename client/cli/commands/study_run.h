#pragma once

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/run_options.h"
#include "client/cli/context.h"
#include "client/cli/watching/watch_and_show.h"
#include "thalweg/v1/study.pb.h"

namespace thalweg::cli {

/// What `study sweep` and `study race` have in common.
struct StudyOptions {
  CommonOptions common;
  RunOptions run;
  WatchFlags watch;
  std::vector<std::string> targets;
  int64_t repetitions = 1;
  int64_t budget = 0;
  bool halve = false;
  int64_t eta = 3;
  std::string name, request_id;
  bool detach = false;
};

/// Their flags: those of a run, and --repeat, --budget, --halve, --eta, --target, --name, --detach.
void AddStudyOptions(CLI::App& app, StudyOptions& options);

/// The study but for what varies.
v1::Study StudyOf(const StudyOptions& options);

/// Makes the study, watches it and shows its result; the exit code.
int RunStudy(const StudyOptions& options, const v1::Study& study, Context& context);

}  // namespace thalweg::cli
