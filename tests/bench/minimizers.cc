#include "tests/bench/minimizers.h"

#include <chrono>
#include <memory>
#include <utility>

#include "server/core/optimizer.h"

#ifdef HAVE_LIBLBFGS
#include <lbfgs.h>
#endif
#ifdef HAVE_NLOPT
#include <nlopt.h>
#endif
#ifdef HAVE_CERES
#include <ceres/ceres.h>
#endif
#ifdef HAVE_DLIB
#include <dlib/optimization.h>
#endif

namespace thalweg::bench {
namespace {

constexpr int kMostIterations = 20'000;
using Clock = std::chrono::steady_clock;

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// --- ours ---

class WatchedObjective final : public Objective {
 public:
  explicit WatchedObjective(Watched& watched)
      : watched_(watched), layout_(Layout::Of({{"x", false, watched.n()}}).value()) {}
  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector& x, double& value) override {
    scratch_.resize(x.size());
    value = watched_.Evaluate(x.data(), scratch_.data());
    return absl::OkStatus();
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    value = watched_.Evaluate(x.data(), gradient.data());
    return absl::OkStatus();
  }
  std::string ExplainNonFinite(const Vector&) override { return ""; }

 private:
  Watched& watched_;
  const Layout layout_;
  Vector scratch_;
};

// A problem about to be solved: what the settings and the layout take is not part of the time.
struct Ours {
  Ours(const Part& part, Watched& watched)
      : objective(watched),
        problem(objective, Direction::kMinimize),
        optimizer(MakeFrom(Optimizers(), "optimizer", part).value()) {}

  int64_t Solve(Watched& watched) {
    Iterate at;
    at.x = Vector::Map(watched.start().data(), watched.n());
    at.gradient.resize(watched.n());
    if (!problem.Evaluate(at).ok()) std::abort();
    while (!watched.reached() && at.iteration < kMostIterations) {
      at.flags = 0;
      at.trials = 0;
      if (!optimizer->Step(problem, at).ok() || optimizer->Finished()) break;
      ++at.iteration;
    }
    return at.iteration;
  }

  WatchedObjective objective;
  Problem problem;
  std::unique_ptr<Optimizer> optimizer;
};

Minimizer Own(std::string name, Part part, bool dense = false) {
  const auto solve = [part](Watched& watched) { return Ours(part, watched).Solve(watched); };
  const auto time = [part](const SmoothFunction& function, int repeats) {
    std::vector<Watched> watched(static_cast<size_t>(repeats), Watched(function));
    std::vector<std::unique_ptr<Ours>> ready;
    for (Watched& one : watched) ready.push_back(std::make_unique<Ours>(part, one));
    const auto start = Clock::now();
    for (size_t i = 0; i < watched.size(); ++i) ready[i]->Solve(watched[i]);
    return Since(start);
  };
  return {std::move(name), dense, solve, time};
}

// --- the others ---

[[maybe_unused]] Minimizer Other(std::string name, int64_t (*solve)(Watched&), bool dense = false) {
  const auto time = [solve](const SmoothFunction& function, int repeats) {
    std::vector<Watched> watched(static_cast<size_t>(repeats), Watched(function));
    const auto start = Clock::now();
    for (Watched& one : watched) solve(one);
    return Since(start);
  };
  return {std::move(name), dense, solve, time};
}

#ifdef HAVE_LIBLBFGS
int64_t LibLbfgs(Watched& watched) {
  const int n = watched.n();
  double* const x = lbfgs_malloc(n);
  std::copy(watched.start().begin(), watched.start().end(), x);
  lbfgs_parameter_t parameters;
  lbfgs_parameter_init(&parameters);
  parameters.epsilon = 0;
  parameters.max_iterations = kMostIterations;
  struct State {
    Watched& watched;
    int64_t iterations;
  } state{watched, 0};
  double f = 0;
  lbfgs(
      n, x, &f,
      [](void* data, const double* at, double* g, int, double) {
        return static_cast<State*>(data)->watched.Evaluate(at, g);
      },
      [](void* data, const double*, const double*, double, double, double, double, int, int k,
         int) {
        auto* const all = static_cast<State*>(data);
        all->iterations = k;
        return all->watched.reached() ? 1 : 0;
      },
      &state, &parameters);
  lbfgs_free(x);
  return state.iterations;
}
#endif

#ifdef HAVE_NLOPT
// It counts no iterations, and leaves at the value asked for by being stopped from outside.
int64_t Nlopt(Watched& watched) {
  struct State {
    Watched& watched;
    nlopt_opt opt;
    std::vector<double> gradient;
  };
  const auto n = static_cast<unsigned>(watched.n());
  State state{watched, nlopt_create(NLOPT_LD_LBFGS, n), std::vector<double>(n)};
  nlopt_set_min_objective(
      state.opt,
      [](unsigned, const double* x, double* g, void* data) {
        auto* const all = static_cast<State*>(data);
        const double f = all->watched.Evaluate(x, g != nullptr ? g : all->gradient.data());
        if (all->watched.reached()) nlopt_force_stop(all->opt);
        return f;
      },
      &state);
  nlopt_set_maxeval(state.opt, kMostIterations);
  std::vector<double> x = watched.start();
  double f = 0;
  nlopt_optimize(state.opt, x.data(), &f);
  nlopt_destroy(state.opt);
  return 0;
}
#endif

#ifdef HAVE_CERES
class CeresFunction final : public ceres::FirstOrderFunction {
 public:
  explicit CeresFunction(Watched& watched) : watched_(watched) {}
  bool Evaluate(const double* x, double* f, double* g) const override {
    scratch_.resize(static_cast<size_t>(watched_.n()));
    *f = watched_.Evaluate(x, g != nullptr ? g : scratch_.data());
    return std::isfinite(*f);
  }
  int NumParameters() const override { return watched_.n(); }

 private:
  Watched& watched_;
  mutable std::vector<double> scratch_;
};

class StopWhenReached final : public ceres::IterationCallback {
 public:
  explicit StopWhenReached(const Watched& watched) : watched_(watched) {}
  ceres::CallbackReturnType operator()(const ceres::IterationSummary&) override {
    return watched_.reached() ? ceres::SOLVER_TERMINATE_SUCCESSFULLY : ceres::SOLVER_CONTINUE;
  }

 private:
  const Watched& watched_;
};

template <ceres::LineSearchDirectionType kDirection>
int64_t Ceres(Watched& watched) {
  ceres::GradientProblem problem(new CeresFunction(watched));
  ceres::GradientProblemSolver::Options options;
  StopWhenReached callback(watched);
  options.line_search_direction_type = kDirection;
  options.callbacks.push_back(&callback);
  options.function_tolerance = options.gradient_tolerance = options.parameter_tolerance = 0;
  options.max_num_iterations = kMostIterations;
  options.logging_type = ceres::SILENT;
  ceres::GradientProblemSolver::Summary summary;
  std::vector<double> x = watched.start();
  ceres::Solve(options, problem, x.data(), &summary);
  return static_cast<int64_t>(summary.iterations.size()) - 1;
}
#endif

#ifdef HAVE_DLIB
using DlibVector = dlib::matrix<double, 0, 1>;

// Value and gradient are asked for one after the other, at the same point: that is one evaluation.
class DlibFunction {
 public:
  explicit DlibFunction(Watched& watched) : watched_(watched), gradient_(watched.n()) {}
  double Value(const DlibVector& x) {
    Look(x);
    return value_;
  }
  const DlibVector& Gradient(const DlibVector& x) {
    Look(x);
    return gradient_;
  }

 private:
  void Look(const DlibVector& x) {
    if (x_.size() == x.size() && std::equal(x.begin(), x.end(), x_.begin())) return;
    x_ = x;
    value_ = watched_.Evaluate(x.begin(), gradient_.begin());
  }
  Watched& watched_;
  DlibVector x_, gradient_;
  double value_ = 0;
};

class DlibStop {
 public:
  DlibStop(const Watched& watched, int64_t& iterations)
      : watched_(watched), iterations_(iterations) {}
  template <typename T>
  bool should_continue_search(const T&, double, const T&) {
    return !watched_.reached() && iterations_++ < kMostIterations;
  }

 private:
  const Watched& watched_;
  int64_t& iterations_;
};

template <typename Strategy>
int64_t Dlib(Watched& watched, const Strategy& strategy) {
  DlibFunction function(watched);
  DlibVector x(watched.n());
  std::copy(watched.start().begin(), watched.start().end(), x.begin());
  int64_t iterations = -1;
  try {
    dlib::find_min(
        strategy, DlibStop(watched, iterations),
        [&](const DlibVector& at) { return function.Value(at); },
        [&](const DlibVector& at) { return function.Gradient(at); }, x, -1e300);
  } catch (const dlib::error&) {  // a value that is not finite
  }
  return iterations;
}
#endif

}  // namespace

std::vector<Minimizer> Minimizers() {
  std::vector<Minimizer> minimizers = {
      Own("bfgs", {"bfgs", {}}, /*dense=*/true),
      Own("lbfgs", {"lbfgs", {}}),
  };
#ifdef HAVE_LIBLBFGS
  minimizers.push_back(Other("liblbfgs", LibLbfgs));
#endif
#ifdef HAVE_NLOPT
  minimizers.push_back(Other("NLopt LD_LBFGS", Nlopt));
#endif
#ifdef HAVE_CERES
  minimizers.push_back(Other("Ceres BFGS", Ceres<ceres::BFGS>, /*dense=*/true));
  minimizers.push_back(Other("Ceres LBFGS", Ceres<ceres::LBFGS>));
#endif
#ifdef HAVE_DLIB
  minimizers.push_back(Other(
      "dlib bfgs", [](Watched& watched) { return Dlib(watched, dlib::bfgs_search_strategy()); },
      /*dense=*/true));
  minimizers.push_back(Other("dlib lbfgs", [](Watched& watched) {
    return Dlib(watched, dlib::lbfgs_search_strategy(10));
  }));
#endif
  return minimizers;
}

}  // namespace thalweg::bench
