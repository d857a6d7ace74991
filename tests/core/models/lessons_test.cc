// The classic lessons of learning from data, each told apart from its opposite.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "server/core/descent.h"
#include "server/core/models/evaluation.h"
#include "tests/support/models.h"

namespace thalweg::models {
namespace {

namespace testing = thalweg::testing;
using testing::Fit;

/// Even numbers in [0, 1) in an order that looks like none.
double Scattered(int i, double stride) { return std::fmod(0.5 + stride * i, 1.0); }

/// 200 rows of y = 3 + 2 a - 0.01 b and some error; b is a thousand times a.
std::shared_ptr<const data::Table> Houses() {
  std::vector<double> a, b, y;
  for (int i = 0; i < 200; ++i) {
    a.push_back(Scattered(i, 0.754877666));
    b.push_back(1000 * Scattered(i, 0.569840291));
    y.push_back(3 + 2 * a.back() - 0.01 * b.back() + 0.5 * (Scattered(i, 0.381966011) - 0.5));
  }
  return testing::NumbersTable({{"a", a}, {"b", b}, {"y", y}});
}

ModelSpec Line(Scaling scaling = Scaling::kStandard) {
  ModelSpec spec;
  spec.target = "y";
  spec.scaling = scaling;
  return spec;
}

/// How gradient descent with this rate ends, after at most so many iterations.
struct Ending {
  Termination kind = Termination::kFailed;
  int64_t iterations = 0;
  double first = 0, best = 0;
  int reversals = 0;  // steps that go back over the one before
};

class Steps final : public IterateSink {
 public:
  void Record(const IterateRecord& record) override {
    const Vector& x = record.at.x;
    if (record.at.iteration == 0) ending.first = record.value;
    if (last_.size() > 0) {
      const Vector step = x - last_;
      if (step_.size() > 0 && step.dot(step_) < 0) ++ending.reversals;
      step_ = step;
    }
    last_ = x;
    ending.iterations = record.at.iteration;
    ending.best = record.best_value;
  }
  Ending ending;

 private:
  Vector last_, step_;
};

Ending Descend(Fit fit, double rate, double most = 2000) {
  DescentSettings settings;
  settings.optimizer = {"gradient_descent", {{"learning_rate", rate}}};
  settings.stopping = {{"gradient_norm", {{"threshold", 1e-6}}},
                       {"iterations", {{"threshold", most}}}};
  settings.start = fit->Start(/*seed=*/1);
  auto descent = Descent::Create(std::move(fit.objective), settings);
  EXPECT_TRUE(descent.ok()) << descent.status();
  EXPECT_TRUE((*descent)->Begin().ok());
  Steps steps;
  const auto reason = (*descent)->Advance(1 << 20, 0, {}, steps);
  if (reason) steps.ending.kind = reason->termination;
  return steps.ending;
}

TEST(Lessons, FeaturesOfOneScaleAreLearntInTensOfStepsOthersNot) {
  const Ending scaled = Descend({Houses(), Line()}, 0.4);
  EXPECT_EQ(scaled.kind, Termination::kConverged);
  EXPECT_LT(scaled.iterations, 100);

  EXPECT_EQ(Descend({Houses(), Line(Scaling::kNone)}, 0.4).kind, Termination::kDiverged);
  // 1e-6 is about the largest rate that b's thousandfold scale allows.
  const Ending unscaled = Descend({Houses(), Line(Scaling::kNone)}, 1e-6);
  EXPECT_EQ(unscaled.kind, Termination::kLimit) << "a has hardly moved by then";
}

TEST(Lessons, RatesCrawlConvergeOscillateAndDiverge) {
  // Scaled, the loss's curvatures are about 2: rates above 1 diverge.
  const Ending crawls = Descend({Houses(), Line()}, 1e-5);
  EXPECT_EQ(crawls.kind, Termination::kLimit);
  EXPECT_GT(crawls.best, crawls.first / 2);

  const Ending converges = Descend({Houses(), Line()}, 0.3);
  EXPECT_EQ(converges.kind, Termination::kConverged);
  EXPECT_EQ(converges.reversals, 0);

  const Ending oscillates = Descend({Houses(), Line()}, 0.9);
  EXPECT_EQ(oscillates.kind, Termination::kConverged);
  EXPECT_GT(oscillates.reversals, oscillates.iterations / 2);

  EXPECT_EQ(Descend({Houses(), Line()}, 1.2).kind, Termination::kDiverged);
}

TEST(Lessons, SmallerBatchesGiveNoisierGradientsOfTheSameMean) {
  Fit fit(Houses(), Line());
  const Vector x = fit->Start(1);
  const Index n = x.size();
  Vector whole(n), gradient(n);
  double value = 0;
  ASSERT_TRUE(fit->ValueAndGradient(x, value, whole).ok());

  std::vector<double> noise;  // mean squared distance from the whole gradient
  for (const int size : {1, 10, 100}) {
    Vector mean = Vector::Zero(n);
    double squares = 0;
    for (int first = 0; first < 200; first += size) {
      std::vector<int64_t> rows;
      for (int i = 0; i < size; ++i) rows.push_back(first + i);
      ASSERT_TRUE(fit->SetRows(rows).ok());
      ASSERT_TRUE(fit->ValueAndGradient(x, value, gradient).ok());
      mean += gradient * size / 200;
      squares += (gradient - whole).squaredNorm() * size / 200;
    }
    EXPECT_LT((mean - whole).norm(), 1e-9 * whole.norm()) << "an epoch is the whole gradient";
    noise.push_back(squares);
  }
  EXPECT_LT(noise[1], noise[0] / 4);
  EXPECT_LT(noise[2], noise[1] / 4);
}

/// The gradient's norm of the first layer over that of the last, of a deep network.
double FirstOverLast(const std::string& activation, const std::string& initialisation) {
  ModelSpec spec = Line();
  spec.model = {"mlp",
                {{"layers", std::vector<double>(6, 8.0)},
                 {"activation", activation},
                 {"initialisation", initialisation}}};
  Fit fit(Houses(), spec);
  const auto figures =
      MeasureGradient(*fit.objective, fit->Start(3), [] { return absl::OkStatus(); });
  EXPECT_TRUE(figures.ok()) << figures.status();
  const auto& variables = fit->layout().variables();
  double first = 0, last = 0;
  for (size_t i = 0; i < variables.size(); ++i) {
    if (variables[i].name == "W1") first = figures->norms[i];
    if (variables[i].name == "W7") last = figures->norms[i];
  }
  return first / last;
}

TEST(Lessons, TheFirstLayerOfASigmoidNetworkStopsLearning) {
  EXPECT_LT(FirstOverLast("sigmoid", "glorot"), 1e-3);
  EXPECT_GT(FirstOverLast("relu", "he"), 1e-2);
}

/// 60 rows of one turn of a sine with errors of a standard deviation of 0.3 or so.
std::shared_ptr<const data::Table> NoisyTurn() {
  std::vector<double> x, y;
  for (int i = 0; i < 60; ++i) {
    x.push_back(Scattered(i, 0.754877666));
    y.push_back(std::sin(2 * M_PI * x.back()) + Scattered(i, 0.569840291) - 0.5);
  }
  return testing::NumbersTable({{"x", x}, {"y", y}});
}

/// What a polynomial of a high degree becomes that learns from 15 of those rows.
struct Learnt {
  StopReason reason;
  int64_t iterations = 0;
  double best = 0, last = 0;               // losses over the rows that nothing has seen
  double best_training = 0, training = 0;  // of the same two over those learnt from
};

Learnt LearnATurn(std::vector<Part> stopping) {
  ModelSpec spec = Line(Scaling::kMinMax);
  spec.model = {"linear", {{"degree", 10.0}}};
  spec.split = {.validation = 0.25, .test = 0.5, .seed = 4};
  Fit fit(NoisyTurn(), spec);
  const ModelParts parts = fit->parts();
  stopping.push_back({"iterations", {{"threshold", 5000.0}}});
  DescentSettings settings;
  settings.optimizer = {"lbfgs", {}};
  settings.stopping = stopping;
  settings.start = fit->Start(/*seed=*/1);
  auto descent = Descent::Create(std::move(fit.objective), settings);
  EXPECT_TRUE(descent.ok()) << descent.status();
  EXPECT_TRUE((*descent)->Begin().ok());
  Steps steps;
  Learnt learnt;
  learnt.reason = (*descent)->Advance(1 << 20, 0, {}, steps).value_or(StopReason{});
  learnt.iterations = steps.ending.iterations;
  const auto loss = [&](const DesignRows& rows, const Vector& x) {
    return Evaluate(parts, rows, x, [] { return absl::OkStatus(); })->loss;
  };
  const Vector &best = (*descent)->best().x, &last = (*descent)->at().x;
  learnt.best = loss(parts.design->test(), best);
  learnt.last = loss(parts.design->test(), last);
  learnt.best_training = loss(parts.design->training(), best);
  learnt.training = loss(parts.design->training(), last);
  return learnt;
}

TEST(Lessons, ValidationStopsAPolynomialBeforeItLearnsTheErrorsByHeart) {
  const Learnt stopped = LearnATurn({{"validation", {{"patience", 10.0}}}});
  const Learnt overfitted = LearnATurn({});

  EXPECT_EQ(stopped.reason.criterion, "validation");
  EXPECT_LT(stopped.iterations, overfitted.iterations);
  EXPECT_LT(overfitted.training, stopped.best_training / 1.5) << "it goes on to learn something";
  EXPECT_LT(stopped.best, overfitted.last / 1.5) << "which is of no use for other rows";
}

}  // namespace
}  // namespace thalweg::models
