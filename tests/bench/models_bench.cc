// A full-batch gradient against the time of reading the matrix once, in the same run, and against
// the same in Eigen by hand.
//
// Rows are printed as they come: case, what, milliseconds (least of several passes), times reading.
//
//   models_bench fit FILE ROWS FEATURES   logistic regression of a file of doubles, column after
//   column
//                                         with the classes last: what models_compare.py asks for

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <Eigen/Dense>

#include "server/core/descent.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "server/runs/hand_pool.h"
#include "tests/support/tables.h"

namespace thalweg {
namespace {

constexpr int kPasses = 40;

double LeastMilliseconds(const std::function<void()>& work) {
  double least = 1e300;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    least = std::min(least, took.count());
  }
  return least;
}

/// The sum of all numbers, in lanes enough that memory is what limits it.
double Read(const double* numbers, size_t count) {
  Eigen::Array<double, 32, 1> sum = Eigen::Array<double, 32, 1>::Zero();
  for (size_t i = 0; i + 32 <= count; i += 32) {
    sum += Eigen::Map<const Eigen::Array<double, 32, 1>>(numbers + i);
  }
  return sum.sum();
}

/// Standard normal features and a target that follows from them.
std::shared_ptr<const data::Table> MakeTable(size_t rows, int features, bool classes) {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  std::vector<double> target(rows, 0);
  for (int j = 0; j < features; ++j) {
    Vector values(static_cast<Index>(rows));
    Random(3, j, 0).Normal(values);
    for (size_t i = 0; i < rows; ++i) {
      target[i] += (j % 3 - 1) * 0.3 * values[static_cast<Index>(i)];
    }
    columns.emplace_back("x" + std::to_string(j),
                         std::vector<double>(values.begin(), values.end()));
  }
  Random random(3, features, 0);
  for (double& y : target) y = classes ? (y + random.Normal() > 0 ? 1 : 0) : y + random.Normal();
  columns.emplace_back("y", std::move(target));
  return testing::NumbersTable(columns);
}

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// As one writes it with Eigen: scores of all rows, losses, and the product with the transpose.
double ByEigen(const Eigen::Map<const RowMajor>& features, const Vector& targets, const Vector& x,
               bool classes, Vector& gradient) {
  const Index d = features.cols();
  Vector scores = features * x.head(d);
  scores.array() += x[d];
  const auto count = static_cast<double>(features.rows());
  double value = 0;
  if (classes) {
    const Eigen::ArrayXd signs = 2 * targets.array() - 1;
    const Eigen::ArrayXd small = (-signs * scores.array()).exp();
    value = (1 + small).log().sum();
    scores = -signs * small / (1 + small);
  } else {
    scores -= targets;
    value = scores.squaredNorm();
    scores *= 2;
  }
  gradient.head(d).noalias() = features.transpose() * scores / count;
  gradient[d] = scores.sum() / count;
  return value / count;
}

void Compare(size_t rows, int features, bool classes, runs::HandPool& pool) {
  testing::Tables tables(MakeTable(rows, features, classes));
  const models::ModelSpec spec{.dataset = "data",
                               .target = "y",
                               .model = {classes ? "logistic" : "linear", {}},
                               .scaling = models::Scaling::kNone};
  const auto alone = models::MakeModelObjective(spec, {.tables = &tables});
  const auto helped = models::MakeModelObjective(spec, {.tables = &tables, .hands = &pool});
  if (!alone.ok() || !helped.ok()) return;
  const models::DesignRows& training = (*alone)->parts().design->training();
  const std::vector<double>& numbers = training.features;
  const Index n = features + 1;
  const Vector x = Vector::LinSpaced(n, -0.2, 0.3);
  Vector gradient(n), other(n);
  double value = 0, sink = 0;

  const double reading = LeastMilliseconds([&] { sink += Read(numbers.data(), numbers.size()); });
  constexpr Index kPieces = 128;
  std::vector<double> sums(kPieces);
  const double reading_together = LeastMilliseconds([&] {
    pool.Do(kPieces, [&](Index i) {
      const size_t piece = numbers.size() / kPieces;
      sums[static_cast<size_t>(i)] = Read(numbers.data() + static_cast<size_t>(i) * piece, piece);
    });
  });
  const double ours =
      LeastMilliseconds([&] { (void)(*alone)->ValueAndGradient(x, value, gradient); });
  const double together =
      LeastMilliseconds([&] { (void)(*helped)->ValueAndGradient(x, value, other); });
  const bool same = gradient == other;
  const Eigen::Map<const RowMajor> matrix(numbers.data(), static_cast<Index>(rows), features);
  const Vector targets = Eigen::Map<const Vector>(training.targets.data(), training.count);
  const double eigen =
      LeastMilliseconds([&] { sink += ByEigen(matrix, targets, x, classes, other); });
  const double off = (other - gradient).cwiseAbs().maxCoeff();

  const std::string name = std::string(classes ? "logistic " : "linear ") + std::to_string(rows) +
                           " x " + std::to_string(features);
  const double gigabytes = static_cast<double>(numbers.size() * sizeof(double)) / 1e6;
  const auto row = [&](const char* what, double took, double against) {
    std::printf("%-24s %-16s %9.3f ms %8.2f GB/s %6.2f x reading\n", name.c_str(), what, took,
                gigabytes / took, took / against);
  };
  row("read, 1 thread", reading, reading);
  row("ours, 1 thread", ours, reading);
  row("Eigen, 1 thread", eigen, reading);
  row("read, pool", reading_together, reading_together);
  row("ours, pool", together, reading_together);
  std::printf("%-24s same bits: %s; from Eigen's by %.1e (%g)\n", name.c_str(), same ? "yes" : "NO",
              off, sink == 0 ? 0.0 : 1.0);
  std::fflush(stdout);
}

class Discard final : public IterateSink {
 public:
  void Record(const IterateRecord& /*record*/) override {}
};

/// Mean cross-entropy + ||w||^2 / (2 rows), by lbfgs until the gradient's norm is 1e-6.
int FitFile(const std::string& path, size_t rows, int features, runs::HandPool& pool) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  for (int j = 0; j <= features; ++j) {
    columns.emplace_back(j == features ? "y" : "x" + std::to_string(j), std::vector<double>(rows));
    file.read(reinterpret_cast<char*>(columns.back().second.data()),
              static_cast<std::streamsize>(rows * sizeof(double)));
  }
  if (!file) return 1;
  testing::Tables tables(testing::NumbersTable(columns));
  const auto begin = std::chrono::steady_clock::now();
  auto made =
      models::MakeModelObjective({.dataset = "data",
                                  .target = "y",
                                  .model = {"logistic", {}},
                                  .penalty = {"l2", {{"strength", 1 / static_cast<double>(rows)}}},
                                  .scaling = models::Scaling::kNone},
                                 {.tables = &tables, .hands = &pool});
  if (!made.ok()) return 1;
  const auto ready = std::chrono::steady_clock::now();
  auto descent =
      Descent::Create(*std::move(made), {.optimizer = {"lbfgs", {}},
                                         .stopping = {{"gradient_norm", {{"threshold", 1e-6}}}},
                                         .start = Vector::Zero(features + 1)});
  if (!descent.ok() || !(*descent)->Begin().ok()) return 1;
  Discard discard;
  (void)(*descent)->Advance(10'000, 0, {}, discard);
  const auto end = std::chrono::steady_clock::now();
  using Seconds = std::chrono::duration<double>;
  std::printf("%.6f %.6f %d %.3e %.12f\n", Seconds(ready - begin).count(),
              Seconds(end - ready).count(), static_cast<int>((*descent)->at().iteration),
              (*descent)->at().gradient.norm(), (*descent)->at().value);
  return 0;
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) {
  const int helpers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
  thalweg::runs::HandPool pool(helpers);
  if (argc == 5 && std::string(argv[1]) == "fit") {
    return thalweg::FitFile(argv[2], std::stoul(argv[3]), std::stoi(argv[4]), pool);
  }
  for (const bool classes : {false, true}) {
    thalweg::Compare(100'000, 100, classes, pool);
    thalweg::Compare(1'000'000, 50, classes, pool);
  }
}
