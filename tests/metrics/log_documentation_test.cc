// The table of server/log/README.md and the lines that the code writes are the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "server/log/log.h"
#include "tests/support/json.h"

namespace thalweg::log {
namespace {

using testing::Json;

/// What a row of the table says, and what a line shows.
struct Shape {
  std::string level;
  std::set<std::string> fields;
  friend bool operator==(const Shape&, const Shape&) = default;
};
void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.level << ":";
  for (const std::string& field : shape.fields) *out << " " << field;
}
using Shapes = std::map<std::string, Shape>;

std::string FileText(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(std::string(THALWEG_SOURCE_DIR) + path).rdbuf();
  return text.str();
}

/// The words between backticks.
std::vector<std::string> Quoted(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at + 1)) {
    const size_t end = text.find('`', at + 1);
    words.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

Shapes InTheTable() {
  std::istringstream readme(FileText("/server/log/README.md"));
  Shapes shapes;
  bool events = false;
  for (std::string line; std::getline(readme, line);) {
    if (line == "## Events") events = true;
    if (!events || line.rfind("| `", 0) != 0) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    const auto fields = Quoted(cells[2]);
    shapes[Quoted(cells[0])[0]] = {cells[1].substr(1, cells[1].size() - 2),
                                   {fields.begin(), fields.end()}};
  }
  return shapes;
}

Shapes InTheLog() {
  Shapes shapes;
  const std::set<std::string> of_every_line = {"time", "level", "event"};
  Log log({.level = Level::kDebug, .format = Format::kJson, .write = [&](const std::string& text) {
             const Json line = Json::Parse(text);
             Shape shape{line["level"].string(), {}};
             for (const auto& [name, value] : line.object()) {
               if (of_every_line.count(name) == 0) shape.fields.insert(name);
             }
             shapes[line["event"].string()] = shape;
           }});
  const auto call = [](std::string_view code, Seconds duration) {
    return CallFinished{
        "unary",  "thalweg.v1.OptimizationService", "GetRun", code, duration, "ipv4:192.0.2.1:5",
        "message"};
  };
  log.WriteOfLibrary("grpc", "handshake failed");
  log.On(RunCreated{"r1", "adam"});
  log.On(RunStarted{"r1", "adam", Seconds(1)});
  log.On(RunFinished{.run = "r1", .optimizer = "adam", .outcome = "limit", .criterion = "x"});
  log.On(CommitFinished{.ok = false});
  log.On(StorageFailed{"write", "enospc"});
  log.On(RecoveryFinished{.runs = 1});
  log.On(WatchClosed{"all", "overload"});
  log.On(ConnectionRejected{"limit"});
  log.On(SelfProbed{"no answer in time"});
  log.On(SelfProbed{""});
  log.On(call("OK", Seconds(0.1)));
  log.On(call("OK", Seconds(2)));
  log.On(call("Unavailable", Seconds(0.1)));
  log.On(call("Internal", Seconds(0.1)));
  log.On(ServerReady{"grpc", true});
  log.On(ServerReady{"grpc", false});
  const auto now = std::chrono::system_clock::now();
  log.On(CertificateLoaded{"CN = a", now - std::chrono::hours(1), now + std::chrono::hours(1)});
  log.On(CertificateLoaded{"CN = a", now - std::chrono::hours(2), now - std::chrono::hours(1)});
  log.On(CertificateRefused{"no PEM"});
  return shapes;
}

TEST(LogDocumentation, TellsEveryLineOfEvents) {
  const Shapes table = InTheTable();
  for (const auto& [event, shape] : InTheLog()) {
    const auto row = table.find(event);
    ASSERT_NE(row, table.end()) << event;
    EXPECT_EQ(row->second, shape) << event;
  }
}

TEST(LogDocumentation, HasNoRowThatNothingWrites) {
  const Shapes log = InTheLog();
  const std::string main = FileText("/server/main.cc");
  for (const auto& [event, shape] : InTheTable()) {
    EXPECT_TRUE(log.count(event) > 0 || main.find("\"" + event + "\"") != std::string::npos)
        << event;
  }
}

}  // namespace
}  // namespace thalweg::log
