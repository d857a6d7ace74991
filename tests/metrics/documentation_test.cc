// The table of metrics in server/metrics/README.md is made from what is exposed.
//
//   THALWEG_WRITE_TABLES=1 build/release/bin/metrics_test --gtest_filter='Documentation.*'

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "server/metrics/metrics.h"

namespace thalweg::metrics {
namespace {

constexpr std::string_view kHead = "|---|---|---|---|\n";

/// Labels whose values the text above the table tells.
const std::set<std::string>& Described() {
  static const std::set<std::string> names = {
      "algorithm",    "objective",    "decade",  "grpc_code",    "grpc_method",
      "grpc_service", "grpc_type",    "version", "revision",     "compiler",
      "method",       "math_profile", "run",     "grpc_version", "sqlite_version"};
  return names;
}

const char* TypeOf(const prometheus::MetricFamily& family) {
  switch (family.type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

/// "`state` (paused, queued, running)"
std::string LabelsOf(const prometheus::MetricFamily& family) {
  std::map<std::string, std::set<std::string>> values;
  for (const auto& metric : family.metric) {
    for (const auto& label : metric.label) values[label.name].insert(label.value);
  }
  std::string text;
  for (const auto& [name, of_name] : values) {
    text += (text.empty() ? "`" : ", `") + name + "`";
    const bool told = Described().contains(name) || of_name == std::set<std::string>{"other"};
    std::string list;
    for (const std::string& value : of_name) list += (list.empty() ? "" : ", ") + value;
    if (!told) text += " (" + list + ")";
  }
  return text;
}

std::string Table(const Metrics& metrics) {
  std::map<std::string, std::string> rows;
  for (const prometheus::MetricFamily& family : metrics.Collect()) {
    rows[family.name] = "| `" + family.name + "` | " + TypeOf(family) + " | " + LabelsOf(family) +
                        " | " + family.help + " |\n";
  }
  std::string table;
  for (const auto& [name, row] : rows) table += row;
  return table;
}

/// The lines of `text` that `other` does not have.
std::string Without(const std::string& text, const std::string& other) {
  std::string lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (other.find(line + "\n") == std::string::npos) lines += line + "\n";
  }
  return lines;
}

TEST(Documentation, ListsEveryMetricThatIsExposed) {
  Metrics metrics({.optimizers = {"adam"},
                   .rules = {"gradient_norm"},
                   .methods = {{"unary", "service", "Get"}, {"server_stream", "service", "Watch"}},
                   .build = {{"version", ""},
                             {"revision", ""},
                             {"compiler", ""},
                             {"math_profile", ""},
                             {"grpc_version", ""},
                             {"sqlite_version", ""}}});
  metrics.On(RunAdvanced{.run = "r"});  // for the families that have no series otherwise
  const std::string path = std::string(THALWEG_SOURCE_DIR) + "/server/metrics/README.md";
  std::stringstream readme;
  readme << std::ifstream(path).rdbuf();
  const std::string text = readme.str();
  const size_t begin = text.find(kHead) + kHead.size();
  const size_t end = text.find("\n\n", begin) + 1;
  ASSERT_LT(begin, end);
  ASSERT_LT(end, text.size());

  const std::string table = Table(metrics);

  if (std::getenv("THALWEG_WRITE_TABLES") != nullptr) {
    std::ofstream(path) << text.substr(0, begin) << table << text.substr(end);
  } else {
    const std::string written = text.substr(begin, end - begin);
    EXPECT_TRUE(written == table)
        << "rows that the README lacks:\n"
        << Without(table, written) << "rows that it should not have:\n"
        << Without(written, table)
        << "write it anew: THALWEG_WRITE_TABLES=1 metrics_test --gtest_filter='Documentation.*'";
  }
}

}  // namespace
}  // namespace thalweg::metrics
