#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/optimizer.h"
#include "server/runs/crc32c.h"
#include "server/runs/run_book.h"
#include "server/storage/catalogue.h"
#include "tests/runs/books.h"
#include "tests/support/optimizer_names.h"

// descent_driver runs every optimizer of the catalogue on an SQLite store; it is killed with
// SIGKILL again and again, and started again, until it ends by itself.
namespace thalweg::runs {
namespace {

constexpr char kDriver[] = THALWEG_BINARY_DIR "/descent_driver";

using Ledger = std::map<std::pair<std::string, int64_t>, uint32_t>;  // what was shown

struct Case {
  std::string name;
  int iterations;
  size_t trace_bytes;
  int kills;
};

class Directory {
 public:
  Directory() {
    char name[] = "/tmp/thalweg_kill_XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string Store(const std::string& name) const { return "sqlite:" + path_ + "/" + name; }

 private:
  std::string path_;
};

struct Driver {
  pid_t process = 0;
  int output = -1;
};

Driver Start(const std::string& store, const Case& test) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t process = fork();
  if (process == 0) {
    dup2(ends[1], STDOUT_FILENO);
    const std::string iterations = std::to_string(test.iterations);
    const std::string bytes = std::to_string(test.trace_bytes);
    execl(kDriver, kDriver, store.c_str(), iterations.c_str(), bytes.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  return {process, ends[0]};
}

// Adds what the driver reported; an iterate that was shown before must come with the same bits.
void AddTo(Ledger& ledger, const std::string& output) {
  std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
  std::string optimizer;
  int64_t iteration = 0;
  uint32_t checksum = 0;
  while (lines >> optimizer >> iteration >> checksum) {
    const auto [entry, fresh] = ledger.emplace(std::pair(optimizer, iteration), checksum);
    EXPECT_EQ(entry->second, checksum) << optimizer << " " << iteration;
  }
}

std::string ReadAll(int file) {
  std::string all;
  char buffer[4096];
  for (ssize_t count = 0; (count = read(file, buffer, sizeof(buffer))) > 0;) {
    all.append(buffer, static_cast<size_t>(count));
  }
  close(file);
  return all;
}

// Lets the driver live for `life` at most; true when it ended by itself.
bool LiveAndDie(const std::string& store, const Case& test, std::chrono::microseconds life,
                Ledger& ledger) {
  const Driver driver = Start(store, test);
  std::string output;
  std::thread reader([&] { output = ReadAll(driver.output); });
  const auto end = std::chrono::steady_clock::now() + life;
  int status = 0;
  while (waitpid(driver.process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= end) kill(driver.process, SIGKILL);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  reader.join();
  AddTo(ledger, output);
  const bool ended = WIFEXITED(status);
  EXPECT_TRUE(!ended || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
  return ended;
}

// Traces by optimizer, as bits, checked against what was shown before.
std::map<std::string, std::string> TracesIn(const std::string& store_url, const Ledger& ledger,
                                            bool whole) {
  std::map<std::string, std::string> traces;
  auto store = OpenStore(store_url);
  if (!store.ok()) {
    ADD_FAILURE() << store.status();
    return traces;
  }
  EventSink events;
  const auto book = RunBook::Open(**store, events, SmallOptions());
  RunQuery all;
  all.page_size = 1000;
  const auto page = (*book)->List(all);
  for (const Run& run : page->runs) {
    const std::string& optimizer = run.spec.display_name;  // "+fork" behind it for forks
    EXPECT_EQ(run.state, RunState::kFinished)
        << optimizer << ": " << (run.stop_reason ? run.stop_reason->detail : "not over");
    const IterateBlock trace = ReadTrace(**book, run.id);
    const runs::Run full = *(*book)->Get(run.id);
    traces[optimizer] = BitsOf(trace);
    if (full.events) {
      for (const RunEvent& event : full.events->kept()) {
        if (event.code == "fork") continue;  // it names the other run
        traces[optimizer] += "\n" + std::to_string(event.iteration) + event.code + event.text;
      }
    }
    const int64_t made = run.iterations - run.spec.first_iteration + 1;
    if (whole) {
      EXPECT_EQ(static_cast<int64_t>(trace.rows()), made) << optimizer;
    }
    for (const auto& [key, checksum] : ledger) {
      if (key.first != optimizer) continue;
      const size_t row = trace.RowAt(key.second);
      const bool kept = row < trace.rows() && trace.iteration[row] == key.second;
      EXPECT_TRUE(kept || !whole) << optimizer << " lost " << key.second;
      if (!kept) continue;
      EXPECT_EQ(Crc32c(BitsOf(trace.Slice(key.second, key.second))), checksum)
          << optimizer << " took back " << key.second;
    }
  }
  return traces;
}

class Kill : public ::testing::TestWithParam<Case> {};

TEST_P(Kill, LosesNothingThatWasShownAndChangesNoBitOfAnyTrace) {
  const Directory directory;
  Ledger ledger;
  const std::string undisturbed = directory.Store("undisturbed");
  const Driver whole = Start(undisturbed, GetParam());
  ReadAll(whole.output);
  int status = 0;
  waitpid(whole.process, &status, 0);
  ASSERT_EQ(status, 0);

  const std::string killed = directory.Store("killed");
  std::mt19937 random(7);
  int kills = 0;
  for (; kills < GetParam().kills; ++kills) {
    const std::chrono::microseconds life(2000 + random() % 60000);
    if (LiveAndDie(killed, GetParam(), life, ledger)) break;
  }
  while (!LiveAndDie(killed, GetParam(), std::chrono::seconds(120), ledger)) {
  }

  const bool everything_kept = GetParam().trace_bytes > 100'000'000;
  const auto expected = TracesIn(undisturbed, {}, everything_kept);
  const auto traces = TracesIn(killed, ledger, everything_kept);
  ASSERT_EQ(expected.size(), 2 * testing::OptimizersOfAnyObjective().size());
  EXPECT_GE(kills, 3);
  for (const auto& [optimizer, bits] : expected) {
    EXPECT_TRUE(traces.contains(optimizer) && traces.at(optimizer) == bits) << optimizer;
  }
}

INSTANTIATE_TEST_SUITE_P(Nine, Kill,
                         ::testing::Values(Case{"WholeTraces", 60'000, size_t{1} << 30, 25},
                                           Case{"ThinnedTraces", 60'000, 800'000, 25}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace thalweg::runs
