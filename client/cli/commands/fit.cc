// thalweg fit: learn a column of a table from the others, and watch it.
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/model_options.h"
#include "client/cli/arguments/run_arguments.h"
#include "client/cli/commands/command.h"
#include "client/cli/commands/fit_run.h"
#include "client/cli/failure.h"

namespace thalweg::cli {
namespace {

constexpr char kExamples[] = R"(
Models, losses, penalties and batches are written as a name, with settings in parentheses or behind
a colon, the one that matters most behind an equals sign:
  --model logistic   --model 'linear(degree=2)'   --model mlp:layers=[20,10],activation=relu
  --loss huber:delta=2   --penalty l2=0.1   --penalty elastic_net:strength=0.1,ratio=0.5
  --batch 32   --batch 1   --batch with_replacement=64

Examples:
  thalweg fit houses.csv --target price --test 0.2
  thalweg fit iris.csv --target species --model softmax --penalty l2=0.01 --validation 0.2
  thalweg fit iris.csv --target species --model mlp:layers=[10] --batch 16 --validation 0.2 --watch
  thalweg fit houses.csv --target price --batch 32 --optimizer momentum --find-rate
  thalweg fit houses.csv --target price --penalty l2=1 --folds 5

Without --optimizer L-BFGS is taken, FISTA where a penalty has kinks, Adam with batches or a loss with
kinks. Exit codes and --json as for minimize; a line {"event":"model",...} comes before the result.)";

}  // namespace

Action AddFit(CLI::App& app, Context& context) {
  const auto options = std::make_shared<FitOptions>();
  app.add_option("DATA", options->file, "A CSV file, which is uploaded")->type_name("");
  app.add_option("--dataset", options->dataset, "A table that was uploaded, in place of a file")
      ->type_name("NAME");
  AddModelOptions(app, options->model);
  app.add_option("--optimizer", options->optimizer,
                 "Method (thalweg catalog optimizers) [default: by the model]")
      ->type_name("NAME");
  AddRepeated(app, "--start", options->start, "NAME=VALUE",
              "Where to begin, by variable [default: the model's own start]");
  AddRepeated(app, "--set", options->settings, "OPTION=VALUE",
              "An option of the method; may be repeated");
  app.add_option("--epochs", options->epochs, "Passes over the rows at most")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber));
  AddRepeated(app, "--stop", options->stopping, "RULE=VALUE",
              "A stopping rule (thalweg catalog stopping); may be repeated, the first met ends");
  app.add_option("--seed", options->seed, "Seed of all randomness but the split")->type_name("N");
  app.add_flag("--find-rate", options->find_rate,
               "Try rising learning rates over a few epochs and say which to take");
  app.add_option("--name", options->name, "A name for people [default: the file's]")
      ->type_name("TEXT");
  AddRepeated(app, "--label", options->labels, "KEY=VALUE", "A label; may be repeated");
  app.add_option("--trace", options->traced, "Coordinates of x that each iterate keeps")
      ->type_name("N")
      ->check(Unnamed(CLI::NonNegativeNumber));
  AddPaceOption(app, options->pace);
  app.add_flag("--detach", options->detach, "Print the run's name and leave; the run goes on");
  AddWatchFlags(app, options->watch);
  AddCommonOptions(app, options->common);
  app.footer(kExamples);
  return [options, &context] { return Fit(*options, context); };
}

}  // namespace thalweg::cli
