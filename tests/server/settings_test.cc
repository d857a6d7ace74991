#include "server/settings_help.h"
#include "server/settings_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/server/temporary_file.h"

namespace thalweg {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFile;
using Environment = std::map<std::string, std::string>;
using Wish = CommandLine::Wish;

Settings Read(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  const auto line = ReadCommandLine(arguments, environment);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.ok() ? line->settings : Settings();
}

std::string Refusal(const std::vector<std::string>& arguments,
                    const Environment& environment = {}) {
  const auto line = ReadCommandLine(arguments, environment);
  EXPECT_EQ(line.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(line.status().message());
}

TEST(Settings, AreThoseOfTheTableWhenNothingIsSaid) {
  const Settings settings = Read({});

  EXPECT_EQ(settings.grpc_address, "127.0.0.1:50051");
  EXPECT_EQ(settings.http_address, "127.0.0.1:8080");
  EXPECT_EQ(settings.StoreUrl(), "sqlite:thalweg-data");
  EXPECT_TRUE(settings.reflection);
  EXPECT_EQ(settings.drain_seconds, 25);
}

/// Large enough for all defaults.
constexpr Machine kMachine{.cpus = 4, .memory_bytes = int64_t{16} << 30};

TEST(Settings, HaveTheDefaultsOfTheRoomsTheyAreFor) {
  const runs::RunBookOptions from_table = Read({}).On(kMachine).ForRuns();
  const runs::RunBookOptions defaults;

  EXPECT_EQ(from_table.slice, defaults.slice);
  EXPECT_EQ(from_table.max_unfinished_runs, defaults.max_unfinished_runs);
  EXPECT_EQ(from_table.max_pending_bytes, defaults.max_pending_bytes);
  EXPECT_EQ(from_table.max_resident_trace_bytes, defaults.max_resident_trace_bytes);
  EXPECT_EQ(from_table.max_trace_bytes_per_run, defaults.max_trace_bytes_per_run);
  EXPECT_EQ(from_table.limits, defaults.limits);
}

TEST(Settings, TakeTheirShareOfASmallMachine) {
  const Settings settings = Read({}).On({.cpus = 2, .memory_bytes = 256 << 20});

  EXPECT_EQ(settings.workers, 2);
  EXPECT_EQ(settings.trace_memory_mib, 16);
  EXPECT_EQ(settings.max_pending_mib, 4);
  EXPECT_EQ(settings.max_objective_memory_mib, 32);
  EXPECT_EQ(settings.grpc_memory_mib, 32);
}

TEST(Settings, AreLeftAsTheyWereAskedFor) {
  const Settings settings =
      Read({"--workers=8", "--trace-memory-mib=4096"}).On({.cpus = 1, .memory_bytes = 256 << 20});

  EXPECT_EQ(settings.workers, 8);
  EXPECT_EQ(settings.trace_memory_mib, 4096);
}

TEST(Settings, ComeFromFlagsInBothForms) {
  const Settings settings = Read({"--workers", "3", "--log-format=json", "--reflection=off"});

  EXPECT_EQ(settings.workers, 3);
  EXPECT_EQ(settings.log_format, "json");
  EXPECT_FALSE(settings.reflection);
}

TEST(Settings, MayBeEmptyInBothForms) {
  EXPECT_EQ(Read({"--store=", "--workers=3"}).workers, 3);
  EXPECT_EQ(Read({"--store", "", "--workers=3"}).store, "");
}

TEST(Settings, ComeFromTheEnvironmentUnlessAFlagSaysOtherwise) {
  const Environment environment = {{"THALWEG_WORKERS", "5"}, {"THALWEG_SLICE_US", "700"}};

  const Settings settings = Read({"--workers=3"}, environment);

  EXPECT_EQ(settings.workers, 3);
  EXPECT_EQ(settings.slice_us, 700);
}

TEST(Settings, ComeFromAFileUnlessAVariableOrAFlagSaysOtherwise) {
  const TemporaryFile file("workers = 7\nslice-us = 800\nlog-format = json\n");
  const Environment environment = {{"THALWEG_WORKERS", "5"}, {"THALWEG_SLICE_US", "700"}};

  const Settings settings = Read({"--workers=3", "--config", file.path()}, environment);

  EXPECT_EQ(settings.workers, 3);
  EXPECT_EQ(settings.slice_us, 700);
  EXPECT_EQ(settings.log_format, "json");
  EXPECT_EQ(settings.drain_seconds, 25);
}

TEST(Settings, ComeFromTheFileThatTheFlagNamesElseTheVariable) {
  const TemporaryFile one("workers = 1\n"), two("workers = 2\n");
  const Environment environment = {{"THALWEG_CONFIG", one.path()}};

  EXPECT_EQ(Read({}, environment).workers, 1);
  EXPECT_EQ(Read({"--config", two.path()}, environment).workers, 2);
}

TEST(Settings, TellWhereEachComesFrom) {
  const TemporaryFile file("\nlog-format = json\nworkers = 1\nslice-us = 500\n");
  const auto line =
      ReadCommandLine({"--config", file.path(), "--workers=3"}, {{"THALWEG_SLICE_US", "700"}});

  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->sources.at("log-format"), file.path() + ":2");
  EXPECT_EQ(line->sources.at("slice-us"), "THALWEG_SLICE_US");
  EXPECT_EQ(line->sources.at("workers"), "--workers");
  EXPECT_EQ(line->sources.at("data-dir"), "default");
}

TEST(Settings, NameTheFileAndTheLineThatIsWrong) {
  const auto refusal_of = [](const std::string& text) {
    const TemporaryFile file(text);
    const std::string refusal = Refusal({"--config", file.path()});
    EXPECT_EQ(refusal.rfind(file.path() + ":", 0), 0U) << refusal;
    return refusal.substr(file.path().size());
  };

  EXPECT_EQ(refusal_of("\nwrokers = 3"), ":2: unknown key 'wrokers'; did you mean workers?");
  EXPECT_EQ(refusal_of("max_watches = 3"),
            ":1: unknown key 'max_watches'; did you mean max-watches?");
  EXPECT_EQ(refusal_of("banana = 3"), ":1: unknown key 'banana'; see thalwegd --help");
  EXPECT_EQ(refusal_of("workers = x"), ":1: workers: 'x' is not a whole number from 0 to 1024");
  EXPECT_EQ(refusal_of("workers = 1\nworkers = 2"), ":2: workers is given twice, first in line 1");
  EXPECT_EQ(refusal_of("config = other.conf"), ":1: a file of settings cannot name another");
}

TEST(Settings, WantTheFileThatIsNamed) {
  EXPECT_EQ(Refusal({"--config=/nowhere/t.conf"}),
            "/nowhere/t.conf: cannot be read: No such file or directory");
}

TEST(Settings, MustBePermittedEvenWhereAnotherWins) {
  const TemporaryFile file("workers = many\n");

  EXPECT_THAT(Refusal({"--workers=3"}, {{"THALWEG_WORKERS", "x"}}),
              HasSubstr("THALWEG_WORKERS: 'x'"));
  EXPECT_THAT(Refusal({"--workers=3", "--config", file.path()}), HasSubstr(":1: workers: 'many'"));
}

TEST(Settings, MayNameAnotherStore) {
  EXPECT_EQ(Read({"--data-dir=/x", "--store=memory:"}).StoreUrl(), "memory:");
  EXPECT_EQ(Read({"--data-dir=/x"}).StoreUrl(), "sqlite:/x");
}

TEST(Settings, NameTheFlagTheValueAndTheRange) {
  EXPECT_EQ(Refusal({"--workers=x"}), "--workers: 'x' is not a whole number from 0 to 1024");
  EXPECT_EQ(Refusal({"--workers=1025"}), "--workers: '1025' is not a whole number from 0 to 1024");
  EXPECT_EQ(Refusal({"--workers=-1"}), "--workers: '-1' is not a whole number from 0 to 1024");
  EXPECT_EQ(Refusal({"--log-format=xml"}), "--log-format: 'xml' is not one of text, json");
  EXPECT_EQ(Refusal({"--reflection=perhaps"}), "--reflection: 'perhaps' is not on or off");
  EXPECT_EQ(Refusal({}, {{"THALWEG_DRAIN_SECONDS", "0"}}),
            "THALWEG_DRAIN_SECONDS: '0' is not a whole number from 1 to 3600");
}

TEST(Settings, RefuseWhatIsNoNumber) {
  for (const char* text : {"", " ", "1.5", "1e3", "0x10", "99999999999999999999", "3 4", "nan"}) {
    EXPECT_THAT(Refusal({"--workers", text}), HasSubstr("--workers")) << text;
  }
}

TEST(Settings, TakeAddressesWithAPort) {
  for (const char* good : {"localhost:0", "[::]:50051", "[::1]:1", "0.0.0.0:65535", "a.b-c:9"}) {
    EXPECT_EQ(Read({"--grpc-address", good}).grpc_address, good);
  }
  for (const char* bad :
       {"localhost", ":80", "a:65536", "a:-1", "a:+1", "a:", "::1:80", "a:http"}) {
    EXPECT_THAT(Refusal({"--grpc-address", bad}), HasSubstr("is not host:port")) << bad;
  }
}

TEST(Settings, NameTheArgumentTheyDoNotKnow) {
  EXPECT_EQ(Refusal({"--wrokers=3"}), "unknown argument '--wrokers=3'; did you mean --workers?");
  EXPECT_EQ(Refusal({"--check-confg"}),
            "unknown argument '--check-confg'; did you mean --check-config?");
  EXPECT_EQ(Refusal({"--banana"}), "unknown argument '--banana'; see thalwegd --help");
  EXPECT_EQ(Refusal({"serve"}), "unknown argument 'serve'; see thalwegd --help");
}

TEST(Settings, NameTheFlagThatLacksItsValue) {
  EXPECT_THAT(Refusal({"--workers"}), HasSubstr("--workers"));
}

TEST(Settings, RefuseAFlagGivenTwice) {
  EXPECT_THAT(Refusal({"--workers=1", "--workers=2"}), HasSubstr("--workers"));
}

TEST(Settings, NoticeVariablesThatMayBeMisspelt) {
  const auto line = ReadCommandLine({}, {{"THALWEG_WROKERS", "3"},
                                         {"THALWEG_SERVER", "host:1"},
                                         {"THALWEG_WORKERS", "3"},
                                         {"PATH", "/bin"}});
  ASSERT_TRUE(line.ok());
  EXPECT_THAT(line->unknown_variables, ElementsAre("THALWEG_WROKERS"));
}

TEST(Settings, ArePrintedAsAFileThatReadsTheSame) {
  const auto line = ReadCommandLine(
      {"--workers=7", "--data-dir=/a b#c", "--http-allowed-origins=http://a:1, *"}, {});
  ASSERT_TRUE(line.ok()) << line.status();
  const TemporaryFile file(AsFile(*line, kMachine));

  std::map<std::string, std::string> again = Describe(Read({"--config", file.path()}));
  again["config"] = "";
  EXPECT_EQ(again, Describe(line->settings));
  EXPECT_THAT(AsFile(*line, kMachine), ContainsRegex("\nworkers = 7 +# --workers\n"));
  EXPECT_THAT(AsFile(*line, kMachine),
              ContainsRegex("\ntrace-memory-mib = 0 +# default; here 512\n"));
}

TEST(CommandLine, SaysWhatIsWished) {
  EXPECT_EQ(ReadCommandLine({}, {})->wish, Wish::kServe);
  EXPECT_EQ(ReadCommandLine({"--help"}, {})->wish, Wish::kHelp);
  EXPECT_EQ(ReadCommandLine({"-h"}, {})->wish, Wish::kHelp);
  EXPECT_EQ(ReadCommandLine({"--version"}, {})->wish, Wish::kVersion);
  EXPECT_EQ(ReadCommandLine({"--check-config"}, {})->wish, Wish::kCheckConfig);
}

TEST(HelpText, NamesEveryFlagItsVariableAndItsDefault) {
  const std::string help = HelpText();
  for (const auto& [flag, value] : Describe(Read({}))) {
    EXPECT_THAT(help, HasSubstr("--" + flag + " <value>"));
    if (!value.empty()) {
      EXPECT_THAT(help, HasSubstr("Default: " + value));
    }
  }
  EXPECT_THAT(help, HasSubstr("THALWEG_GRPC_ADDRESS"));
}

TEST(HelpText, IsWhatTheDocumentationShows) {
  std::ifstream file(std::string(THALWEG_SOURCE_DIR) + "/server/settings.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find("```\n" + HelpText() + "```\n"), std::string::npos)
      << "server/settings.md must hold what thalwegd --help prints";
}

TEST(Describe, CanBeReadAgain) {
  const Settings settings = Read({"--workers=7", "--reflection=off",
                                  "--store=memory:", "--http-allowed-origins=http://a:1, *"});
  std::vector<std::string> arguments;
  for (const auto& [flag, value] : Describe(settings))
    arguments.push_back("--" + flag + "=" + value);

  EXPECT_EQ(Describe(Read(arguments)), Describe(settings));
}

}  // namespace
}  // namespace thalweg
