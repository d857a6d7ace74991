// The methods for many minima: evaluations until f - f* <= 1e-8 of the gap at the start, by method
// and function, over seeds; the start is drawn evenly from the function's box. And what a method
// costs beside the evaluations.
// Functions: names of the catalogue, and bbob_1 ... where ../shared/reference/bbob is at hand (the
// target there is f - f* <= 1e-8, as its users have it; instances 1 to 3 by turns).
//   global_bench [--seeds=30] [--methods=lshade,cma_es/bipop] [--functions=rastrigin,bbob_17]
//                [--dimension=10] [--most=200000]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "server/core/descent.h"
#include "server/core/functions/catalogue.h"
#include "server/core/objective_spec.h"
#include "server/core/random.h"
#include "tests/support/bbob.h"
#include "tests/support/json.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::Json;

constexpr double kGap = 1e-8;

/// A cheap function, compiled with the program: what remains of the time is the method's.
class Sphere final : public Objective {
 public:
  explicit Sphere(Index n) : layout_(Layout::Of({{"x", false, n}}).value()) {}
  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector& x, double& value) override {
    value = x.squaredNorm();
    return absl::OkStatus();
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    gradient = 2 * x;
    return Value(x, value);
  }
  std::string ExplainNonFinite(const Vector& /*x*/) override { return ""; }

 private:
  const Layout layout_;
};

class Discard final : public IterateSink {
 public:
  void Record(const IterateRecord& /*record*/) override {}
};

/// A method with settings.
struct Contender {
  std::string label;
  Part optimizer;
};

const std::vector<Contender>& Contenders() {
  static const std::vector<Contender> contenders = {
      {"lshade", {"lshade", {}}},
      {"cma_es", {"cma_es", {}}},
      {"cma_es/ipop", {"cma_es", {{"restarts", std::string("ipop")}}}},
      {"cma_es/bipop", {"cma_es", {{"restarts", std::string("bipop")}}}},
      {"differential_evolution", {"differential_evolution", {}}},
      {"particle_swarm", {"particle_swarm", {}}},
      {"genetic_algorithm", {"genetic_algorithm", {}}},
      {"artificial_bee_colony", {"artificial_bee_colony", {}}},
  };
  return contenders;
}

struct Task {
  Contender method;
  std::string function;
  Index n = 10;
  double most = 200'000;
};

Vector Start(const Bounds& box, uint64_t seed) {
  Random random(seed, -1, 0);
  Vector x(box.lower.size());
  for (Index i = 0; i < x.size(); ++i) x[i] = random.Uniform(box.lower[i], box.upper[i]);
  return x;
}

template <typename T>
T Or(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::exit(1);
}

int64_t Count(const std::string& text) {
  int64_t count = 0;
  if (absl::SimpleAtoi(text, &count) && count > 0) return count;
  std::fprintf(stderr, "expected a positive whole number, got '%s'\n", text.c_str());
  std::exit(1);
}

/// A function to be minimised in a box, and what counts as reached.
struct Landscape {
  std::unique_ptr<Objective> objective;
  Bounds box;
  Vector start;
  double target = 0;
};

Landscape ClassicFunction(const Task& task, uint64_t seed) {
  const TestFunction& function = *Or(FindTestFunction(task.function));
  Landscape landscape;
  landscape.objective = Or(BuildObjective({.function = task.function, .dimension = task.n}, {}));
  landscape.box = {function.lower(task.n), function.upper(task.n)};
  landscape.start = Start(landscape.box, seed);
  double first = 0;
  if (!landscape.objective->Value(landscape.start, first).ok()) std::abort();
  const double least = *function.minimum(task.n);
  landscape.target = least + kGap * (first - least);
  return landscape;
}

const std::string kBbob = "bbob_";

std::filesystem::path BbobFile(int64_t function) {
  return std::filesystem::path(THALWEG_SOURCE_DIR) / "../shared/reference/bbob" /
         absl::StrFormat("f%02d.json", function);
}

Landscape BbobFunction(const Task& task, uint64_t seed) {
  const int64_t function = Count(task.function.substr(kBbob.size()));
  const auto wanted = static_cast<double>(1 + seed % 3);
  const Json file = Json::FromFile(BbobFile(function).string());
  for (const Json& problem : file["problems"].array()) {
    if (problem["instance"].number() != wanted) continue;
    if (static_cast<Index>(problem["dim"].number()) != task.n) continue;
    const std::vector<double> x_opt = problem["xopt"].Numbers();
    const double f_opt = problem["fopt"].number();
    const auto f =
        std::make_shared<testing::Bbob>(static_cast<int>(function), static_cast<int>(wanted),
                                        Eigen::Map<const Vector>(x_opt.data(), task.n), f_opt);
    Landscape landscape;
    landscape.objective = testing::Make(task.n, [f](const Vector& x, Vector*) { return (*f)(x); });
    landscape.box = {Vector::Constant(task.n, -5), Vector::Constant(task.n, 5)};
    landscape.start = Start(landscape.box, seed);
    landscape.target = f_opt + kGap;
    return landscape;
  }
  std::fprintf(stderr, "%s is given for n = 2, 3, 5, 10 and 20\n", task.function.c_str());
  std::exit(1);
}

/// Evaluations to the target; negative: how many were made without reaching it.
int64_t EvaluationsToTarget(const Task& task, uint64_t seed) {
  const bool bbob = task.function.rfind(kBbob, 0) == 0;
  Landscape landscape = bbob ? BbobFunction(task, seed) : ClassicFunction(task, seed);
  const double target = landscape.target;
  auto descent = Or(Descent::Create(std::move(landscape.objective),
                                    {.optimizer = task.method.optimizer,
                                     .stopping = {{"target_value", {{"threshold", target}}},
                                                  {"iterations", {{"threshold", 1e9}}},
                                                  {"evaluations", {{"threshold", task.most}}}},
                                     .start = landscape.start,
                                     .bounds = landscape.box,
                                     .seed = seed}));
  if (!descent->Begin().ok()) std::abort();
  Discard sink;
  descent->Advance(INT64_MAX, 0, nullptr, sink);
  const int64_t evaluations = descent->at().evaluations.values;
  return descent->best().value <= target ? evaluations : -evaluations;
}

void Row(const Task& task, uint64_t seeds) {
  std::vector<int64_t> reached;
  double all = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const int64_t evaluations = EvaluationsToTarget(task, seed);
    all += static_cast<double>(std::abs(evaluations));
    if (evaluations > 0) reached.push_back(evaluations);
  }
  std::sort(reached.begin(), reached.end());
  std::printf("%-12s n=%-3td %-22s %3zu/%-3ju", task.function.c_str(), task.n,
              task.method.label.c_str(), reached.size(), static_cast<uintmax_t>(seeds));
  if (reached.empty()) {
    std::printf("%10s %10s %10s\n", "-", "-", "-");
    return;
  }
  double sum = 0;
  for (const int64_t evaluations : reached) sum += static_cast<double>(evaluations);
  // All evaluations over successes: what a success costs where failures are begun anew.
  std::printf("%10.0f %10jd %10.0f\n", sum / static_cast<double>(reached.size()),
              static_cast<intmax_t>(reached.back()), all / static_cast<double>(reached.size()));
  std::fflush(stdout);
}

void Overhead(const Contender& method, Index n) {
  const Bounds box{Vector::Constant(n, -5), Vector::Constant(n, 5)};
  auto descent = Or(Descent::Create(std::make_unique<Sphere>(n),
                                    {.optimizer = method.optimizer,
                                     .stopping = {{"evaluations", {{"threshold", 100'000.0}}},
                                                  {"iterations", {{"threshold", 1e9}}}},
                                     .start = Vector::Constant(n, 3),
                                     .bounds = box}));
  if (!descent->Begin().ok()) std::abort();
  Discard sink;
  const auto begin = std::chrono::steady_clock::now();
  descent->Advance(INT64_MAX, 0, nullptr, sink);
  const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;
  const auto evaluations = static_cast<double>(descent->at().evaluations.values);
  std::printf("%-22s n=%-4td %8.0f ns an evaluation, %6.1f ns a coordinate\n", method.label.c_str(),
              n, elapsed.count() / evaluations,
              elapsed.count() / evaluations / static_cast<double>(n));
}

std::string Flag(int argc, char** argv, const std::string& name, const std::string& otherwise) {
  const std::string prefix = "--" + name + "=";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind(prefix, 0) == 0) return argument.substr(prefix.size());
  }
  return otherwise;
}

void Main(int argc, char** argv) {
  const std::vector<std::string> wanted = absl::StrSplit(Flag(argc, argv, "methods", ""), ',');
  std::vector<Contender> methods;
  for (const Contender& contender : Contenders()) {
    const bool all = wanted.front().empty();
    if (all || std::count(wanted.begin(), wanted.end(), contender.label) > 0) {
      methods.push_back(contender);
    }
  }
  std::vector<std::string> functions = absl::StrSplit(
      Flag(argc, argv, "functions",
           "rastrigin,griewank,schwefel,ackley,levy,rosenbrock,michalewicz,zakharov"),
      ',');
  const bool given = !Flag(argc, argv, "functions", "").empty();
  for (const int number : {1, 4, 6, 9, 12, 13, 14, 16, 17, 19, 20}) {
    if (given || !std::filesystem::exists(BbobFile(number))) continue;
    functions.push_back(absl::StrCat(kBbob, number));
  }
  Task task;
  task.n = Count(Flag(argc, argv, "dimension", "10"));
  task.most = static_cast<double>(Count(Flag(argc, argv, "most", "200000")));
  const auto seeds = static_cast<uint64_t>(Count(Flag(argc, argv, "seeds", "30")));

  std::printf("evaluations to f - f* <= %g of the gap at the start, at most %.0f\n", kGap,
              task.most);
  std::printf("%-12s %-5s %-22s %7s %10s %10s %10s\n", "function", "", "method", "reached", "mean",
              "worst", "expected");
  for (const std::string& function : functions) {
    for (const Contender& method : methods) {
      task.function = function;
      task.method = method;
      Row(task, seeds);
    }
  }
  std::printf("\noverhead: all but the sum of squares that is evaluated\n");
  for (const Contender& method : methods) {
    for (const Index n : {2, 10, 100}) Overhead(method, n);
  }
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) { thalweg::Main(argc, argv); }
