// Value and gradient of formulas sent as text against hand-written C++, in one run.
//
//   expression_bench [--case=TEXT] [--seconds=S] [--json]
//
// First every engine must agree with the hand-written code in value and gradient. Then rounds: in
// each, every case takes a few samples of every contender in turn, so that what else the machine
// does falls on all of them alike. A sample is a batch of calls of at least 2 ms. A contender's
// time is the least over the rounds of the median of its samples: the median forgives an
// interrupted sample, the least a round in which the machine was busy throughout.
//
// "batch" is the time of a point where 64 are evaluated in one call, of cases up to n = 1000.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "server/core/expression/expression.h"
#include "tests/bench/expression_cases.h"
#include "tests/support/engines.h"

namespace thalweg {
namespace {

using Clock = std::chrono::steady_clock;
using testing::Engine;
using testing::Engines;

constexpr int kSamples = 5;  // of a round
constexpr double kSampleNs = 2e6;
constexpr Index kBatchPoints = 64;
constexpr Index kLargestInBatch = 1000;  // n
// The order of a sum and the kernels of exp, log and cos differ; both are good to a few ulp a term.
constexpr double kAgreement = 1e-9;

struct Options {
  std::string wanted;
  double seconds = 0.1;  // per contender
  bool json = false;
};

double NsOf(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

double MedianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Something to time: `calls(k)` evaluates k times.
struct Contender {
  std::function<void(int64_t)> calls;
  int64_t batch = kBatchPoints;  // calls of a sample
  int rounds = 1;
  double ns = std::numeric_limits<double>::infinity();

  /// How many calls make a sample, and how many rounds the time allows.
  void Calibrate(double seconds) {
    if (!calls) return;
    double spent = NsOf([&] { calls(batch); });
    while (spent < kSampleNs && batch < (int64_t{1} << 24)) {
      batch *= 2;
      spent = NsOf([&] { calls(batch); });
    }
    rounds = std::clamp(static_cast<int>(seconds * 1e9 / (spent * kSamples)), 2, 50);
  }
  void Round() {
    if (!calls) return;
    std::vector<double> samples;
    for (int i = 0; i < kSamples; ++i) {
      samples.push_back(NsOf([&] { calls(batch); }) / static_cast<double>(batch));
    }
    ns = std::min(ns, MedianOf(samples));
  }
};

struct Ours {
  std::string engine;
  std::unique_ptr<Objective> objective;
  double machine_ms = 0;  // from the program to the end of its first evaluation
  Contender value_and_gradient;
  Contender batch;  // many points in one call; of small cases
};

struct Row {
  const ExpressionCase* of = nullptr;
  double compile_ms = 0;
  Contender by_hand;
  std::vector<Ours> ours;
  double RatioOf(size_t engine) const { return ours[engine].value_and_gradient.ns / by_hand.ns; }
};

/// Hand-written code where a run would have it: behind the interface that formulas are behind. (A
/// bare call is 2 ns faster, which shows where the function itself takes 2.)
class ByHand final : public Objective {
 public:
  explicit ByHand(const ExpressionCase& of) : of_(of), layout_(*Layout::Of(of.source.variables)) {}

  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector& x, double& value) override {
    Vector gradient(x.size());
    return ValueAndGradient(x, value, gradient);
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    if (x.size() != layout_.size() || gradient.size() != x.size()) {
      return absl::InternalError("wrong size");
    }
    value = of_.by_hand(of_.data, x.data(), gradient.data());
    return absl::OkStatus();
  }
  std::string ExplainNonFinite(const Vector&) override { return ""; }

 private:
  const ExpressionCase& of_;
  const Layout layout_;
};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "expression_bench: %s\n", what.c_str());
  std::exit(1);
}

/// Refuses to time two things that are not the same function.
void CheckAgreement(const ExpressionCase& of, const Ours& ours) {
  double value = 0;
  Vector gradient(of.x.size());
  if (!ours.objective->ValueAndGradient(of.x, value, gradient).ok()) Fail(of.name);
  Vector expected(of.x.size());
  const double expected_value = of.by_hand(of.data, of.x.data(), expected.data());
  const double scale = expected.cwiseAbs().maxCoeff();
  const double worst = (gradient - expected).cwiseAbs().maxCoeff();
  if (std::abs(value - expected_value) <= kAgreement * std::abs(expected_value) &&
      worst <= kAgreement * scale) {
    return;
  }
  Fail(absl::StrFormat("%s: %s gives %.17g, by hand %.17g; gradients differ by %.3g of %.3g",
                       of.name, ours.engine, value, expected_value, worst, scale));
}

/// Calls that evaluate kBatchPoints points together, near x; counted in points.
std::function<void(int64_t)> InBatches(Objective& objective, const Vector& x) {
  Matrix points(x.size(), kBatchPoints);
  for (Index k = 0; k < kBatchPoints; ++k) points.col(k) = x * (1 + 1e-3 * static_cast<double>(k));
  return [&objective, points, values = Vector(kBatchPoints),
          gradients = Matrix(points)](int64_t calls) mutable {
    for (int64_t i = 0; i < calls; i += kBatchPoints) {
      if (!objective.ValuesAndGradients(points, values, gradients).ok()) std::abort();
    }
  };
}

/// Compiles a case, makes its contenders ready and holds them to one another.
Row Prepare(const ExpressionCase& of, double seconds) {
  // The large case has more operations than a formula may have by default.
  expression::Limits limits;
  limits.evaluation_operations = 1'000'000'000;
  Row row;
  row.of = &of;
  std::vector<double> times;
  std::shared_ptr<const expression::Compiled> compiled;
  for (int i = 0; i < 5; ++i) {
    times.push_back(1e-6 * NsOf([&] {
                      auto result = expression::Compile(of.source, limits);
                      if (!result.ok())
                        Fail(absl::StrCat(of.name, ": ", result.status().ToString()));
                      compiled = *std::move(result);
                    }));
  }
  row.compile_ms = MedianOf(times);
  for (const Engine& engine : Engines()) {
    Ours ours;
    ours.engine = engine.name;
    ours.machine_ms = 1e-6 * NsOf([&] {
                        ours.objective = engine.make(compiled);
                        double value = 0;
                        Vector gradient(of.x.size());
                        if (!ours.objective->ValueAndGradient(of.x, value, gradient).ok())
                          Fail(of.name);
                      });
    CheckAgreement(of, ours);
    ours.value_and_gradient.calls = [objective = ours.objective.get(), &x = of.x,
                                     gradient = Vector(of.x)](int64_t calls) mutable {
      double value = 0;
      for (int64_t i = 0; i < calls; ++i) {
        if (!objective->ValueAndGradient(x, value, gradient).ok()) std::abort();
      }
    };
    if (of.x.size() <= kLargestInBatch) ours.batch.calls = InBatches(*ours.objective, of.x);
    ours.value_and_gradient.Calibrate(seconds);
    ours.batch.Calibrate(seconds);
    row.ours.push_back(std::move(ours));
  }
  // As an Objective, so that the compiler does not see through the interface.
  std::shared_ptr<Objective> by_hand = std::make_shared<ByHand>(of);
  row.by_hand.calls = [by_hand, &x = of.x, gradient = Vector(of.x)](int64_t calls) mutable {
    double value = 0;
    for (int64_t i = 0; i < calls; ++i) {
      if (!by_hand->ValueAndGradient(x, value, gradient).ok()) std::abort();
    }
  };
  row.by_hand.Calibrate(seconds);
  return row;
}

void Measure(std::vector<Row>& rows) {
  int rounds = 0;
  for (const Row& row : rows) rounds = std::max(rounds, row.by_hand.rounds);
  for (int round = 0; round < rounds; ++round) {
    for (Row& row : rows) {
      if (round < row.by_hand.rounds) row.by_hand.Round();
      for (Ours& ours : row.ours) {
        if (round < ours.value_and_gradient.rounds) ours.value_and_gradient.Round();
        if (round < ours.batch.rounds) ours.batch.Round();
      }
    }
  }
}

struct Summary {
  double geometric_mean = 0;
  const Row* worst = nullptr;
};

Summary Summarise(const std::vector<Row>& rows, size_t engine) {
  Summary summary;
  double logs = 0;
  for (const Row& row : rows) {
    logs += std::log(row.RatioOf(engine));
    if (summary.worst == nullptr || row.RatioOf(engine) > summary.worst->RatioOf(engine)) {
      summary.worst = &row;
    }
  }
  summary.geometric_mean = std::exp(logs / static_cast<double>(rows.size()));
  return summary;
}

void PrintTable(const std::vector<Row>& rows) {
  std::string header = absl::StrFormat("%-28s %7s %12s", "value and gradient, ns", "n", "by hand");
  for (const Ours& ours : rows[0].ours) {
    absl::StrAppendFormat(&header, " %14s %7s %10s %10s", ours.engine, "ratio", "batch",
                          "ready, ms");
  }
  std::printf("%s %12s\n", header.c_str(), "compile, ms");
  for (const Row& row : rows) {
    std::string line =
        absl::StrFormat("%-28s %7d %12.1f", row.of->name, row.of->x.size(), row.by_hand.ns);
    for (size_t i = 0; i < row.ours.size(); ++i) {
      const double batch = row.ours[i].batch.ns;
      absl::StrAppendFormat(
          &line, " %14.1f %7.2f %10s %10.2f", row.ours[i].value_and_gradient.ns, row.RatioOf(i),
          std::isfinite(batch) ? absl::StrFormat("%.1f", batch) : "", row.ours[i].machine_ms);
    }
    std::printf("%s %12.2f\n", line.c_str(), row.compile_ms);
  }
  for (size_t i = 0; i < rows[0].ours.size(); ++i) {
    const Summary summary = Summarise(rows, i);
    std::printf("%s: geometric mean of ratios %.2f, worst %.2f (%s)\n",
                rows[0].ours[i].engine.c_str(), summary.geometric_mean, summary.worst->RatioOf(i),
                summary.worst->of->name.c_str());
  }
}

void PrintJson(const std::vector<Row>& rows) {
  std::string text = "{\"rows\": [";
  for (const Row& row : rows) {
    absl::StrAppendFormat(&text,
                          "%s\n  {\"case\": \"%s\", \"n\": %d, \"by_hand_ns\": %.4g, "
                          "\"compile_ms\": %.4g, \"engines\": {",
                          &row == rows.data() ? "" : ",", row.of->name, row.of->x.size(),
                          row.by_hand.ns, row.compile_ms);
    for (size_t i = 0; i < row.ours.size(); ++i) {
      const double batch = row.ours[i].batch.ns;
      absl::StrAppendFormat(
          &text, "%s\"%s\": {\"ns\": %.4g, \"ratio\": %.4g, \"batch_ns\": %s, \"ready_ms\": %.4g}",
          i == 0 ? "" : ", ", row.ours[i].engine, row.ours[i].value_and_gradient.ns, row.RatioOf(i),
          std::isfinite(batch) ? absl::StrFormat("%.4g", batch) : "null", row.ours[i].machine_ms);
    }
    absl::StrAppend(&text, "}}");
  }
  absl::StrAppend(&text, "\n], \"geometric_mean\": {");
  for (size_t i = 0; i < rows[0].ours.size(); ++i) {
    absl::StrAppendFormat(&text, "%s\"%s\": %.4g", i == 0 ? "" : ", ", rows[0].ours[i].engine,
                          Summarise(rows, i).geometric_mean);
  }
  std::printf("%s}}\n", text.c_str());
}

Options OptionsFrom(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    const absl::string_view text(argument.data(), argument.size());
    if (text == "--json") {
      options.json = true;
    } else if (absl::StartsWith(text, "--case=")) {
      options.wanted = std::string(absl::StripPrefix(text, "--case="));
    } else if (!absl::StartsWith(text, "--seconds=") ||
               !absl::SimpleAtod(absl::StripPrefix(text, "--seconds="), &options.seconds)) {
      Fail(absl::StrCat("what is ", text, "? Known: --case=TEXT, --seconds=S, --json"));
    }
  }
  return options;
}

void Run(const Options& options) {
  const std::vector<ExpressionCase> cases = ExpressionCases(options.wanted);
  if (cases.empty()) Fail(absl::StrCat("no case is named like '", options.wanted, "'"));
  std::vector<Row> rows;
  for (const ExpressionCase& of : cases) rows.push_back(Prepare(of, options.seconds));
  Measure(rows);
  options.json ? PrintJson(rows) : PrintTable(rows);
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) { thalweg::Run(thalweg::OptionsFrom(argc, argv)); }
