#include "server/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace thalweg {
namespace {

using expression::kWidestLimits;

constexpr int64_t kMiB = 1 << 20;

enum class TextKind { kAddress, kFree, kMayBeEmpty, kOrigins };

/// What kind of value a setting has, and where it is kept.
struct TextValue {
  std::string Settings::*field;
  TextKind kind;
};
struct ChoiceValue {
  std::string Settings::*field;
  std::vector<std::string> choices;
};
struct NumberValue {
  int64_t Settings::*field;
  int64_t least;
  int64_t greatest;
};
struct FlagValue {
  bool Settings::*field;
};

struct Row {
  std::string flag;  // without dashes
  std::variant<TextValue, ChoiceValue, NumberValue, FlagValue> value;
  std::string standard;  // the default, as one would write it
  std::string meaning;
};

const std::vector<Row>& Table() {
  using S = Settings;
  static const std::vector<Row> rows = {
      {"grpc-address", TextValue{&S::grpc_address, TextKind::kAddress}, "0.0.0.0:50051",
       "where gRPC listens; port 0 is any free one. Neither encrypted nor authenticated: keep it "
       "in "
       "a private network"},
      {"http-address", TextValue{&S::http_address, TextKind::kAddress}, "0.0.0.0:8080",
       "where HTTP listens: the dashboard, gRPC-Web for browsers, metrics, health. Neither "
       "encrypted nor authenticated either"},
      {"data-dir", TextValue{&S::data_dir, TextKind::kFree}, "thalweg-data",
       "folder of the runs, made when absent; one server at a time"},
      {"store", TextValue{&S::store, TextKind::kMayBeEmpty}, "",
       "another store than SQLite in --data-dir: sqlite:<folder>, or memory: to forget all at the "
       "end"},
      {"workers", NumberValue{&S::workers, 0, 1024}, "0", "threads that step runs; 0: one per CPU"},
      {"slice-us", NumberValue{&S::slice_us, 100, 1'000'000}, "2000",
       "microseconds that a run is stepped before another has its turn"},
      {"max-unfinished-runs", NumberValue{&S::max_unfinished_runs, 1, 1'000'000}, "10000",
       "runs at a time; more are refused"},
      {"max-unfinished-studies", NumberValue{&S::max_unfinished_studies, 1, 10'000}, "100",
       "studies at a time; more are refused"},
      {"max-runs-per-study", NumberValue{&S::max_runs_per_study, 1, 10'000}, "1000",
       "runs that one study may compare"},
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
      {"max-objective-memory-mib",
       NumberValue{&S::max_objective_memory_mib, 1, kWidestLimits.scratch_bytes / kMiB}, "256",
       "MiB that one evaluation of an objective may work in"},
      {"max-pending-mib", NumberValue{&S::max_pending_mib, 1, 65'536}, "64",
       "MiB of a run's iterates that may wait for the disk; then the run waits"},
      {"max-trace-mib", NumberValue{&S::max_trace_mib, 1, 1'048'576}, "1024",
       "MiB of a run's iterates kept in full; older ones are thinned"},
      {"trace-memory-mib", NumberValue{&S::trace_memory_mib, 1, 1'048'576}, "512",
       "MiB of all runs' iterates kept in memory for watchers"},
      {"max-message-mib", NumberValue{&S::max_message_mib, 1, 1024}, "4",
       "MiB of one request over gRPC"},
      {"max-watches", NumberValue{&S::max_watches, 1, 1'000'000}, "20000",
       "streams of all clients at a time"},
      {"max-http-connections", NumberValue{&S::max_http_connections, 1, 100'000}, "4096",
       "HTTP connections at a time; a browser's stream takes one"},
      {"http-allowed-origins", TextValue{&S::http_allowed_origins, TextKind::kOrigins}, "",
       "other origins whose pages may call the service, separated by commas"},
      {"reflection", FlagValue{&S::reflection}, "on",
       "let tools such as grpcurl ask for the services' definitions, which are public"},
      {"machine-code", FlagValue{&S::machine_code}, "on",
       "compile formulas that run long enough; off: interpret them all, to the same bits"},
      {"drain-seconds", NumberValue{&S::drain_seconds, 1, 3600}, "25",
       "seconds that a graceful stop may take; Kubernetes gives 30"},
      {"drain-delay-seconds", NumberValue{&S::drain_delay_seconds, 0, 60}, "0",
       "of which so many pass with the server not ready but still serving, for load balancers to "
       "notice"},
      {"log-level", ChoiceValue{&S::log_level, {"debug", "info", "warning", "error"}}, "info",
       "the least important lines to write"},
      {"log-format", ChoiceValue{&S::log_format, {"text", "json"}}, "text",
       "form of the lines on standard error"},
  };
  return rows;
}

std::string VariableOf(const Row& row) {
  std::string name = "THALWEG_" + row.flag;
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

bool IsAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  const std::string port = text.substr(colon + 1);
  int number = 0;
  const bool digits = !port.empty() && std::all_of(port.begin(), port.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || !absl::SimpleAtoi(port, &number) || number > 65535) return false;
  const std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed || host.find(':') == std::string::npos;
}

std::vector<std::string> SplitOrigins(const std::string& text) {
  return absl::StrSplit(text, absl::ByAnyChar(", "), absl::SkipEmpty());
}

/// scheme://host[:port] without a path, as browsers send it; or "*".
bool IsOrigin(const std::string& text) {
  const size_t scheme = text.find("://");
  return text == "*" || (scheme != std::string::npos && scheme > 0 && scheme + 3 < text.size() &&
                         text.find('/', scheme + 3) == std::string::npos);
}

/// What a row permits, in words; empty where it is anything.
std::string Permitted(const Row& row) {
  if (const auto* number = std::get_if<NumberValue>(&row.value)) {
    return absl::StrCat("a whole number from ", number->least, " to ", number->greatest);
  }
  if (const auto* choice = std::get_if<ChoiceValue>(&row.value)) {
    return "one of " + absl::StrJoin(choice->choices, ", ");
  }
  if (std::holds_alternative<FlagValue>(row.value)) return "on or off";
  switch (std::get<TextValue>(row.value).kind) {
    case TextKind::kAddress:
      return "host:port or [IPv6]:port, with a port from 0 to 65535";
    case TextKind::kFree:
      return "a text that is not empty";
    case TextKind::kMayBeEmpty:
      return "";
    case TextKind::kOrigins:
      return "origins as https://example.org or http://localhost:5173, or * for any";
  }
  return "";
}

/// Sets the row's field; false where `text` is not permitted.
bool Assign(const Row& row, const std::string& text, Settings& settings) {
  if (const auto* number = std::get_if<NumberValue>(&row.value)) {
    int64_t value = 0;
    if (!absl::SimpleAtoi(text, &value)) return false;
    settings.*(number->field) = value;
    return value >= number->least && value <= number->greatest;
  }
  if (const auto* choice = std::get_if<ChoiceValue>(&row.value)) {
    settings.*(choice->field) = text;
    return std::count(choice->choices.begin(), choice->choices.end(), text) > 0;
  }
  if (const auto* flag = std::get_if<FlagValue>(&row.value)) {
    settings.*(flag->field) = text == "on";
    return text == "on" || text == "off";
  }
  const TextValue& value = std::get<TextValue>(row.value);
  settings.*(value.field) = text;
  if (value.kind == TextKind::kAddress) return IsAddress(text);
  if (value.kind == TextKind::kOrigins) {
    const std::vector<std::string> origins = SplitOrigins(text);
    return std::all_of(origins.begin(), origins.end(), IsOrigin);
  }
  return value.kind == TextKind::kMayBeEmpty || !text.empty();
}

std::string Print(const Row& row, const Settings& settings) {
  if (const auto* number = std::get_if<NumberValue>(&row.value)) {
    return std::to_string(settings.*(number->field));
  }
  if (const auto* choice = std::get_if<ChoiceValue>(&row.value)) return settings.*(choice->field);
  if (const auto* flag = std::get_if<FlagValue>(&row.value)) {
    return settings.*(flag->field) ? "on" : "off";
  }
  return settings.*(std::get<TextValue>(row.value).field);
}

absl::Status Bad(const std::string& where, const std::string& text, const Row& row) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": '", text, "' is not ", Permitted(row)));
}

/// Names in THALWEG_... that we or our clients do not know.
std::vector<std::string> UnknownVariables(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : environment) {
    const bool known = name == "THALWEG_SERVER" ||
                       std::any_of(Table().begin(), Table().end(),
                                   [&](const Row& row) { return VariableOf(row) == name; });
    if (name.rfind("THALWEG_", 0) == 0 && !known) unknown.push_back(name);
  }
  return unknown;
}

struct Flags {
  std::map<std::string, std::string> values;  // by flag
  CommandLine::Wish wish = CommandLine::Wish::kServe;
};

/// Splits a command line into flags and their texts, or says what in it is no flag of ours.
absl::StatusOr<Flags> ReadFlags(std::vector<std::string> arguments) {
  Flags flags;
  bool help = false, version = false, check = false;
  CLI::App app;
  app.set_help_flag();  // ours follows from the table
  app.add_flag("--help,-h", help);
  app.add_flag("--version", version);
  app.add_flag("--check-config", check);
  for (const Row& row : Table()) app.add_option("--" + row.flag, flags.values[row.flag]);
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(arguments);
  } catch (const CLI::ExtrasError&) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown argument '", app.remaining().front(), "'; see thalwegd --help"));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  for (const Row& row : Table()) {
    if (app.count("--" + row.flag) == 0) flags.values.erase(row.flag);
  }
  using Wish = CommandLine::Wish;
  flags.wish = help      ? Wish::kHelp
               : version ? Wish::kVersion
               : check   ? Wish::kCheckConfig
                         : Wish::kServe;
  return flags;
}

}  // namespace

absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments,
                                            const std::map<std::string, std::string>& environment) {
  const auto flags = ReadFlags(arguments);
  if (!flags.ok()) return flags.status();

  CommandLine line{.wish = flags->wish, .settings = {}, .unknown_variables = {}};
  for (const Row& row : Table()) {
    const auto flag = flags->values.find(row.flag);
    const auto variable = environment.find(VariableOf(row));
    if (flag != flags->values.end()) {
      if (!Assign(row, flag->second, line.settings)) return Bad("--" + row.flag, flag->second, row);
    } else if (variable != environment.end()) {
      if (!Assign(row, variable->second, line.settings)) {
        return Bad(VariableOf(row), variable->second, row);
      }
    } else {
      Assign(row, row.standard, line.settings);
    }
  }
  line.unknown_variables = UnknownVariables(environment);
  return line;
}

std::string HelpText() {
  std::string text =
      "thalwegd: descends functions, over gRPC.\n\n"
      "  thalwegd [--flag value ...]\n\n"
      "Every flag can be given as an environment variable instead; the flag wins.\n\n";
  for (const Row& row : Table()) {
    const std::string permitted = Permitted(row);
    absl::StrAppend(&text, "  --", row.flag, " <value>   ", VariableOf(row), "\n      ",
                    row.meaning, ".\n      ",
                    permitted.empty() ? "" : absl::StrCat("Permitted: ", permitted, ". "),
                    "Default: ", row.standard.empty() ? "none" : row.standard, "\n");
  }
  absl::StrAppend(&text,
                  "  --check-config\n      check the settings, print them, and exit\n"
                  "  --version\n      print the version and exit\n"
                  "  --help\n      print this and exit\n\n"
                  "SIGTERM, SIGINT or SIGHUP stops gracefully; runs go on at the next start. A "
                  "second one stops at once.\nExit codes: 0 stopped gracefully, 1 cannot go on or "
                  "stopped at once, 2 wrong settings.\n");
  return text;
}

std::map<std::string, std::string> Describe(const Settings& settings) {
  std::map<std::string, std::string> described;
  for (const Row& row : Table()) described[row.flag] = Print(row, settings);
  return described;
}

std::string Settings::StoreUrl() const { return store.empty() ? "sqlite:" + data_dir : store; }

std::vector<std::string> Settings::AllowedOrigins() const {
  return SplitOrigins(http_allowed_origins);
}

runs::RunBookOptions Settings::ForRuns() const {
  return {.workers = static_cast<int>(workers),
          .slice = std::chrono::microseconds(slice_us),
          .max_unfinished_runs = max_unfinished_runs,
          .max_pending_bytes = static_cast<size_t>(max_pending_mib * kMiB),
          .max_resident_trace_bytes = static_cast<size_t>(trace_memory_mib * kMiB),
          .max_trace_bytes_per_run = static_cast<size_t>(max_trace_mib * kMiB),
          .limits = Limits()};
}

studies::StudyBookOptions Settings::ForStudies() const {
  return {.max_unfinished_studies = max_unfinished_studies,
          .max_runs_per_study = max_runs_per_study};
}

expression::Limits Settings::Limits() const {
  expression::Limits limits;
  limits.text_bytes = max_expression_bytes;
  limits.program_operations = max_program_operations;
  limits.evaluation_operations = max_evaluation_operations;
  limits.scratch_bytes = max_objective_memory_mib * kMiB;
  limits.coordinates = max_variables;
  return limits;
}

}  // namespace thalweg
