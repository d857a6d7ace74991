// A server's heart for tests that kill it: one run of every optimizer on the store in argv[1], each
// for argv[2] iterations with settings that change on the way, and a fork of it, taken up again
// where an earlier life ended. What watchers are shown goes to stdout, one line for the last
// iterate of each block: "<run> <iteration> <checksum>", the run being "<optimizer>" or
// "<optimizer>+fork". Ends with 0 when all runs are over.

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/core/optimizer.h"
#include "server/runs/crc32c.h"
#include "server/runs/run_book.h"
#include "server/storage/catalogue.h"
#include "tests/support/optimizer_names.h"

namespace thalweg::runs {
namespace {

RunSpec SpecFor(const OptimizerEntry& optimizer, double iterations) {
  RunSpec spec;
  spec.objective.function = "rosenbrock";
  spec.display_name = optimizer.name;
  spec.optimizer.kind = optimizer.name;
  for (const OptionInfo& option : optimizer.options) {
    if (option.name == "learning_rate") spec.optimizer.settings["learning_rate"] = 1e-4;
  }
  Part limit{"iterations", {}};
  limit.settings["threshold"] = iterations;
  spec.stopping = {limit};
  spec.seed = 42;
  if (optimizer.name == "adam") spec.pace = 1e5;  // and one that waits again and again
  // The same method with half the rate, and in between another one.
  Change change{static_cast<int64_t>(iterations) / 4, spec.optimizer, spec.stopping, {}};
  if (change.optimizer.settings.contains("learning_rate")) {
    change.optimizer.settings["learning_rate"] = 0.5e-4;
  }
  spec.changes.push_back(change);
  spec.changes.push_back({change.iteration * 2, {"momentum", {}}, spec.stopping, {}});
  spec.changes.back().optimizer.settings["learning_rate"] = 1e-5;
  change.iteration *= 3;
  spec.changes.push_back(change);
  return spec;
}

void Report(const std::string& optimizer, const IterateBlock& block) {
  IterateBlock row;
  row.AppendRow(block, block.rows() - 1);
  row.elapsed_seconds = 0;
  std::printf("%s %lld %u\n", optimizer.c_str(), static_cast<long long>(row.last()),
              Crc32c(Encode(row)));
}

void WatchToTheEnd(RunBook& book, const std::string& id, const std::string& optimizer) {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  auto watcher = book.Watch(id, {}, [&] {
    const std::lock_guard lock(mutex);
    woken = true;
    changed.notify_one();
  });
  if (!watcher.ok()) std::exit(3);
  while (true) {
    const auto step = (*watcher)->Next(std::chrono::steady_clock::now());
    if (!step.ok()) std::exit(4);
    if (!step->update) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return woken; });
      woken = false;
      continue;
    }
    const auto* block = std::get_if<std::shared_ptr<const IterateBlock>>(&step->update->what);
    if (block != nullptr) Report(optimizer, **block);
    if (step->update->last) return;
  }
}

// Leaves the run in the middle, as soon as it is there. The parent is over, or gone on, by then.
void ForkAndWatch(RunBook& book, const std::string& parent, const std::string& optimizer,
                  double iterations) {
  ForkRequest request;
  request.iteration = static_cast<int64_t>(iterations) / 2 + 100;
  request.display_name = optimizer + "+fork";
  request.overrides.stopping = {{"iterations", {{"threshold", iterations * 0.9}}}};
  while (true) {
    const auto run = book.Get(parent);
    if (!run.ok()) std::exit(5);
    // A method that is done sooner is left where it ended.
    if (IsTerminal(run->state)) request.iteration = std::min(*request.iteration, run->iterations);
    if (run->iterations >= *request.iteration) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const auto fork = book.Fork(parent, request, request.display_name, false);
  if (!fork.ok()) {
    std::fprintf(stderr, "%s\n", fork.status().ToString().c_str());
    std::_Exit(6);
  }
  WatchToTheEnd(book, fork->id, request.display_name);
}

int Drive(const std::string& url, double iterations, size_t trace_bytes) {
  const auto store = OpenStore(url);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 2;
  }
  EventSink events;
  RunBookOptions options;
  options.workers = 3;
  options.slice = std::chrono::microseconds(300);
  options.max_trace_bytes_per_run = trace_bytes;
  const auto book = RunBook::Open(**store, events, options);
  if (!book.ok()) return 2;
  std::vector<std::thread> watching;
  for (const std::string& name : testing::OptimizersOfAnyObjective()) {
    const OptimizerEntry& optimizer = *FindEntry(Optimizers(), name);
    const auto run = (*book)->Create(SpecFor(optimizer, iterations), optimizer.name, false);
    if (!run.ok()) {
      std::fprintf(stderr, "%s\n", run.status().ToString().c_str());
      std::_Exit(2);
    }
    watching.emplace_back([&book, id = run->id, name] { WatchToTheEnd(**book, id, name); });
    watching.emplace_back(
        [&book, id = run->id, name, iterations] { ForkAndWatch(**book, id, name, iterations); });
  }
  for (std::thread& thread : watching) thread.join();
  return 0;
}

}  // namespace
}  // namespace thalweg::runs

int main(int count, char** arguments) {
  if (count < 3) return 1;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t trace_bytes = count > 3 ? std::strtoull(arguments[3], nullptr, 10) : size_t{1} << 30;
  return thalweg::runs::Drive(arguments[1], std::atof(arguments[2]), trace_bytes);
}
