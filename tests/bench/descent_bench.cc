// What an iteration costs beside the evaluation: Adam through Descent::Advance, with everything
// that is recorded and checked, against the same arithmetic in a bare loop; and at a size where
// memory is what counts.

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>

#include "server/core/descent.h"

namespace thalweg {
namespace {

// Rosenbrock's function, written out.
double Rosenbrock(double x, double y, double& dx, double& dy) {
  const double valley = y - x * x;
  dx = -2 * (1 - x) - 400 * x * valley;
  dy = 200 * valley;
  return (1 - x) * (1 - x) + 100 * valley * valley;
}

class Valley final : public Objective {
 public:
  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector&, double&) override { return absl::OkStatus(); }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    value = Rosenbrock(x[0], x[1], gradient[0], gradient[1]);
    return absl::OkStatus();
  }
  std::string ExplainNonFinite(const Vector&) override { return ""; }

 private:
  const Layout layout_ = Layout::Of({{"x", false, 2}}).value();
};

// ||x||^2 / 2 without its value: the cheapest gradient there is.
class Identity final : public Objective {
 public:
  explicit Identity(Index n) : layout_(Layout::Of({{"x", false, n}}).value()) {}
  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector&, double&) override { return absl::OkStatus(); }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    value = 1;
    gradient = x;
    return absl::OkStatus();
  }
  std::string ExplainNonFinite(const Vector&) override { return ""; }

 private:
  const Layout layout_;
};

class Discard final : public IterateSink {
 public:
  void Record(const IterateRecord& record) override { benchmark::DoNotOptimize(record.value); }
};

std::unique_ptr<Descent> Begun(std::unique_ptr<Objective> objective, const Part& optimizer) {
  DescentSettings settings;
  settings.optimizer = optimizer;
  settings.stopping = {{"iterations", {{"threshold", 9e15}}}};
  settings.start = Vector::Constant(objective->layout().size(), -1.2);
  auto descent = Descent::Create(std::move(objective), std::move(settings)).value();
  if (!descent->Begin().ok()) std::abort();
  return descent;
}

Part Named(const std::string& kind) { return {kind, {{"learning_rate", 1e-6}}}; }

void BM_DescentIn2D(benchmark::State& state, const std::string& kind) {
  const auto descent = Begun(std::make_unique<Valley>(), Named(kind));
  Discard sink;
  constexpr int64_t kBatch = 1000;
  while (state.KeepRunningBatch(kBatch)) {
    if (descent->Advance(kBatch, 0, nullptr, sink)) state.SkipWithError("it ended");
  }
}
BENCHMARK_CAPTURE(BM_DescentIn2D, gradient_descent, "gradient_descent");
BENCHMARK_CAPTURE(BM_DescentIn2D, momentum, "momentum");
BENCHMARK_CAPTURE(BM_DescentIn2D, rmsprop, "rmsprop");
BENCHMARK_CAPTURE(BM_DescentIn2D, adam, "adam");
BENCHMARK_CAPTURE(BM_DescentIn2D, nadam, "nadam");

// Step alone: what the method costs beside the evaluation.
void BM_StepIn2D(benchmark::State& state, const std::string& kind) {
  Valley valley;
  Problem problem(valley, Direction::kMinimize);
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", Named(kind)).value();
  Iterate at;
  at.x = Vector::Constant(2, -1.2);
  at.gradient = Vector::Zero(2);
  if (!problem.Evaluate(at).ok()) std::abort();
  for (auto _ : state) {
    benchmark::DoNotOptimize(optimizer->Step(problem, at).ok());
    ++at.iteration;
  }
}
BENCHMARK_CAPTURE(BM_StepIn2D, gradient_descent, "gradient_descent");
BENCHMARK_CAPTURE(BM_StepIn2D, adam, "adam");

void BM_AdamIn2DByHand(benchmark::State& state) {
  double x[2] = {-1.2, -1.2};
  double g[2];
  double m[2] = {0, 0};
  double v[2] = {0, 0};
  double power1 = 1;
  double power2 = 1;
  benchmark::DoNotOptimize(Rosenbrock(x[0], x[1], g[0], g[1]));
  for (auto _ : state) {
    power1 *= 0.9;
    power2 *= 0.999;
    const double step = 1e-6 / (1 - power1);
    const double root = std::sqrt(1 - power2);
    for (int i = 0; i < 2; ++i) {
      m[i] = 0.9 * m[i] + (1 - 0.9) * g[i];
      v[i] = 0.999 * v[i] + (1 - 0.999) * g[i] * g[i];
      x[i] -= step * m[i] / (std::sqrt(v[i]) / root + 1e-8);
    }
    benchmark::DoNotOptimize(Rosenbrock(x[0], x[1], g[0], g[1]));
  }
}
BENCHMARK(BM_AdamIn2DByHand);

// Bytes are those that the method itself must move: Adam reads g, x, m, v and writes x, m, v.
void BM_StepAtSize(benchmark::State& state, const std::string& kind, int64_t vectors_moved) {
  const Index n = state.range(0);
  Identity identity(n);
  Problem problem(identity, Direction::kMinimize);
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", Named(kind)).value();
  Iterate at;
  at.x = Vector::Constant(n, -1.2);
  at.gradient = at.x;
  for (auto _ : state) {
    benchmark::DoNotOptimize(optimizer->Step(problem, at).ok());
    ++at.iteration;
  }
  const int64_t with_evaluation = vectors_moved + 2;
  state.SetBytesProcessed(state.iterations() * with_evaluation * n *
                          static_cast<int64_t>(sizeof(double)));
}
BENCHMARK_CAPTURE(BM_StepAtSize, gradient_descent, "gradient_descent", 3)->Arg(1'000'000);
BENCHMARK_CAPTURE(BM_StepAtSize, adam, "adam", 7)->Arg(1000)->Arg(1'000'000);

void BM_DescentAtSize(benchmark::State& state, const std::string& kind) {
  const auto descent = Begun(std::make_unique<Identity>(state.range(0)), Named(kind));
  Discard sink;
  for (auto _ : state) {
    if (descent->Advance(1, 0, nullptr, sink)) state.SkipWithError("it ended");
  }
}
BENCHMARK_CAPTURE(BM_DescentAtSize, adam, "adam")->Arg(1000)->Arg(1'000'000);

// What the machine's memory gives: read one vector, write another.
void BM_CopyAtSize(benchmark::State& state) {
  const Vector from = Vector::Constant(state.range(0), 1.5);
  Vector to = from;
  for (auto _ : state) {
    to = from;
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * 2 * state.range(0) *
                          static_cast<int64_t>(sizeof(double)));
}
BENCHMARK(BM_CopyAtSize)->Arg(1'000'000);

}  // namespace
}  // namespace thalweg

BENCHMARK_MAIN();
