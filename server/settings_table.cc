#include "server/settings_table.h"

namespace thalweg {
namespace {

using expression::kWidestLimits;
using S = Settings;

constexpr int64_t kMiB = 1 << 20;

SettingGroup Addresses() {
  return {
      "Addresses",
      {{"grpc-address", TextValue{&S::grpc_address, TextKind::kAddress}, "127.0.0.1:50051",
        "where gRPC listens; port 0 is any free one"},
       {"http-address", TextValue{&S::http_address, TextKind::kAddress}, "127.0.0.1:8080",
        "where HTTP listens: the dashboard, gRPC-Web for browsers, metrics, health"},
       {"metrics-address", TextValue{&S::metrics_address, TextKind::kAddressOrNone}, "",
        "where /metrics, /healthz and /readyz are served as well, without encryption or a token"},
       {"http-allowed-origins", TextValue{&S::http_allowed_origins, TextKind::kOrigins}, "",
        "other origins whose pages may call the service, separated by commas"},
       {"reflection", FlagValue{&S::reflection}, "on",
        "let tools such as grpcurl ask for the services' definitions, which are public"}}};
}

SettingGroup Security() {
  return {"Security",
          {{"plaintext", FlagValue{&S::plaintext}, "off",
            "serve beyond this machine without encryption, too; else that is refused"},
           {"tls-certificate-file", TextValue{&S::tls_certificate_file, TextKind::kFile}, "",
            "the server's certificate, PEM, followed by those in between; encrypts gRPC and HTTP"},
           {"tls-key-file", TextValue{&S::tls_key_file, TextKind::kSecretFile}, "",
            "the private key of --tls-certificate-file, PEM"},
           {"tls-client-ca-file", TextValue{&S::tls_client_ca_file, TextKind::kFile}, "",
            "who signs the certificates of clients, PEM; each client must then show one"},
           {"tokens-file", TextValue{&S::tokens_file, TextKind::kSecretFile}, "",
            "who may call, as whom, and how much; without it everyone may"}}};
}

SettingGroup Storage() {
  return {"Storage",
          {{"data-dir", TextValue{&S::data_dir, TextKind::kFree}, "thalweg-data",
            "folder of the runs, made when absent; one server at a time"},
           {"store", TextValue{&S::store, TextKind::kMayBeEmpty}, "",
            "another store than SQLite in --data-dir: sqlite:<folder>, or memory: to forget all at "
            "the end"}}};
}

SettingGroup Work() {
  return {"Work",
          {{"workers", NumberValue{&S::workers, 0, 1024}, "0",
            "threads that step runs; 0: one per CPU"},
           {"slice-us", NumberValue{&S::slice_us, 100, 1'000'000}, "2000",
            "microseconds that a run is stepped before another has its turn"},
           {"machine-code", FlagValue{&S::machine_code}, "on",
            "compile formulas that run long enough; off: interpret them all, to the same bits"}}};
}

SettingGroup Memory() {
  return {"Memory",
          {{"trace-memory-mib", NumberValue{&S::trace_memory_mib, 0, 1'048'576}, "0",
            "MiB of all runs' iterates kept in memory for watchers; 0: 1/16 of the memory, at most "
            "512"},
           {"max-pending-mib", NumberValue{&S::max_pending_mib, 0, 65'536}, "0",
            "MiB of a run's iterates that may wait for the disk, and half of what all may; then "
            "the run waits; 0: 1/64 of the memory, at most 64"},
           {"max-objective-memory-mib",
            NumberValue{&S::max_objective_memory_mib, 0, kWidestLimits.scratch_bytes / kMiB}, "0",
            "MiB that one evaluation of an objective may work in; 0: 1/8 of the memory, at most "
            "256"},
           {"grpc-memory-mib", NumberValue{&S::grpc_memory_mib, 0, 1'048'576}, "0",
            "MiB that gRPC may buffer requests and responses in; 0: 1/8 of the memory, at most "
            "1024"}}};
}

SettingGroup Limits() {
  return {
      "Limits",
      {{"max-unfinished-runs", NumberValue{&S::max_unfinished_runs, 1, 1'000'000}, "10000",
        "runs at a time; more are refused"},
       {"max-unfinished-studies", NumberValue{&S::max_unfinished_studies, 1, 10'000}, "100",
        "studies at a time; more are refused"},
       {"max-runs-per-study", NumberValue{&S::max_runs_per_study, 1, 10'000}, "1000",
        "runs that one study may compare"},
       {"max-dataset-mib", NumberValue{&S::max_dataset_mib, 1, 1'048'576}, "1024",
        "MiB of one dataset, as it comes and as it is stored"},
       {"max-datasets-mib", NumberValue{&S::max_datasets_mib, 1, 1'073'741'824}, "10240",
        "MiB of all datasets and uploads together"},
       {"max-variables", NumberValue{&S::max_variables, 1, kWidestLimits.coordinates}, "1000000",
        "numbers in one objective's unknowns"},
       {"max-expression-bytes", NumberValue{&S::max_expression_bytes, 64, kWidestLimits.text_bytes},
        "1048576", "bytes of one formula's text; at most --max-message-mib arrive"},
       {"max-program-operations",
        NumberValue{&S::max_program_operations, 1000, kWidestLimits.program_operations}, "1000000",
        "operations that a formula or its derivative is compiled to; a loop's count once"},
       {"max-evaluation-operations",
        NumberValue{&S::max_evaluation_operations, 1000, kWidestLimits.evaluation_operations},
        "100000000", "operations that one evaluation runs; a loop's count at every turn"},
       {"max-trace-mib", NumberValue{&S::max_trace_mib, 1, 1'048'576}, "1024",
        "MiB of a run's iterates kept in full; older ones are thinned"},
       {"max-message-mib", NumberValue{&S::max_message_mib, 1, 1024}, "4",
        "MiB of one request over gRPC"},
       {"max-connections", NumberValue{&S::max_connections, 0, 1'000'000}, "0",
        "connections to gRPC at a time; 0: as many as the limit of file descriptors leaves room "
        "for"},
       {"max-http-connections", NumberValue{&S::max_http_connections, 1, 100'000}, "4096",
        "HTTP connections at a time; a browser's stream takes one"},
       {"max-watches", NumberValue{&S::max_watches, 1, 1'000'000}, "20000",
        "streams of all clients at a time"}}};
}

SettingGroup Stopping() {
  return {"Stopping",
          {{"drain-seconds", NumberValue{&S::drain_seconds, 1, 3600}, "25",
            "seconds that a graceful stop may take; Kubernetes gives 30"},
           {"drain-delay-seconds", NumberValue{&S::drain_delay_seconds, 0, 60}, "0",
            "of which so many pass with the server not ready but still serving, for load balancers "
            "to notice"}}};
}

SettingGroup Observability() {
  return {"Observability",
          {{"log-level", ChoiceValue{&S::log_level, {"debug", "info", "warning", "error"}}, "info",
            "the least important lines to write"},
           {"log-format", ChoiceValue{&S::log_format, {"text", "json"}}, "text",
            "form of the lines on standard error"},
           {"metrics-runs", NumberValue{&S::metrics_runs, 0, 1000}, "50",
            "runs labelled metrics=on that have series of their own in /metrics at a time"},
           {"metrics-runs-minutes", NumberValue{&S::metrics_runs_minutes, 0, 1440}, "10",
            "minutes that such a run's series stay after its end"}}};
}

SettingGroup Configuration() {
  return {"Configuration",
          {{"config", TextValue{&S::config, TextKind::kFile}, "",
            "a file of settings, one `flag-name = value` a line; # begins a comment"}}};
}

}  // namespace

const std::vector<SettingGroup>& SettingGroups() {
  static const std::vector<SettingGroup> groups = {Addresses(), Security(),      Storage(),
                                                   Work(),      Memory(),        Limits(),
                                                   Stopping(),  Observability(), Configuration()};
  return groups;
}

const std::vector<SettingRow>& SettingRows() {
  static const std::vector<SettingRow> rows = [] {
    std::vector<SettingRow> all;
    for (const SettingGroup& group : SettingGroups()) {
      all.insert(all.end(), group.rows.begin(), group.rows.end());
    }
    return all;
  }();
  return rows;
}

}  // namespace thalweg
