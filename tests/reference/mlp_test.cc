// Small networks against PyTorch in ../shared/reference/datasets/mlp: the loss and its whole
// gradient at given weights, and 100 steps of gradient descent over all rows. What differs is the
// order of sums and the last bit of tanh and exp: 1e-10 of the largest coordinate.

#include "server/core/models/mlp.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/json.h"
#include "tests/support/objectives.h"

namespace thalweg::models {
namespace {

using testing::Json;

const std::filesystem::path kFolder =
    std::filesystem::path(THALWEG_SOURCE_DIR) / "../shared/reference/datasets";
constexpr double kTolerance = 1e-10;

struct Rows {
  Index count = 0;
  std::vector<double> features;
  std::vector<double> targets;
};

Rows RowsOf(const Json& file) {
  Rows rows;
  std::ifstream stream(kFolder / file["dataset"].string());
  std::string line, cell;
  std::getline(stream, line);  // the header
  while (std::getline(stream, line)) {
    std::istringstream cells(line);
    while (std::getline(cells, cell, ',')) rows.features.push_back(std::stod(cell));
    rows.targets.push_back(rows.features.back());
    rows.features.pop_back();
    ++rows.count;
  }
  // "target standardised: (y-152.13)/77.01"
  const std::string note = file["target_note"].string();
  if (const size_t minus = note.find("(y-"); minus != note.npos) {
    const double shift = std::stod(note.substr(minus + 3));
    const double scale = std::stod(note.substr(note.find(")/") + 2));
    for (double& target : rows.targets) target = (target - shift) / scale;
  }
  return rows;
}

/// W1, b1, W2 ... as they lie in x.
Vector WeightsOf(const Json& layers) {
  std::vector<double> numbers;
  for (const Json& layer : layers.array()) {
    for (const Json& row : layer["W"].array()) {
      for (const double w : row.Numbers()) numbers.push_back(w);
    }
    for (const double b : layer["b"].Numbers()) numbers.push_back(b);
  }
  return Eigen::Map<const Vector>(numbers.data(), static_cast<Index>(numbers.size()));
}

/// The mean of log(sum exp(scores)) - score of the class, and its slopes.
double CrossEntropy(const Rows& rows, Index k, const double* scores, double* slopes) {
  double sum = 0;
  const auto count = static_cast<double>(rows.count);
  for (Index i = 0; i < rows.count; ++i) {
    const auto target = static_cast<Index>(rows.targets[static_cast<size_t>(i)]);
    double total = 0;
    for (Index j = 0; j < k; ++j) total += std::exp(scores[i * k + j]);
    for (Index j = 0; j < k; ++j) {
      slopes[i * k + j] = (std::exp(scores[i * k + j]) / total - (j == target ? 1 : 0)) / count;
    }
    sum += std::log(total) - scores[i * k + target];
  }
  return sum / count;
}

double SquaredError(const Rows& rows, const double* scores, double* slopes) {
  double sum = 0;
  const auto count = static_cast<double>(rows.count);
  for (Index i = 0; i < rows.count; ++i) {
    const double r = scores[i] - rows.targets[static_cast<size_t>(i)];
    slopes[i] = 2 * r / count;
    sum += r * r;
  }
  return sum / count;
}

std::unique_ptr<Objective> LossOf(const Json& file) {
  const std::vector<double> sizes = file["layer_sizes"].Numbers();
  auto made = Mlp::Make(
      {{sizes.begin() + 1, sizes.end() - 1}, file["hidden_activation"].string(), "zero", 1},
      static_cast<Index>(sizes.front()), static_cast<Index>(sizes.back()));
  EXPECT_TRUE(made.ok()) << made.status();
  const std::shared_ptr<const Mlp> network = *std::move(made);
  const auto loss = [network, rows = RowsOf(file)](const Vector& x, Vector* gradient) {
    const Index k = network->scores();
    Vector scores(rows.count * k), slopes(rows.count * k);
    const auto scratch = network->NewScratch();
    const RowBlock all{rows.features.data(), rows.count};
    network->Scores(x, all, scores.data(), scratch.get());
    const double value = k == 1 ? SquaredError(rows, scores.data(), slopes.data())
                                : CrossEntropy(rows, k, scores.data(), slopes.data());
    if (gradient != nullptr) {
      gradient->setZero();
      network->AddGradient(x, all, slopes.data(), gradient->data(), scratch.get());
    }
    return value;
  };
  return testing::Make(network->layout().size(), loss);
}

void ExpectNear(const Vector& got, const Vector& expected) {
  ASSERT_EQ(got.size(), expected.size());
  const double scale = expected.lpNorm<Eigen::Infinity>();
  EXPECT_LT((got - expected).lpNorm<Eigen::Infinity>(), kTolerance * scale);
}

TEST(Mlp, HasPyTorchsLossesAndGradients) {
  if (!std::filesystem::exists(kFolder / "mlp")) GTEST_SKIP() << "no reference files";
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "mlp")) {
    SCOPED_TRACE(entry.path().filename().string());
    const Json file = Json::FromFile(entry.path().string());
    const Vector start = WeightsOf(file["initial"]);
    const Json& descent = file["full_batch_gd"];

    const Part optimizer{"gradient_descent", {{"learning_rate", descent["lr"].number()}}};
    const testing::Outcome outcome = testing::RunOf(
        LossOf(file),
        {.optimizer = optimizer,
         .stopping = {testing::After(static_cast<int64_t>(descent["steps"].number()))},
         .start = start});

    double value = 0;
    Vector gradient(start.size());
    ASSERT_TRUE(LossOf(file)->ValueAndGradient(start, value, gradient).ok());
    EXPECT_NEAR(value, file["loss_at_initial"].number(), kTolerance * value);
    ExpectNear(gradient, WeightsOf(file["gradient_at_initial"]));
    const std::vector<double> losses = descent["loss_after_each_step"].Numbers();
    ASSERT_EQ(outcome.iterates.size(), losses.size());
    for (size_t k = 0; k < losses.size(); ++k) {
      EXPECT_NEAR(outcome.iterates[k].value, losses[k], kTolerance * losses[k]) << "step " << k;
    }
    ExpectNear(outcome.iterates.back().x, WeightsOf(descent["final"]));
    ++compared;
  }
  EXPECT_GE(compared, 3);
}

}  // namespace
}  // namespace thalweg::models
