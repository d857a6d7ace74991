// Mini-batch descent against PyTorch's trajectories (shared/reference/datasets/minibatch): batches
// in the order of the file, the last one smaller, the first steps and the end of each epoch.

#include <filesystem>
#include <map>

#include "gtest/gtest.h"
#include "server/core/models/model_objective.h"
#include "tests/support/descending.h"
#include "tests/support/reference_files.h"
#include "tests/support/tables.h"

namespace thalweg::testing {
namespace {

Part OptimizerOf(const Json& optimizer) {
  static const std::map<std::string, std::string> kinds = {
      {"SGD", "gradient_descent"}, {"RMSprop", "rmsprop"},   {"Adagrad", "adagrad"},
      {"AdamW", "adamw"},          {"Adadelta", "adadelta"},
  };
  Part part{kinds.at(optimizer["name"].string()), {}};
  part.settings["learning_rate"] = optimizer["lr"].number();
  if (optimizer.Has("nesterov")) part.kind = "nesterov";
  if (optimizer.Has("momentum")) part.settings["momentum"] = optimizer["momentum"].number();
  if (part.kind == "adadelta") part.settings["rho"] = 0.9;  // the default there
  if (optimizer.Has("alpha")) part.settings["decay"] = optimizer["alpha"].number();
  if (optimizer.Has("weight_decay")) {
    part.settings["weight_decay"] = optimizer["weight_decay"].number();
  }
  return part;
}

models::ModelSpec ModelOf(const Json& file) {
  static const std::map<std::string, std::pair<std::string, std::string>> parts = {
      {"mse", {"linear", "squared"}},
      {"logistic_mean", {"logistic", "cross_entropy"}},
      {"softmax_mean", {"softmax", "cross_entropy"}},
      {"sqhinge_mean", {"svm", "squared_hinge"}},
  };
  const auto& [model, loss] = parts.at(file["loss_name"].string());
  models::ModelSpec spec;
  spec.dataset = "data";
  spec.model = {model, {}};
  spec.loss = {loss, {}};
  spec.scaling = models::Scaling::kNone;
  if (file["l2"].number() != 0) spec.penalty = {"l2", {{"strength", file["l2"].number()}}};
  return spec;
}

void Flatten(const Json& json, std::vector<double>& numbers) {
  if (json.is_number()) return numbers.push_back(json.number());
  for (const Json& item : json.array()) Flatten(item, numbers);
}

// coef and intercept, as the objective has them.
Vector PlaceOf(const Json& state) {
  std::vector<double> numbers;
  Flatten(state["coef"], numbers);
  Flatten(state["intercept"], numbers);
  return VectorOf(numbers);
}

class Minibatch : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Minibatch, GoesWherePyTorchGoes) {
  const Json file = Json::FromFile(GetParam());
  const std::filesystem::path csv =
      GetParam().parent_path().parent_path() / file["dataset"].string();
  const auto table = TableFromCsv(csv);
  Tables tables(table);
  models::ModelSpec spec = ModelOf(file);
  spec.target = table->columns().back().name;
  auto objective = models::MakeModelObjective(spec, {.tables = &tables});
  ASSERT_TRUE(objective.ok()) << objective.status();
  const Vector start = Vector::Zero((*objective)->layout().size());

  const Outcome outcome = RunOf(
      *std::move(objective), {.optimizer = OptimizerOf(file["optimizer"]),
                              .stopping = {{"epochs", {{"threshold", file["epochs"].number()}}}},
                              .start = start,
                              .batches = {"sequential", {{"size", file["batch_size"].number()}}}});

  // What PyTorch's float64 and ours differ by: the order of sums.
  const auto expect_at = [&](const Json& state) {
    const auto step = static_cast<size_t>(state["step"].number());
    ASSERT_LT(step, outcome.iterates.size());
    const Vector expected = PlaceOf(state);
    const Vector& x = outcome.iterates[step].x;
    ASSERT_EQ(x.size(), expected.size());
    const double scale = std::max(1e-3, expected.cwiseAbs().maxCoeff());
    EXPECT_LT((x - expected).cwiseAbs().maxCoeff(), 1e-9 * scale) << "step " << step;
    if (state.Has("full_loss")) {
      const double full = state["full_loss"].number();
      EXPECT_NEAR(outcome.iterates[step].data.training_value, full, 1e-10 * full)
          << "step " << step;
    }
    if (state.Has("batch_loss_before")) {
      const double value = state["batch_loss_before"].number();
      EXPECT_NEAR(outcome.iterates[step - 1].value, value, 1e-10 * value) << "step " << step;
    }
  };
  for (const Json& state : file["first_steps"].array()) expect_at(state);
  for (const Json& state : file["after_epochs"].array()) expect_at(state);
}

std::string NameOf(const ::testing::TestParamInfo<std::filesystem::path>& info) {
  return info.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Files, Minibatch,
                         ::testing::ValuesIn(ReferenceFiles("datasets/minibatch")), NameOf);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Minibatch);

}  // namespace
}  // namespace thalweg::testing
