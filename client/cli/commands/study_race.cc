// thalweg study race: several methods from the same start.
#include <memory>
#include <string>

#include "client/cli/arguments/vary_argument.h"
#include "client/cli/commands/command.h"
#include "client/cli/commands/study_run.h"
#include "client/cli/failure.h"

namespace thalweg::cli {
namespace {

struct Options {
  StudyOptions study;
  std::string methods;
};

constexpr char kExamples[] = R"(
Examples:
  thalweg study race --function beale \
    --methods 'gradient_descent,momentum(momentum=0.9),adam,lbfgs,nelder_mead'
  thalweg study race --function rastrigin --dimension 10 --repeat 5 --budget 500000 --halve \
    --methods 'cma_es,random_search,adam(learning_rate=0.1)'

Ctrl-C cancels the study and prints what was found. Exit codes as for study sweep.)";

int Execute(const Options& options, Context& context) {
  if (!options.study.run.settings.empty()) {
    throw Failure(kRefused, "--set: goes with the method, as in momentum(momentum=0.9)");
  }
  v1::Study study = StudyOf(options.study);
  *study.add_vary() = ValueOf(ParseMethods("--methods", options.methods));
  return RunStudy(options.study, study, context);
}

}  // namespace

Action AddStudyRace(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("--methods", options->methods, "Methods with their options, parted by commas")
      ->type_name("METHODS")
      ->required();
  AddStudyOptions(app, options->study);
  app.footer(kExamples);
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
