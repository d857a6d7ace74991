#include "client/cli/watching/follow_new_run.h"

#include <chrono>
#include <ostream>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/summary.h"

namespace thalweg::cli {
namespace {

int Detach(const v1::Run& run, bool json, std::ostream& out) {
  if (json) {
    out << Json().Object().Key("run").Text(run.name()).EndObject().text() << "\n";
  } else {
    out << run.name() << "\n";
  }
  return kEndedWell;
}

/// Cancels a run, again and again while the server cannot be reached, until `over`: a Ctrl-C that
/// comes while the connection is lost must not be forgotten.
void CancelWithPatience(const client::Client& client, const std::string& name,
                        const std::stop_token& over) {
  while (!over.stop_requested()) {
    const auto cancelled =
        client.CancelRun(name, {.timeout = std::chrono::seconds(5), .stop = over});
    if (cancelled.ok() || (cancelled.error().code != grpc::StatusCode::UNAVAILABLE &&
                           cancelled.error().code != grpc::StatusCode::DEADLINE_EXCEEDED)) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace

int FollowNewRun(const client::Client& client, const v1::Run& created, bool detach,
                 const WatchFlags& flags, bool json, Context& context) {
  if (detach) return Detach(created, json, context.out);

  // The watch goes on after Ctrl-C, until the cancelled run's last word.
  std::stop_source over;
  context.interrupt.OnFirst([&] { CancelWithPatience(client, created.name(), over.get_token()); });
  client::Result<v1::Run> result =
      WatchAndShow(client, created.name(), 0, flags, json, {}, context);
  over.request_stop();
  context.interrupt.OnFirst({});

  if (!result.ok()) {
    const Failure failure = FailureFrom(result.error());
    throw Failure(failure.code(), absl::StrCat(failure.what(), "\n", created.name(),
                                               " goes on; see: thalweg watch ", created.name()));
  }
  if (context.interrupt.triggered()) return kInterrupted;
  return ExitCodeOf(*result);
}

}  // namespace thalweg::cli
