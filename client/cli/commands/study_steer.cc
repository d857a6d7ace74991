// thalweg study cancel, delete.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/study_text.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::vector<std::string> studies;
};

/// A command that does `act` to each study named, in order; the first failure ends it.
template <typename Act>
Action Add(CLI::App& app, Context& context, const std::string& example, Act act) {
  const auto options = std::make_shared<Options>();
  app.add_option("STUDY", options->studies, "Names of studies")->required()->type_name("");
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  " + example);
  return [options, &context, act] {
    const client::Client client = ConnectTo(options->common);
    for (const std::string& name : options->studies) {
      const std::string state = act(client, name, CallOf(options->common, context));
      const std::string full = client::StudyName(name);
      if (options->common.json) {
        Json json;
        json.Object().Key("study").Text(full).Key("state").Text(state).EndObject();
        context.out << json.text() << "\n";
      } else {
        context.out << full << ": " << state << "\n";
      }
    }
    return int{kEndedWell};
  };
}

}  // namespace

Action AddStudyCancel(CLI::App& app, Context& context) {
  return Add(
      app, context, "thalweg study cancel studies/1f2e",
      [](const client::Client& client, const std::string& name, const client::CallOptions& call) {
        return StudyStateName(ValueOf(client.CancelStudy(name, call)).state());
      });
}

Action AddStudyDelete(CLI::App& app, Context& context) {
  return Add(
      app, context, "thalweg study delete studies/1f2e",
      [](const client::Client& client, const std::string& name, const client::CallOptions& call) {
        (void)ValueOf(client.DeleteStudy(name, call));
        return std::string("deleted");
      });
}

}  // namespace thalweg::cli
