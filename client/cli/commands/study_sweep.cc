// thalweg study sweep: one method with several settings.
#include <memory>
#include <string>
#include <vector>

#include "client/cli/arguments/vary_argument.h"
#include "client/cli/commands/command.h"
#include "client/cli/commands/study_run.h"
#include "client/cli/failure.h"

namespace thalweg::cli {
namespace {

struct Options {
  StudyOptions study;
  std::vector<std::string> vary;
  bool zip = false;
};

constexpr char kExamples[] = R"(
What varies:
  --vary learning_rate=0.01,0.1,1           an option of the method
  --vary 'learning_rate=log(0.001,1,7)'     7 values at equal ratios; linear(0,1,5) at equal distances
  --vary 'learning_rate=0.1,cosine(initial=0.1,steps=100)'
  --vary optimizer=adam,lbfgs --vary seed=1,2,3
  --vary 'start.values[x]=0,1,2' --vary 'stopping[0].settings[threshold]=1e-3,1e-6'

Examples:
  thalweg study sweep 'x**2' --start x=1 --vary 'learning_rate=log(0.01,1.1,6)'
  thalweg study sweep --function rosenbrock --optimizer momentum \
    --vary 'learning_rate=log(1e-5,1e-3,5)' --vary momentum=0.5,0.9,0.99
  thalweg study sweep --function ackley --optimizer adam --vary 'learning_rate=log(0.001,1,27)' \
    --repeat 3 --budget 100000 --halve

Ctrl-C cancels the study and prints what was found. Exit codes: 0 all runs ended; 1 refused; 2 failed
or cancelled by someone else; 3 server not reached; 130 Ctrl-C.)";

int Execute(const Options& options, Context& context) {
  v1::Study study = StudyOf(options.study);
  for (const std::string& text : options.vary) {
    *study.add_vary() = ValueOf(ParseVary("--vary", text));
  }
  study.set_combination(options.zip ? v1::STUDY_COMBINATION_LIST : v1::STUDY_COMBINATION_GRID);
  return RunStudy(options.study, study, context);
}

}  // namespace

Action AddStudySweep(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddRepeated(app, "--vary", options->vary, "PLACE=VALUES",
              "What varies; several make a grid (see What varies)");
  app.add_flag("--zip", options->zip,
               "Take one value of each --vary at a time, not all combinations");
  AddOptimizerOption(app, options->study.run);
  AddStudyOptions(app, options->study);
  app.get_option("--vary")->required();
  app.footer(kExamples);
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
