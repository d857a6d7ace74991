// thalweg runs cancel, pause, resume, delete.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/names.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::vector<std::string> runs;
};

using Steer = client::Result<v1::Run> (client::Client::*)(const std::string&,
                                                          const client::CallOptions&) const;

void Print(const std::string& name, const std::string& state, bool json, std::ostream& out) {
  if (json) {
    out << Json().Object().Key("run").Text(name).Key("state").Text(state).EndObject().text();
  } else {
    out << name << ": " << state;
  }
  out << "\n";
}

/// A command that does `act` to each run named, in order; the first failure ends it.
template <typename Act>
Action Add(CLI::App& app, Context& context, const std::string& examples, Act act) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->runs, "Names of runs")->required()->type_name("");
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  " + examples);
  return [options, &context, act] {
    const client::Client client = ConnectTo(options->common);
    for (const std::string& name : options->runs) {
      const std::string state = act(client, name, CallOf(options->common, context));
      Print(client::RunName(name), state, options->common.json, context.out);
    }
    return int{kEndedWell};
  };
}

Action AddSteer(CLI::App& app, Context& context, const std::string& example, Steer steer) {
  return Add(app, context, example,
             [steer](const client::Client& client, const std::string& name,
                     const client::CallOptions& call) {
               return StateName(ValueOf((client.*steer)(name, call)).state());
             });
}

}  // namespace

Action AddRunsCancel(CLI::App& app, Context& context) {
  return AddSteer(app, context, "thalweg runs cancel runs/1f2e", &client::Client::CancelRun);
}

Action AddRunsPause(CLI::App& app, Context& context) {
  return AddSteer(app, context, "thalweg runs pause runs/1f2e", &client::Client::PauseRun);
}

Action AddRunsResume(CLI::App& app, Context& context) {
  const auto iterations = std::make_shared<int64_t>(0);
  app.add_option("--iterations", *iterations,
                 "Pause again after so many: 1 is a single step; without, go on to the end")
      ->type_name("N")
      ->check(Unnamed(CLI::NonNegativeNumber));
  return Add(app, context,
             "thalweg runs resume runs/1f2e\n  thalweg runs resume runs/1f2e --iterations 1",
             [iterations](const client::Client& client, const std::string& name,
                          const client::CallOptions& call) {
               return StateName(ValueOf(client.ResumeRun(name, call, *iterations)).state());
             });
}

Action AddRunsDelete(CLI::App& app, Context& context) {
  return Add(
      app, context, "thalweg runs delete runs/1f2e runs/1f2f",
      [](const client::Client& client, const std::string& name, const client::CallOptions& call) {
        (void)ValueOf(client.DeleteRun(name, call));
        return std::string("deleted");
      });
}

}  // namespace thalweg::cli
