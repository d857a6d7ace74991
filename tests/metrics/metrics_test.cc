#include "server/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include "tests/metrics/exposition.h"

namespace thalweg::metrics {
namespace {

using ::testing::Each;
using testing::Exposition;
using ::testing::HasSubstr;

LabelSets SmallSets() {
  return {.optimizers = {"adam", "gradient_descent"},
          .rules = {"gradient_norm", "iterations"},
          .methods = {{"unary", "thalweg.v1.OptimizationService", "GetRun"},
                      {"server_stream", "thalweg.v1.OptimizationService", "WatchRun"}},
          .build = {{"version", "0.1.0"}, {"compiler", "a \"quoted\" \\ one\n"}}};
}

Exposition Scrape(const Metrics& metrics) { return Exposition(metrics.Text()); }

double Sum(const Exposition& exposition, const std::string& family) {
  double sum = 0;
  for (const auto& sample : exposition.families().at(family).samples) sum += sample.value;
  return sum;
}

TEST(Metrics, ParseAsPrometheusText) {
  const Metrics metrics(SmallSets());

  const Exposition exposition = Scrape(metrics);

  EXPECT_EQ(exposition.Value("thalweg_build_info",
                             {{"version", "0.1.0"}, {"compiler", "a \"quoted\" \\ onen"}}),
            1);  // the reader drops the backslash of \n
}

TEST(Metrics, PassPromtoolsCheckWhereItIsInstalled) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "no promtool";
  const Metrics metrics(SmallSets());
  const std::string path = ::testing::TempDir() + "/metrics.txt";
  std::ofstream(path) << metrics.Text();

  EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
}

TEST(Metrics, CountCallsByMethodAndCode) {
  Metrics metrics(SmallSets());
  const std::map<std::string, std::string> get = {
      {"grpc_type", "unary"},
      {"grpc_service", "thalweg.v1.OptimizationService"},
      {"grpc_method", "GetRun"}};
  auto get_not_found = get;
  get_not_found["grpc_code"] = "NotFound";

  metrics.On(CallStarted{"unary", "thalweg.v1.OptimizationService", "GetRun"});
  metrics.On(CallFinished{"unary", "thalweg.v1.OptimizationService", "GetRun", "NotFound",
                          std::chrono::milliseconds(30)});

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(exposition.Value("grpc_server_started_total", get), 1);
  EXPECT_EQ(exposition.Value("grpc_server_handled_total", get_not_found), 1);
  EXPECT_EQ(exposition.Value("grpc_server_handling_seconds_sum", get), 0.03);
}

TEST(Metrics, CountStreamsWhileTheyLast) {
  Metrics metrics(SmallSets());
  const CallStarted started{"server_stream", "thalweg.v1.OptimizationService", "WatchRun"};

  metrics.On(started);
  metrics.On(started);
  metrics.On(CallFinished{started.type, started.service, started.method, "OK", Seconds(9)});

  EXPECT_EQ(Scrape(metrics).Value("thalweg_grpc_streams", {{"method", "WatchRun"}}), 1);
}

TEST(Metrics, CountMessagesOfUnaryCallsThatSucceedAndOfStreams) {
  Metrics metrics(SmallSets());
  const CallFinished ended{.type = "unary",
                           .service = "thalweg.v1.OptimizationService",
                           .method = "GetRun",
                           .code = "OK"};
  metrics.On(CallStarted{ended.type, ended.service, ended.method});
  metrics.On(ended);
  for (int i = 0; i < 3; ++i) {
    metrics.On(CallMessageSent{"server_stream", "thalweg.v1.OptimizationService", "WatchRun"});
  }

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(Sum(exposition, "grpc_server_msg_received_total"), 1);
  EXPECT_EQ(Sum(exposition, "grpc_server_msg_sent_total"), 4);
}

TEST(Metrics, TellWhoIsConnectedAndWhetherNewConnectionsAreServed) {
  Metrics metrics(SmallSets());

  metrics.On(ConnectionsCounted{12});
  metrics.On(ConnectionRejected{"limit"});
  metrics.On(SelfProbed{""});
  metrics.On(SelfProbed{"no answer in time"});
  metrics.On(LogLineWritten{"error"});

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(exposition.Value("thalweg_grpc_connections"), 12);
  EXPECT_EQ(exposition.Value("thalweg_grpc_connections_rejected_total", {{"reason", "limit"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_self_probe_success"), 0);
  EXPECT_GT(exposition.Value("thalweg_self_probe_timestamp_seconds"), 1.6e9);
  EXPECT_EQ(exposition.Value("thalweg_log_messages_total", {{"level", "error"}}), 1);
}

TEST(Metrics, TellWhenTheCertificateInForceExpires) {
  const std::string expiry = "thalweg_tls_certificate_expiry_timestamp_seconds";
  Metrics metrics(SmallSets());
  EXPECT_EQ(Scrape(metrics).Value(expiry, {}), std::numeric_limits<double>::infinity());

  metrics.On(CertificateLoaded{.subject = "CN = a",
                               .valid_from = {},
                               .expires = std::chrono::system_clock::from_time_t(1'800'000'000)});
  metrics.On(CertificateRefused{"the key is of another"});

  EXPECT_EQ(Scrape(metrics).Value(expiry, {}), 1.8e9);
  EXPECT_EQ(Scrape(metrics).Value("thalweg_tls_certificate_refusals_total", {}), 1);
}

TEST(Metrics, CountTablesAndHowUploadsEnd) {
  Metrics metrics(SmallSets());

  metrics.On(DatasetsCounted{.datasets = 3, .bytes = 4096, .open_uploads = 2, .staged_bytes = 77});
  for (const char* result : {"stored", "stored", "invalid"}) metrics.On(UploadFinished{result});
  metrics.On(DatasetDamaged{"s0"});

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(exposition.Value("thalweg_datasets"), 3);
  EXPECT_EQ(exposition.Value("thalweg_dataset_bytes"), 4096);
  EXPECT_EQ(exposition.Value("thalweg_dataset_open_uploads"), 2);
  EXPECT_EQ(exposition.Value("thalweg_dataset_staged_bytes"), 77);
  EXPECT_EQ(exposition.Value("thalweg_dataset_uploads_total", {{"result", "stored"}}), 2);
  EXPECT_EQ(exposition.Value("thalweg_dataset_uploads_total", {{"result", "invalid"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_dataset_uploads_total", {{"result", "forgotten"}}), 0);
  EXPECT_EQ(exposition.Value("thalweg_dataset_damage_total"), 1);
}

TEST(Metrics, CountAnUploadInOneStreamWithoutMeasuringIt) {
  LabelSets sets = SmallSets();
  sets.methods.push_back({"client_stream", "thalweg.v1.DatasetService", "UploadDataset"});
  Metrics metrics(sets);

  metrics.On(CallStarted{"client_stream", "thalweg.v1.DatasetService", "UploadDataset"});
  EXPECT_EQ(Scrape(metrics).Value("thalweg_grpc_streams", {{"method", "UploadDataset"}}), 1);
  metrics.On(CallFinished{"client_stream", "thalweg.v1.DatasetService", "UploadDataset", "OK",
                          Seconds(60)});

  const Exposition exposition = Scrape(metrics);
  const std::map<std::string, std::string> upload = {{"grpc_type", "client_stream"},
                                                     {"grpc_service", "thalweg.v1.DatasetService"},
                                                     {"grpc_method", "UploadDataset"}};
  EXPECT_EQ(exposition.Value("grpc_server_msg_sent_total", upload), 1);
  EXPECT_EQ(exposition.Value("thalweg_grpc_streams", {{"method", "UploadDataset"}}), 0);
  EXPECT_THROW(exposition.Value("grpc_server_handling_seconds_count", upload), std::runtime_error)
      << "how long it takes is its client's choice";
}

TEST(Metrics, FollowARunThroughItsLife) {
  Metrics metrics(SmallSets());

  metrics.On(RunCreated{"r1", "adam"});
  metrics.On(RunStarted{"r1", "adam", Seconds(0.02)});
  metrics.On(RunsCounted{.queued = 3, .running = 2, .paused = 1});
  metrics.On(SliceFinished{.optimizer = "adam",
                           .iterations = 10,
                           .value_evaluations = 12,
                           .gradient_evaluations = 11,
                           .nan_iterates = 1,
                           .infinite_iterates = 2,
                           .duration = std::chrono::milliseconds(2)});
  metrics.On(RunFinished{.run = "r1",
                         .optimizer = "adam",
                         .outcome = "converged",
                         .criterion = "gradient_norm",
                         .iterations = 10,
                         .duration = Seconds(2)});

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(exposition.Value("thalweg_runs_started_total", {{"algorithm", "adam"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_runs_finished_total",
                             {{"algorithm", "adam"}, {"outcome", "converged"}}),
            1);
  EXPECT_EQ(exposition.Value("thalweg_runs", {{"state", "queued"}}), 3);
  EXPECT_EQ(exposition.Value("thalweg_runs", {{"state", "running"}}), 2);
  EXPECT_EQ(exposition.Value("thalweg_runs", {{"state", "paused"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_run_queue_seconds_count"), 1);
  EXPECT_EQ(exposition.Value("thalweg_run_duration_seconds_sum", {{"outcome", "converged"}}), 2);
  EXPECT_EQ(exposition.Value("thalweg_iterations_total", {{"algorithm", "adam"}}), 10);
  EXPECT_EQ(exposition.Value("thalweg_evaluations_total", {{"kind", "value"}}), 12);
  EXPECT_EQ(exposition.Value("thalweg_evaluations_total", {{"kind", "gradient"}}), 11);
  EXPECT_EQ(exposition.Value("thalweg_nonfinite_evaluations_total", {{"class", "nan"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_nonfinite_evaluations_total", {{"class", "inf"}}), 2);
  EXPECT_EQ(exposition.Value("thalweg_slice_seconds_count"), 1);
}

RunFinished Converged() {
  return {.run = "r1",
          .optimizer = "adam",
          .outcome = "converged",
          .criterion = "gradient_norm",
          .iterations = 120,
          .duration = Seconds(2),
          .objective = "least_squares",
          .evaluations = 2'345,
          .gradient_norm = 3e-7};
}

TEST(Convergence, IsToldByAlgorithmAndKindOfObjective) {
  Metrics metrics(SmallSets());

  metrics.On(Converged());

  const Exposition exposition = Scrape(metrics);
  const std::map<std::string, std::string> pair = {{"algorithm", "adam"},
                                                   {"objective", "least_squares"}};
  const auto with = [&pair](const char* label, const char* value) {
    auto labels = pair;
    labels[label] = value;
    return labels;
  };
  EXPECT_EQ(
      exposition.Value("thalweg_convergence_runs_total", with("reason", "converged:gradient_norm")),
      1);
  EXPECT_EQ(exposition.Value("thalweg_convergence_iterations_sum", pair), 120);
  EXPECT_EQ(exposition.Value("thalweg_convergence_iterations_bucket", with("le", "100")), 0);
  EXPECT_EQ(exposition.Value("thalweg_convergence_iterations_bucket", with("le", "1000")), 1);
  EXPECT_EQ(exposition.Value("thalweg_convergence_evaluations_sum", pair), 2'345);
}

TEST(Convergence, NamesTheRuleOnlyWhereItTellsMoreThanTheOutcome) {
  Metrics metrics(SmallSets());
  RunFinished run = Converged();

  const auto told = [&](const char* outcome, const char* criterion) {
    run.outcome = outcome;
    run.criterion = criterion;
    metrics.On(run);
  };
  told("limit", "iterations");
  told("stalled", "trust_radius");  // the method's own
  told("diverged", "divergence");
  told("failed", "error");

  const Exposition exposition = Scrape(metrics);
  for (const char* reason : {"limit:iterations", "stalled:method", "diverged", "failed"}) {
    EXPECT_EQ(exposition.Value(
                  "thalweg_convergence_runs_total",
                  {{"algorithm", "adam"}, {"objective", "least_squares"}, {"reason", reason}}),
              1)
        << reason;
  }
}

TEST(Convergence, IsNotMeasuredOfRunsThatDidNotConverge) {
  Metrics metrics(SmallSets());
  RunFinished run = Converged();
  run.outcome = "limit";

  metrics.On(run);

  EXPECT_EQ(Sum(Scrape(metrics), "thalweg_convergence_iterations"), 0);
}

TEST(Convergence, SortsLastGradientsIntoDecadesByTheirUpperEnd) {
  const std::pair<double, const char*> cases[] = {
      {0, "1e-12"},  {1e-12, "1e-12"}, {1.1e-12, "1e-11"},     {3e-7, "1e-6"},    {1, "1e+0"},
      {1e3, "1e+3"}, {1e30, "1e+3"},   {std::nan(""), "none"}, {HUGE_VAL, "none"}};
  for (const auto& [norm, decade] : cases) {
    Metrics metrics(SmallSets());
    RunFinished run = Converged();
    run.gradient_norm = norm;

    metrics.On(run);

    EXPECT_EQ(Scrape(metrics).Value("thalweg_convergence_gradient_norm_decade_total",
                                    {{"algorithm", "adam"}, {"decade", decade}}),
              1)
        << norm;
  }
}

TEST(Runs, CanBeSeenToEndInEveryWayFromTheirCreationOn) {
  Metrics metrics(SmallSets());

  metrics.On(RunCreated{"r1", "adam"});

  for (const char* outcome : {"converged", "limit", "stalled", "diverged", "non_finite"}) {
    EXPECT_EQ(Scrape(metrics).Value("thalweg_runs_finished_total",
                                    {{"algorithm", "adam"}, {"outcome", outcome}}),
              0);
  }
}

TEST(Metrics, FollowCommitsAndRecovery) {
  Metrics metrics(SmallSets());

  metrics.On(RecoveryFinished{.runs = 7, .failed = 1, .duration = Seconds(0.5)});
  metrics.On(CommitFinished{.runs = 2, .iterates = 40, .bytes = 4000, .duration = Seconds(0.001)});
  metrics.On(CommitFinished{.ok = false});
  metrics.On(StorageFailed{"fsync", "eio"});
  metrics.On(StorageFailed{"write", "unheard_of"});
  metrics.On(StorageMeasured{.size = 1000, .free = 2000});
  metrics.On(StorageBeat{});
  metrics.On(PendingCounted{.bytes = 123});

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(exposition.Value("thalweg_storage_recovered_runs"), 7);
  EXPECT_EQ(exposition.Value("thalweg_storage_recoveries_total", {{"result", "quarantined"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_storage_recoveries_total", {{"result", "clean"}}), 0);
  EXPECT_EQ(exposition.Value("thalweg_storage_appended_records_total"), 40);
  EXPECT_EQ(exposition.Value("thalweg_storage_appended_bytes_total"), 4000);
  EXPECT_EQ(exposition.Value("thalweg_storage_commit_batch_size_count"), 1);
  EXPECT_EQ(exposition.Value("thalweg_storage_errors_total", {{"op", "fsync"}, {"error", "eio"}}),
            1);
  EXPECT_EQ(exposition.Value("thalweg_storage_errors_total", {{"op", "write"}, {"error", "other"}}),
            1);
  EXPECT_EQ(exposition.Value("thalweg_storage_size_bytes"), 1000);
  EXPECT_EQ(exposition.Value("thalweg_storage_free_bytes"), 2000);
  EXPECT_GT(exposition.Value("thalweg_storage_heartbeat_timestamp_seconds"), 1.6e9);
  EXPECT_EQ(exposition.Value("thalweg_storage_pending_bytes"), 123);
  EXPECT_GT(exposition.Value("thalweg_storage_last_commit_timestamp_seconds"), 1.6e9);
}

TEST(Metrics, FollowWatchersByMode) {
  Metrics metrics(SmallSets());

  metrics.On(WatchOpened{"live"});
  metrics.On(WatchOpened{"live"});
  metrics.On(WatchSent{.mode = "live", .iterates = 5, .skipped = 100, .lag = Seconds(0.01)});
  metrics.On(WatchSent{.mode = "live"});
  metrics.On(WatchClosed{"live", "shutdown"});

  const Exposition exposition = Scrape(metrics);
  EXPECT_EQ(exposition.Value("thalweg_watch_streams", {{"mode", "live"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_watch_iterates_total", {{"mode", "live"}}), 5);
  EXPECT_EQ(exposition.Value("thalweg_watch_skipped_total"), 100);
  EXPECT_EQ(exposition.Value("thalweg_watch_messages_total", {{"mode", "live"}, {"kind", "event"}}),
            1);
  EXPECT_EQ(exposition.Value("thalweg_watch_dropped_streams_total", {{"reason", "shutdown"}}), 1);
  EXPECT_EQ(exposition.Value("thalweg_watch_lag_seconds_count", {{"mode", "live"}}), 1);
}

TEST(Metrics, SayWhichComponentIsReady) {
  Metrics metrics(SmallSets());

  metrics.On(ServerReady{"grpc", true});

  EXPECT_EQ(Scrape(metrics).Value("thalweg_ready", {{"component", "grpc"}}), 1);
  EXPECT_EQ(Scrape(metrics).Value("thalweg_ready", {{"component", "storage"}}), 0);
}

TEST(Metrics, GrowNoSeriesWhateverTheNamesAre) {
  Metrics metrics(SmallSets());
  const auto tell = [&metrics](const std::string& name) {
    metrics.On(RunCreated{name, name});
    metrics.On(RunStarted{name, name, Seconds(1)});
    metrics.On(RunFinished{.run = name,
                           .optimizer = name,
                           .outcome = name,
                           .criterion = name,
                           .objective = name,
                           .gradient_norm = std::nan("")});
    metrics.On(SliceFinished{.optimizer = name, .iterations = 1});
    metrics.On(CallStarted{name, name, name});
    metrics.On(CallFinished{name, name, name, name, Seconds(1)});
    metrics.On(WatchOpened{name});
    metrics.On(WatchSent{.mode = name, .iterates = 1});
    metrics.On(WatchClosed{name, name});
    metrics.On(ServerReady{name, true});
    metrics.On(UploadFinished{name});
  };
  tell("evil");
  const size_t before = Scrape(metrics).series();

  for (int i = 1; i < 10'000; ++i) tell("evil\"\n{}\\" + std::to_string(i));

  const Exposition after = Scrape(metrics);
  EXPECT_EQ(after.series(), before);
  EXPECT_EQ(after.Value("thalweg_iterations_total", {{"algorithm", "other"}}), 10'000);
  EXPECT_EQ(
      after.Value("thalweg_runs_finished_total", {{"algorithm", "other"}, {"outcome", "other"}}),
      10'000);
}

/// As many as a large server has.
LabelSets LargeSets() {
  LabelSets sets = SmallSets();
  for (int i = 0; i < 58; ++i) sets.optimizers.push_back("optimizer_" + std::to_string(i));
  for (int i = 0; i < 10; ++i) sets.rules.push_back("rule_" + std::to_string(i));
  for (int i = 0; i < 45; ++i) {
    sets.methods.push_back({"unary", "service", "Method" + std::to_string(i)});
  }
  return sets;
}

TEST(Metrics, StayWithinTheirBoundWhenAllThatCanHappenHappens) {
  const LabelSets sets = LargeSets();
  Metrics metrics(sets);
  double runs = 0;
  double calls = 0;

  for (const std::string& optimizer : sets.optimizers) {
    metrics.On(RunCreated{"r", optimizer});
    for (const char* objective : {"function", "formula", "least_squares", "constrained", "model"}) {
      for (const char* outcome : {"converged", "limit", "stalled", "diverged", "failed"}) {
        for (const std::string& rule : sets.rules) {
          metrics.On(RunFinished{.run = {},
                                 .optimizer = optimizer,
                                 .outcome = outcome,
                                 .criterion = rule,
                                 .objective = objective,
                                 .gradient_norm = std::pow(10, std::fmod(++runs, 18) - 14)});
        }
      }
    }
  }
  for (const Method& method : sets.methods) {
    for (const char* code : {"OK", "InvalidArgument", "NotFound", "Canceled", "Internal"}) {
      metrics.On(CallFinished{method.type, method.service, method.method, code, Seconds(1)});
      ++calls;
    }
  }

  const Exposition exposition = Scrape(metrics);
  EXPECT_LE(exposition.series(), static_cast<size_t>(kMostSeries));
  EXPECT_EQ(Sum(exposition, "thalweg_runs_finished_total"), runs);
  EXPECT_EQ(Sum(exposition, "thalweg_convergence_runs_total"), runs);
  EXPECT_EQ(Sum(exposition, "thalweg_convergence_gradient_norm_decade_total"), runs);
  EXPECT_EQ(Sum(exposition, "grpc_server_handled_total"), calls);
}

TEST(Metrics, LeaveRoomForTheConvergenceOfTwentyAlgorithmsOnTwoKindsOfObjectives) {
  const LabelSets sets = LargeSets();
  Metrics metrics(sets);

  for (int i = 0; i < 20; ++i) {
    for (const char* objective : {"function", "formula"}) {
      for (const char* rule : {"gradient_norm", "rule_1"}) {
        metrics.On(RunFinished{.run = {},
                               .optimizer = sets.optimizers[i],
                               .outcome = "converged",
                               .criterion = rule,
                               .objective = objective,
                               .gradient_norm = 1e-7});
      }
    }
  }

  EXPECT_EQ(
      Scrape(metrics).Value("thalweg_convergence_runs_total",
                            {{"algorithm", "other"}, {"objective", "other"}, {"reason", "other"}}),
      0);
}

TEST(Metrics, LoseNothingWhenManyThreadsCount) {
  Metrics metrics(SmallSets());

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20'000; ++i) {
          metrics.On(SliceFinished{.optimizer = "adam", .iterations = 1});
        }
      });
    }
    for (int i = 0; i < 20; ++i) Scrape(metrics);
  }

  EXPECT_EQ(Scrape(metrics).Value("thalweg_iterations_total", {{"algorithm", "adam"}}), 80'000);
}

TEST(ProcessMetrics, AreThoseOfThisProcess) {
  const Exposition exposition = Scrape(Metrics(SmallSets()));

  EXPECT_GT(exposition.Value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(exposition.Value("process_memory_limit_bytes"),
            exposition.Value("process_resident_memory_bytes"));
  EXPECT_GE(exposition.Value("process_open_fds"), 3);
  EXPECT_GE(exposition.Value("process_max_fds"), exposition.Value("process_open_fds"));
  EXPECT_GE(exposition.Value("process_threads"), 1);
  const double now = Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(exposition.Value("process_start_time_seconds"), now, 600);
}

TEST(ProcessMetrics, CountAnOpenedFile) {
  const Metrics metrics(SmallSets());
  const double before = Scrape(metrics).Value("process_open_fds");

  const std::ifstream one("/dev/null");

  EXPECT_EQ(Scrape(metrics).Value("process_open_fds"), before + 1);
}

}  // namespace
}  // namespace thalweg::metrics
