// --json: a JSON object a line; the result last.
#include <ostream>
#include <string>

#include "client/cli/output/names.h"
#include "client/cli/output/run_json.h"
#include "client/cli/progress/progress.h"
#include "client/cli/progress/selection.h"

namespace thalweg::cli {
namespace {

class JsonProgress final : public Progress {
 public:
  JsonProgress(const ProgressOptions& options, Context& context)
      : out_(context.out), quiet_(options.quiet), selection_(options.every.value_or(1)) {}

  void Run(const v1::Run& run) override {
    variables_ = run.variables();
    const std::string state = StateName(run.state());
    if (quiet_ || state == state_) return;  // told again after a reconnection
    state_ = state;
    Json json;
    json.Object().Key("event").Text("state").Key("run").Text(run.name());
    json.Key("state").Text(state).EndObject();
    Print(json.text());
  }

  void Iterates(const client::IteratesView& batch) override {
    if (quiet_ || batch.size() == 0) return;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (selection_.Contains(batch.iteration()[i])) {
        Write(batch, i);
        out_ << line_.text() << '\n';
        line_.Clear();
      } else if (i + 1 == batch.size()) {
        Write(batch, i);  // kept: it may be the last of all
      }
    }
    out_.flush();
  }

  void Event(const v1::RunEvent& event) override {
    if (quiet_) return;
    Json json;
    json.Object().Key("event").Text(event.code());
    json.Key("iteration").Integer(event.iteration());
    json.Key("text").Text(event.text()).EndObject();
    Print(json.text());
  }

  void Gap(const v1::Gap& gap) override {
    if (quiet_) return;
    Json json;
    json.Object().Key("event").Text("gap");
    json.Key("from_iteration").Integer(gap.from_iteration());
    json.Key("to_iteration").Integer(gap.to_iteration());
    json.Key("reason").Text(gap.reason()).EndObject();
    Print(json.text());
  }

  void Lost(const client::Error& reason) override {
    if (quiet_) return;
    Json json;
    json.Object().Key("event").Text("connection_lost");
    json.Key("code").Text(client::CodeName(reason.code));
    json.Key("message").Text(reason.message).EndObject();
    Print(json.text());
  }

  void Finished(const v1::Run& run) override {
    if (!line_.text().empty()) Print(line_.text());
    Json json;
    WriteResult(json, run);
    Print(json.text());
  }

 private:
  void Write(const client::IteratesView& batch, size_t i) {
    line_.Clear();
    WriteIterate(line_, variables_, batch, i);
  }

  void Print(const std::string& line) { out_ << line << '\n' << std::flush; }

  std::ostream& out_;
  const bool quiet_;
  Selection selection_;
  Variables variables_;
  std::string state_;
  Json line_;  // the newest iterate when it has not been printed
};

}  // namespace

std::unique_ptr<Progress> MakeJsonProgress(const ProgressOptions& options, Context& context) {
  return std::make_unique<JsonProgress>(options, context);
}

}  // namespace thalweg::cli
