// Makes a data directory for upgrade_test.cc: argv[1] is the URL of its store. For each version of
// the records: build this with the sources of that version, run it until it ends with 0 (a run may
// be over before it is paused), and keep `gzip -9` of thalweg.db.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "server/runs/run_book.h"
#include "server/storage/catalogue.h"

namespace thalweg::runs {
namespace {

RunSpec SpecOf(const std::string& title, const std::string& optimizer, double iterations) {
  RunSpec spec;
  spec.display_name = title;
  spec.objective.function = "rosenbrock";
  spec.objective.dimension = 500;
  spec.traced_coordinates = 2;
  spec.optimizer = {optimizer, {{"learning_rate", 1e-3}}};
  spec.stopping = {{"iterations", {{"threshold", iterations}}}};
  spec.seed = 42;
  spec.labels["golden"] = "yes";
  return spec;
}

RunSpec Formula() {
  RunSpec spec = SpecOf("formula", "gradient_descent", 200);
  spec.objective = {};
  spec.objective.expression = "sum((x - 1)**2) + x[0]*x[1]";
  spec.start = {{"x", {3.0, -4.0}}};
  return spec;
}

/// The run made of `spec`, once it has come to `iteration` or is over.
std::string Started(RunBook& book, const RunSpec& spec, int64_t iteration) {
  const auto made = book.Create(spec, spec.display_name, false);
  if (!made.ok()) std::exit(3);
  for (Run run = *made; run.iterations < iteration && !IsTerminal(run.state);) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    run = *book.Get(made->id);
  }
  return made->id;
}

int Make(const std::string& url) {
  const auto store = OpenStore(url);
  if (!store.ok()) return 2;
  EventSink events;
  RunBookOptions options;
  options.workers = 1;
  options.slice = std::chrono::microseconds(200);
  const auto book = RunBook::Open(**store, events, options);
  if (!book.ok()) return 2;
  Started(**book, SpecOf("finished", "adam", 300), 300);
  Started(**book, Formula(), 200);
  for (const std::string optimizer : {"adam", "momentum"}) {
    const std::string id = Started(**book, SpecOf("paused " + optimizer, optimizer, 4000), 11);
    if (!(*book)->Pause(id).ok()) return 1;
  }
  Started(**book, SpecOf("running", "adam", 3000), 11);
  std::_Exit(0);  // as kill -9
}

}  // namespace
}  // namespace thalweg::runs

int main(int count, char** arguments) { return count > 1 ? thalweg::runs::Make(arguments[1]) : 1; }
