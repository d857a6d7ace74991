// thalwegd: reads its settings, builds every part, serves, and stops when it is asked to.

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/access/guard.h"
#include "server/access/tokens_file.h"
#include "server/core/optimizer.h"
#include "server/core/stopping_rule.h"
#include "server/datasets/dataset_book.h"
#include "server/events/fan_out.h"
#include "server/log/log.h"
#include "server/machine.h"
#include "server/metrics/metrics.h"
#include "server/readiness.h"
#include "server/revision.h"
#include "server/rpc/file_limit.h"
#include "server/rpc/library_log.h"
#include "server/rpc/server.h"
#include "server/runs/background_compiler.h"
#include "server/runs/design_cache.h"
#include "server/runs/hand_pool.h"
#include "server/runs/run_book.h"
#include "server/settings_check.h"
#include "server/settings_help.h"
#include "server/settings_reader.h"
#include "server/stop_signals.h"
#include "server/storage/catalogue.h"
#include "server/studies/study_book.h"
#include "server/tls/identity.h"
#include "server/web/assets.h"
#include "server/web/pages.h"
#include "server/web/server.h"
#include "thalweg/v1/catalog_service.pb.h"
#include "thalweg/v1/dataset_service.pb.h"
#include "thalweg/v1/objective_service.pb.h"
#include "thalweg/v1/optimization_service.pb.h"
#include "thalweg/v1/study_service.pb.h"
#include "thalweg/v1/watch_service.pb.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kStopped = 0;
constexpr int kCannotGoOn = 1;
constexpr int kWrongSettings = 2;

/// For browsers to take the last of their streams at the end.
constexpr milliseconds kTimeForTrailers{1000};

int Fail(int code, std::string_view why) {
  std::fprintf(stderr, "thalwegd: %.*s\n", static_cast<int>(why.size()), why.data());
  return code;
}

int Fail(int code, const absl::Status& status) { return Fail(code, std::string(status.message())); }

std::vector<metrics::Method> AllMethods() {
  std::vector<metrics::Method> methods;
  for (const auto* file :
       {v1::CreateRunRequest::descriptor()->file(), v1::CreateStudyRequest::descriptor()->file(),
        v1::StartUploadRequest::descriptor()->file(), v1::WatchRequest::descriptor()->file(),
        v1::CompileObjectiveRequest::descriptor()->file(),
        v1::EvaluateModelRequest::descriptor()->file(),
        v1::ListOptimizersRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      const auto& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        const auto& method = *service.method(m);
        methods.push_back({method.server_streaming()   ? "server_stream"
                           : method.client_streaming() ? "client_stream"
                                                       : "unary",
                           service.full_name(), method.name()});
      }
    }
  }
  return methods;
}

metrics::LabelSets ClosedSets() {
  metrics::LabelSets sets;
  for (const auto& optimizer : Optimizers()) sets.optimizers.push_back(optimizer.name);
  for (const auto& rule : StoppingRules()) sets.rules.push_back(rule.name);
  sets.methods = AllMethods();
  sets.build = {{"version", THALWEG_VERSION},      {"revision", Revision()},
                {"compiler", __VERSION__},         {"math_profile", "x86-64-v3"},
                {"grpc_version", grpc::Version()}, {"sqlite_version", sqlite3_libversion()}};
  return sets;
}

/// The certificate of both ports; null where there is none: plain text.
absl::StatusOr<std::unique_ptr<tls::Identity>> OpenIdentity(const Settings& settings,
                                                            EventSink& events) {
  if (settings.tls_certificate_file.empty()) return nullptr;
  return tls::Identity::Open({.files = {.certificate = settings.tls_certificate_file,
                                        .key = settings.tls_key_file,
                                        .client_ca = settings.tls_client_ca_file}},
                             events);
}

runs::RunBookOptions OptionsForRuns(const Settings& settings) {
  runs::RunBookOptions options = settings.ForRuns();
  // The other half is for what runs come to keep, checkpoints on their way to the disk, the shares
  // of settings.cc, and the pages of the program and of files.
  options.max_memory_bytes = AvailableMemory() / 2;
  options.memory_in_use = OwnMemory;
  // After a failed fsync nobody knows what is on the disk: only a new start, which reads it, does.
  options.on_broken_store = [](const absl::Status& status) {
    _exit(Fail(kCannotGoOn, absl::StrCat("the store cannot be written to any more, ending at once; "
                                         "start again to recover: ",
                                         status.message())));
  };
  return options;
}

rpc::ServerOptions OptionsForRpc(const Settings& settings, log::Log& log) {
  rpc::ServerOptions options;
  options.address = settings.grpc_address;
  options.reflection = settings.reflection;
  options.max_receive_bytes = static_cast<int>(settings.max_message_mib << 20);
  options.max_connections = static_cast<size_t>(settings.max_connections);
  options.max_watches = static_cast<size_t>(settings.max_watches);
  options.memory_quota_bytes = static_cast<size_t>(settings.grpc_memory_mib) << 20;
  options.limits = settings.Limits();
  options.info = {THALWEG_VERSION, Describe(settings)};
  options.incidents = [&log](std::string_view line) {
    log.Write(log::Level::kError, "incident", [&](log::LogLine& out) { out.Add("text", line); });
  };
  return options;
}

/// From web pages to the very server that gRPC's clients reach.
web::BridgeOptions OptionsForBridge(const Settings& settings, rpc::Server& rpc) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // browsers have no limit of their own
  return {.channel = rpc.grpc().InProcessChannel(arguments),
          .max_message_bytes = static_cast<size_t>(settings.max_message_mib) << 20,
          .allowed_origins = settings.AllowedOrigins()};
}

/// Metrics and health alone, in plain text, where --metrics-address says; null where it does not.
absl::StatusOr<std::unique_ptr<web::Server>> OpenMonitoring(const Settings& settings,
                                                            const web::Pages& pages) {
  if (settings.metrics_address.empty()) return nullptr;
  return web::Server::Start(
      {.address = settings.metrics_address, .threads = 1, .max_connections = 64},
      web::MakeMonitoringRouter(pages));
}

/// Who may call, where there is a tokens file.
struct Access {
  std::unique_ptr<access::Guard> guard;      // none: anyone
  std::unique_ptr<access::TokensFile> file;  // after the guard, which it tells of changes
};

absl::StatusOr<Access> OpenAccess(const Settings& settings, log::Log& log) {
  Access access;
  if (settings.tokens_file.empty()) return access;
  absl::StatusOr<access::Tokens> tokens = access::ReadTokensFile(settings.tokens_file);
  if (!tokens.ok()) return tokens.status();
  access.guard = std::make_unique<access::Guard>(*std::move(tokens));
  const auto told = [&log](const absl::Status& status, size_t count) {
    const log::Level level = status.ok() ? log::Level::kInfo : log::Level::kError;
    log.Write(level, status.ok() ? "tokens_read" : "tokens_kept", [&](log::LogLine& out) {
      if (status.ok()) {
        out.Add("tokens", static_cast<int64_t>(count));
      } else {
        out.Add("text", std::string(status.message()));
      }
    });
  };
  access.file = std::make_unique<access::TokensFile>(settings.tokens_file, *access.guard, told);
  return access;
}

std::function<bool(std::string_view)> MetricsRule(const access::Guard* guard, EventSink& events) {
  if (guard == nullptr) return {};
  return [guard, &events](std::string_view authorization) {
    std::vector<std::string_view> values;
    if (!authorization.empty()) values.push_back(authorization);
    // Every role may: the least of them is for this alone.
    const bool may = guard->Identify(values, std::chrono::system_clock::now()).ok();
    if (!may) events.On(AuthFailed{values.empty() ? "token_missing" : "token_invalid"});
    return may;
  };
}

std::string WithPort(const std::string& address, int port) {
  return absl::StrCat(address.substr(0, address.rfind(':') + 1), port);
}

/// Where the runs are, for people: a folder, or the URL of a store.
std::string Place(const Settings& settings) {
  if (!settings.store.empty()) return settings.store;
  return std::filesystem::absolute(settings.data_dir).lexically_normal().string();
}

/// Ends the process when a graceful stop has taken `patience`, or when someone asks again. Nothing
/// is lost: what anyone was told is on the disk. Once the runs are at rest and all calls had their
/// time, what still holds it up are connections without calls, and the stop counts as graceful.
void LimitStop(const StopSignals& signals, seconds patience,
               const std::shared_ptr<const std::atomic<bool>>& runs_at_rest) {
  std::thread([signals, patience, runs_at_rest] {
    if (signals.WaitFor(patience) != 0) {
      _exit(Fail(kCannotGoOn, "stopping at once, as asked twice"));
    }
    if (*runs_at_rest) _exit(kStopped);
    _exit(Fail(kCannotGoOn, "stopping at once: --drain-seconds are over"));
  }).detach();
}

int Serve(const CommandLine& line, const std::vector<std::string>& warnings,
          const StopSignals& signals) {
  const Settings settings = line.settings.On(ThisMachine());
  metrics::Metrics metrics(
      ClosedSets(),
      {.most = settings.metrics_runs, .kept = std::chrono::minutes(settings.metrics_runs_minutes)});
  log::Log log({.level = *log::LevelOf(settings.log_level),
                .format = settings.log_format == "json" ? log::Format::kJson : log::Format::kText,
                .write = {},
                .counted = &metrics});
  for (const std::string& name : line.unknown_variables) {
    log.Write(log::Level::kWarning, "unknown_variable",
              [&](log::LogLine& out) { out.Add("name", name); });
  }
  for (const std::string& warning : warnings) {
    log.Write(log::Level::kWarning, "settings",
              [&](log::LogLine& out) { out.Add("text", warning); });
  }
  Readiness readiness;
  FanOut events({&metrics, &log, &readiness});
  const rpc::LibraryLog grpc_log(
      [&log](std::string_view text) { log.WriteOfLibrary("grpc", text); });

  const auto identity = OpenIdentity(settings, events);
  if (!identity.ok()) return Fail(kWrongSettings, identity.status());
  if (const auto files = rpc::RaiseFileLimit(); !files.ok()) {
    return Fail(kCannotGoOn, files.status());
  }
  web::Pages figures{.version = THALWEG_VERSION,
                     .grpc_address = {},
                     .metrics = [&metrics] { return metrics.Text(); },
                     .why_not_ready = [&readiness] { return readiness.WhyNot(); }};
  const auto monitoring = OpenMonitoring(settings, figures);
  if (!monitoring.ok()) return Fail(kCannotGoOn, monitoring.status());
  const auto access = OpenAccess(settings, log);
  if (!access.ok()) return Fail(kWrongSettings, access.status());
  access::Guard* const guard = access->guard.get();
  const auto store = OpenStore(settings.StoreUrl(), &events);
  if (!store.ok()) return Fail(kCannotGoOn, store.status());
  const auto tables = OpenTables(settings.StoreUrl());
  if (!tables.ok()) return Fail(kCannotGoOn, tables.status());
  datasets::DatasetBookOptions dataset_options = settings.ForDatasets();
  if (guard != nullptr) {
    dataset_options.max_bytes_of = [guard](const std::string& tenant) {
      return guard->MaxDatasetBytes(tenant);
    };
  }
  const auto datasets = datasets::DatasetBook::Open(**store, **tables, events, dataset_options);
  if (!datasets.ok()) return Fail(kCannotGoOn, datasets.status());

  runs::BackgroundCompiler compiler(events);
  runs::RunBookOptions options = OptionsForRuns(settings);
  if (settings.machine_code) options.code_maker = &compiler;
  runs::HandPool hands(ThisMachine().cpus - 1);
  runs::DesignCache designs;
  options.means.hands = &hands;
  options.means.designs = &designs;
  if (guard != nullptr) {
    options.max_unfinished_of = [guard](const std::string& tenant) {
      return guard->MaxUnfinishedRuns(tenant);
    };
  }
  options.means.tables = datasets->get();
  const auto runs = runs::RunBook::Open(**store, events, options);
  if (!runs.ok()) return Fail(kCannotGoOn, runs.status());
  (*datasets)->AskBeforeDeleting([&runs](const std::string& id) { return (*runs)->Uses(id); });

  studies::StudyBookOptions study_options = settings.ForStudies();
  study_options.on_broken_store = options.on_broken_store;
  const auto studies = studies::StudyBook::Open(**runs, **store, events, study_options);
  if (!studies.ok()) return Fail(kCannotGoOn, studies.status());

  rpc::ServerOptions rpc_options = OptionsForRpc(settings, log);
  rpc_options.code_maker = options.code_maker;
  rpc_options.means = options.means;
  rpc_options.identity = identity->get();
  rpc_options.guard = guard;
  rpc_options.datasets = datasets->get();
  const auto rpc = rpc::Server::Start(**runs, **studies, events, rpc_options);
  if (!rpc.ok()) return Fail(kCannotGoOn, rpc.status());
  const std::string grpc_address = WithPort(settings.grpc_address, (*rpc)->port());

  figures.grpc_address = grpc_address;
  figures.may_read_metrics = MetricsRule(guard, events);
  web::Router pages = web::MakeRouter(figures);
  web::AddAssets(web::DashboardAssets(), pages);
  const auto web =
      web::Server::Start({.address = settings.http_address,
                          .max_connections = static_cast<int>(settings.max_http_connections),
                          .identity = identity->get()},
                         std::move(pages), OptionsForBridge(settings, **rpc));
  if (!web.ok()) return Fail(kCannotGoOn, web.status());

  for (const char* component : {"workers", "grpc", "http"}) {
    events.On(ServerReady{component, true});
  }
  (*rpc)->SetServing(true);
  readiness.Serve([&rpc = **rpc](bool ready) { rpc.SetReady(ready); });
  const std::string metrics_at = *monitoring ? " metrics=" + (*monitoring)->address() : "";
  std::printf("thalwegd ready grpc=%s http=%s%s data=%s\n", grpc_address.c_str(),
              (*web)->address().c_str(), metrics_at.c_str(), Place(settings).c_str());
  std::fflush(stdout);

  signals.Wait();

  const auto end = steady_clock::now() + seconds(settings.drain_seconds);
  const auto runs_at_rest = std::make_shared<std::atomic<bool>>(false);
  LimitStop(signals, seconds(settings.drain_seconds), runs_at_rest);
  readiness.Drain();
  events.On(ServerReady{"grpc", false});
  std::this_thread::sleep_for(seconds(settings.drain_delay_seconds));
  (*studies)->Drain();
  (*runs)->Drain();
  *runs_at_rest = true;
  const auto left = [end] {
    const auto time = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    return std::max(milliseconds(600), time) - milliseconds(500);
  };
  (*rpc)->EndStreams();
  (*web)->Stop(std::min(left(), kTimeForTrailers));  // its channel must not outlive gRPC's server
  (*rpc)->Drain(left());
  log.Write(log::Level::kInfo, "stopped");
  return kStopped;
}

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return environment;
}

/// Says all that is wrong with the settings; kWrongSettings where that is an error.
int Report(const Findings& findings) {
  for (const std::string& error : findings.errors) Fail(kWrongSettings, error);
  return findings.errors.empty() ? 0 : kWrongSettings;
}

int CheckConfig(const CommandLine& line) {
  Findings findings = Check(line, ThisMachine());
  const std::vector<std::string> folder = CheckDataFolder(line);
  findings.errors.insert(findings.errors.end(), folder.begin(), folder.end());
  if (const std::string& file = line.settings.tokens_file;
      !file.empty() && findings.errors.empty()) {
    const auto tokens = access::ReadTokensFile(file);
    if (!tokens.ok()) findings.errors.emplace_back(tokens.status().message());
  }
  std::fputs(AsFile(line, ThisMachine()).c_str(), stdout);
  for (const std::string& name : line.unknown_variables) {
    findings.warnings.push_back(name + " is not a variable of ours; ignored");
  }
  for (const std::string& warning : findings.warnings) {
    std::fprintf(stderr, "thalwegd: warning: %s\n", warning.c_str());
  }
  return Report(findings);
}

int Main(int argc, char** argv) {
  if (const std::string why = WhyUnfit(); !why.empty()) return Fail(kCannotGoOn, why);
  const StopSignals signals;

  const auto line = ReadCommandLine({argv + 1, argv + argc}, Environment());
  if (!line.ok()) return Fail(kWrongSettings, line.status());

  switch (line->wish) {
    case CommandLine::Wish::kHelp:
      std::fputs(HelpText().c_str(), stdout);
      return 0;
    case CommandLine::Wish::kVersion:
      std::puts("thalwegd " THALWEG_VERSION);
      return 0;
    case CommandLine::Wish::kCheckConfig:
      return CheckConfig(*line);
    case CommandLine::Wish::kServe:
      break;
  }
  const Findings findings = Check(*line, ThisMachine());
  if (const int code = Report(findings); code != 0) return code;
  return Serve(*line, findings.warnings, signals);
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) { return thalweg::Main(argc, argv); }
