// The life of runs without the network: blocks, recording, durable iterates, latency, fairness.
//
//   build/release/bench/runs_bench --benchmark_counters_tabular=true

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "server/runs/run_book.h"
#include "server/runs/trace_writer.h"
#include "server/storage/catalogue.h"

namespace thalweg::runs {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A store of its own for each measurement: in memory, or in a directory that is removed.
class Place {
 public:
  explicit Place(bool on_disk) {
    if (!on_disk) return;
    // Beside the program, not in /tmp, which may be no disk at all.
    path_ = std::filesystem::current_path() / ("runs_bench_" + std::to_string(getpid()));
    url_ = "sqlite:" + path_.string();
  }
  ~Place() {
    store_.reset();
    if (!path_.empty()) std::filesystem::remove_all(path_);
  }
  RunStore& store() {
    if (!store_) store_ = *OpenStore(url_);
    return *store_;
  }

 private:
  std::string url_ = "memory:";
  std::filesystem::path path_;
  std::unique_ptr<RunStore> store_;
};

class Counting : public EventSink {
 public:
  void On(const SliceFinished& slice) override {
    const std::lock_guard lock(mutex_);
    iterations += slice.iterations;
    stepping_seconds += slice.duration.count();
  }
  void On(const CommitFinished& commit) override {
    const std::lock_guard lock(mutex_);
    ++commits;
    committed_bytes += commit.bytes;
    commit_seconds += commit.duration.count();
  }
  int64_t iterations = 0;
  int64_t commits = 0;
  int64_t committed_bytes = 0;
  double stepping_seconds = 0;
  double commit_seconds = 0;

 private:
  std::mutex mutex_;
};

RunSpec AdamOnRosenbrock(double iterations) {
  RunSpec spec;
  spec.objective.function = "rosenbrock";
  spec.optimizer.kind = "adam";
  spec.optimizer.settings["learning_rate"] = 1e-5;
  Part limit{"iterations", {}};
  limit.settings["threshold"] = iterations;
  spec.stopping = {limit};
  return spec;
}

/// Reads a run to its end, or to its first iterate; returns the iterates seen.
int64_t Watch(RunBook& book, const std::string& id, bool first_only) {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  const auto watcher = book.Watch(id, {}, [&] {
    const std::lock_guard lock(mutex);
    woken = true;
    changed.notify_one();
  });
  int64_t rows = 0;
  while (true) {
    const auto step = (*watcher)->Next(Clock::now());
    if (!step->update) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return woken; });
      woken = false;
      continue;
    }
    const auto* block = std::get_if<std::shared_ptr<const IterateBlock>>(&step->update->what);
    if (block != nullptr) rows += static_cast<int64_t>((*block)->rows());
    if (step->update->last || (first_only && rows > 0)) return rows;
  }
}

/// A million iterates of a plane Adam, each durable and read by one watcher of all.
void MillionIterates(benchmark::State& state) {
  constexpr double kIterations = 1e6;
  for (auto _ : state) {
    Place place(state.range(0) != 0);
    Counting counting;
    const auto book = *RunBook::Open(place.store(), counting, {});
    const Clock::time_point begin = Clock::now();
    const auto run = book->Create(AdamOnRosenbrock(kIterations), "", false);
    const int64_t rows = Watch(*book, run->id, /*first_only=*/false);
    state.SetIterationTime(SecondsSince(begin));
    if (rows != static_cast<int64_t>(kIterations) + 1) state.SkipWithError("iterates are missing");
    state.counters["worker_ns"] = 1e9 * counting.stepping_seconds / kIterations;
    state.counters["commits"] = static_cast<double>(counting.commits);
    state.counters["commit_MB/s"] =
        static_cast<double>(counting.committed_bytes) / 1e6 / counting.commit_seconds;
    state.counters["MB"] = static_cast<double>(counting.committed_bytes) / 1e6;
  }
}
BENCHMARK(MillionIterates)
    ->ArgName("disk")
    ->Arg(0)
    ->Arg(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// From Create to the first durable iterate in a watcher's hands, on an idle server.
void FirstIterate(benchmark::State& state) {
  Place place(/*on_disk=*/true);
  Counting counting;
  const auto book = *RunBook::Open(place.store(), counting, {});
  std::vector<double> created;
  std::vector<double> seen;
  for (auto _ : state) {
    const Clock::time_point begin = Clock::now();
    const auto run = book->Create(AdamOnRosenbrock(1e9), "", false);
    created.push_back(SecondsSince(begin));
    Watch(*book, run->id, /*first_only=*/true);
    seen.push_back(SecondsSince(begin));
    state.PauseTiming();
    book->Cancel(run->id).status().IgnoreError();
    state.ResumeTiming();
  }
  std::sort(created.begin(), created.end());
  std::sort(seen.begin(), seen.end());
  state.counters["create_p50_ms"] = 1e3 * created[created.size() / 2];
  state.counters["seen_p50_ms"] = 1e3 * seen[seen.size() / 2];
  state.counters["seen_p99_ms"] = 1e3 * seen[seen.size() * 99 / 100];
}
BENCHMARK(FirstIterate)->Iterations(200)->Unit(benchmark::kMillisecond);

/// A thousand runs at once: how far the slowest and the fastest are after some time.
void ThousandRuns(benchmark::State& state) {
  for (auto _ : state) {
    Place place(/*on_disk=*/true);
    Counting counting;
    const auto book = *RunBook::Open(place.store(), counting, {});
    std::vector<std::string> ids;
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < 1000; ++i) {
      ids.push_back(book->Create(AdamOnRosenbrock(1e9), "", false)->id);
    }
    state.counters["creates/s"] = 1000 / SecondsSince(begin);
    for (const std::string& id : ids) Watch(*book, id, /*first_only=*/true);
    std::vector<int64_t> before;
    for (const std::string& id : ids) before.push_back(book->Get(id)->iterations);
    const Clock::time_point measured = Clock::now();
    while (SecondsSince(measured) < 10) usleep(10'000);
    std::vector<int64_t> progress;
    for (size_t i = 0; i < ids.size(); ++i) {
      progress.push_back(book->Get(ids[i])->iterations - before[i]);
    }
    std::sort(progress.begin(), progress.end());
    const auto median = static_cast<double>(progress[500]);
    state.counters["median"] = median;
    state.counters["commit_ms"] =
        1e3 * counting.commit_seconds / static_cast<double>(counting.commits);
    state.counters["commit_MB"] =
        static_cast<double>(counting.committed_bytes) / 1e6 / static_cast<double>(counting.commits);
    state.counters["p1/median"] = static_cast<double>(progress[10]) / median;
    state.counters["p99/median"] = static_cast<double>(progress[990]) / median;
    state.counters["least/median"] = static_cast<double>(progress.front()) / median;
  }
}
BENCHMARK(ThousandRuns)->Iterations(1)->Unit(benchmark::kSecond);

IterateBlock PlaneBlock() {
  IterateBlock block;
  Iterate at;
  at.x = Vector::Random(2);
  for (at.iteration = 0; at.iteration < 8192; ++at.iteration) {
    const auto k = static_cast<double>(at.iteration);
    at.x[0] = 1 / (1 + k);
    at.evaluations = {at.iteration, at.iteration};
    at.learning_rate = 0.001;
    block.Append({at, 1 / (2 + k), 1 / (3 + k), 1 / (4 + k), 1 / (5 + k)}, 2);
  }
  return block;
}

void EncodeBlock(benchmark::State& state) {
  const IterateBlock block = PlaneBlock();
  for (auto _ : state) benchmark::DoNotOptimize(Encode(block));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(block.bytes()));
}
BENCHMARK(EncodeBlock);

void DecodeBlock(benchmark::State& state) {
  const IterateBlock block = PlaneBlock();
  const std::string bytes = Encode(block);
  for (auto _ : state) benchmark::DoNotOptimize(DecodeIterateBlock(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(block.bytes()));
}
BENCHMARK(DecodeBlock);

/// What recording adds to one iterate of a plane problem.
void RecordIterate(benchmark::State& state) {
  ResidentBudget memory(1 << 20);
  Place place(/*on_disk=*/false);
  const auto trace = std::make_shared<Trace>(StoredRun(), Run(), Retention(), memory);
  RunSpec two;
  two.traced_coordinates = 2;
  TraceWriter writer(two, {}, -1, TraceReader(trace, place.store()));
  Standing standing;
  Iterate at;
  at.x = Vector::Random(2);
  IterateSink& sink = writer;
  for (auto _ : state) {
    sink.Record({at, 1, 2, 3, 4});
    ++at.iteration;
    if (at.iteration % 32768 == 0) writer.TakeBlocks(0, standing);
  }
}
BENCHMARK(RecordIterate);

}  // namespace
}  // namespace thalweg::runs

BENCHMARK_MAIN();
