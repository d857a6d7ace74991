// Evaluations, iterations and time until f - f* <= 1e-8 (f0 - f*) for our smooth methods and for
// other libraries, each with its defaults and all with the same hand-written functions: problems 1
// to 18 of Moré, Garbow & Hillstrom, then extended Rosenbrock in many variables.
//
//   optimizers_bench [rounds] [largest n]
//
// Times are medians over interleaved rounds in one process. Ours is Optimizer::Step in a loop; an
// evaluation is one value with its gradient.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "tests/bench/minimizers.h"

namespace thalweg::bench {
namespace {

struct Score {
  bool reached = false;
  int64_t evaluations = 0;
  int64_t iterations = 0;
  std::vector<double> seconds;

  double microseconds() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return 1e6 * sorted[sorted.size() / 2];
  }
};

using Row = std::vector<Score>;  // one per minimizer

// Short solves are repeated, so that a measurement is long against the clock's resolution.
double TimeOf(const Minimizer& minimizer, const SmoothFunction& function) {
  constexpr double kLongEnough = 2e-4;
  for (int repeats = 1;; repeats *= 4) {
    const double seconds = minimizer.time(function, repeats);
    if (seconds >= kLongEnough || repeats >= 1024) return seconds / repeats;
  }
}

Row Measure(const std::vector<Minimizer>& minimizers, const SmoothFunction& function, int rounds) {
  Row row(minimizers.size());
  for (size_t i = 0; i < minimizers.size(); ++i) {
    Watched watched(function);
    row[i].iterations = minimizers[i].solve(watched);
    row[i].reached = watched.reached();
    row[i].evaluations = watched.evaluations();
  }
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < minimizers.size(); ++i) {
      row[i].seconds.push_back(TimeOf(minimizers[i], function));
    }
  }
  return row;
}

void PrintHead(const std::vector<Minimizer>& minimizers) {
  std::printf("%-24s", "evaluations, us");
  for (const Minimizer& minimizer : minimizers) std::printf("%20s", minimizer.name.c_str());
  std::printf("\n");
}

void PrintRow(const std::string& name, const Row& row) {
  std::printf("%-24s", name.c_str());
  for (const Score& score : row) {
    std::printf("%6lld%s %12.2f", static_cast<long long>(score.evaluations),
                score.reached ? " " : "!", score.microseconds());
  }
  std::printf("\n");
  std::fflush(stdout);
}

void PrintSums(const std::vector<Row>& rows) {
  std::printf("%-24s", "sum, geometric mean");
  for (size_t i = 0; i < rows[0].size(); ++i) {
    int64_t evaluations = 0;
    double logs = 0;
    for (const Row& row : rows) {
      evaluations += row[i].evaluations;
      logs += std::log(row[i].microseconds());
    }
    std::printf("%6lld  %12.2f", static_cast<long long>(evaluations),
                std::exp(logs / static_cast<double>(rows.size())));
  }
  std::printf("\n%-24s", "reached, iterations");
  for (size_t i = 0; i < rows[0].size(); ++i) {
    int64_t reached = 0;
    int64_t iterations = 0;
    for (const Row& row : rows) {
      reached += row[i].reached ? 1 : 0;
      iterations += row[i].iterations;
    }
    std::printf("%6lld  %12lld", static_cast<long long>(reached),
                static_cast<long long>(iterations));
  }
  std::printf("\n");
}

void Run(int rounds, int largest) {
  const std::vector<Minimizer> minimizers = Minimizers();
  PrintHead(minimizers);
  std::vector<Row> rows;
  for (const SmoothFunction& function : MghFunctions()) {
    rows.push_back(Measure(minimizers, function, rounds));
    PrintRow(function.name, rows.back());
  }
  PrintSums(rows);

  std::vector<Minimizer> large;
  for (const Minimizer& minimizer : minimizers) {
    if (!minimizer.dense) large.push_back(minimizer);
  }
  std::printf("\n");
  PrintHead(large);
  for (const int n : {1000, 10'000, 1'000'000}) {
    if (n > largest) continue;
    const SmoothFunction function = ExtendedRosenbrock(n);
    PrintRow(function.name, Measure(large, function, n > 100'000 ? 3 : rounds));
  }
}

}  // namespace
}  // namespace thalweg::bench

int main(int argc, char** argv) {
  thalweg::bench::Run(argc > 1 ? std::atoi(argv[1]) : 11,
                      argc > 2 ? std::atoi(argv[2]) : 1'000'000);
}
