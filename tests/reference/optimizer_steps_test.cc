// Trajectories of PyTorch, ensmallen and TensorFlow.js, step by step, against ours.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/optimizer.h"
#include "tests/support/json.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::Json;

const std::filesystem::path kFolder =
    std::filesystem::path(THALWEG_SOURCE_DIR) / "../shared/reference/optimizer_steps";

// Files that are not compared: the beginnings of their names, and why.
const std::map<std::string, std::string> kLeftOut = {
    {"torch__NAdam__default_torch1.13_asis", "a bug of that version; later ones are compared"},
    {"tfjs__rmsprop__centered_default_eps",
     "subtracts epsilon under the root, a slip: NaN where the variance is small"},
};

bool IsLeftOut(const std::string& name) {
  return std::any_of(kLeftOut.begin(), kLeftOut.end(),
                     [&](const auto& entry) { return name.rfind(entry.first + "__", 0) == 0; });
}

std::vector<std::string> AllNames() {
  std::vector<std::string> names;
  if (!std::filesystem::exists(kFolder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> ComparedNames() {
  std::vector<std::string> names = AllNames();
  names.erase(std::remove_if(names.begin(), names.end(), IsLeftOut), names.end());
  return names;
}

// --- their hyper-parameters, as our parts ---

Part FromTorch(const std::string& optimizer, const Json& h) {
  const double rate = h["lr"].number();
  Part part{"", {{"learning_rate", rate}, {"weight_decay", 0.0}}};
  auto& settings = part.settings;
  if (h.Has("weight_decay")) settings["weight_decay"] = h["weight_decay"].number();
  if (h.Has("eps")) settings["epsilon"] = h["eps"].number();
  if (h.Has("betas")) {
    settings["beta1"] = h["betas"].Numbers()[0];
    settings["beta2"] = h["betas"].Numbers()[1];
  }
  if (optimizer == "SGD") {
    const double momentum = h["momentum"].number();
    if (momentum == 0) {
      part.kind = "gradient_descent";
      return part;
    }
    settings["momentum"] = momentum;
    part.kind = h["nesterov"].boolean() ? "nesterov" : "momentum";
    if (part.kind == "momentum") settings["dampening"] = h["dampening"].number();
  } else if (optimizer == "Adagrad") {
    part.kind = "adagrad";
    settings["initial_accumulator"] = h["initial_accumulator_value"].number();
    if (const double decay = h["lr_decay"].number(); decay > 0) {
      settings["learning_rate"] =
          std::vector<Part>{{"inverse_time", {{"a", rate / decay}, {"b", 1 / decay}}}};
    }
  } else if (optimizer == "Adadelta") {
    part.kind = "adadelta";
    settings["rho"] = h["rho"].number();
  } else if (optimizer == "RMSprop") {
    part.kind = "rmsprop";
    settings["decay"] = h["alpha"].number();
    settings["momentum"] = h["momentum"].number();
    settings["centered"] = h["centered"].boolean();
  } else if (optimizer == "Adam") {
    part.kind = h["amsgrad"].boolean() ? "amsgrad" : "adam";
  } else if (optimizer == "AdamW") {
    part.kind = "adamw";
    settings["amsgrad"] = h["amsgrad"].boolean();
  } else if (optimizer == "Adamax") {
    part.kind = "adamax";
    settings["epsilon_placement"] = std::string("inside");
  } else if (optimizer == "NAdam") {
    part.kind = "nadam";
    settings["momentum_decay"] = h["momentum_decay"].number();
  } else if (optimizer == "RAdam") {
    part.kind = "radam";
  } else if (optimizer == "Rprop") {
    part.kind = "rprop";
    settings["shrink"] = h["etas"].Numbers()[0];
    settings["grow"] = h["etas"].Numbers()[1];
    settings["least_step"] = h["step_sizes"].Numbers()[0];
    settings["most_step"] = h["step_sizes"].Numbers()[1];
  }
  return part;
}

Part FromEnsmallen(const std::string& optimizer, const Json& h) {
  static const std::map<std::string, std::string> kinds = {{"StandardSGD", "gradient_descent"},
                                                           {"MomentumSGD", "momentum"},
                                                           {"NesterovMomentumSGD", "nesterov"},
                                                           {"AdaGrad", "adagrad"},
                                                           {"AdaDelta", "adadelta"},
                                                           {"RMSProp", "rmsprop"},
                                                           {"Adam", "adam"},
                                                           {"AdaMax", "adamax"},
                                                           {"AMSGrad", "amsgrad"},
                                                           {"Nadam", "nadam"},
                                                           {"NadaMax", "nadamax"},
                                                           {"OptimisticAdam", "optimistic_adam"},
                                                           {"Yogi", "yogi"},
                                                           {"AdaBelief", "adabelief"},
                                                           {"QHAdam", "qhadam"},
                                                           {"Padam", "padam"},
                                                           {"SWATS", "swats"}};
  static const std::map<std::string, std::string> options = {{"stepSize", "learning_rate"},
                                                             {"momentum", "momentum"},
                                                             {"epsilon", "epsilon"},
                                                             {"rho", "rho"},
                                                             {"alpha", "decay"},
                                                             {"beta1", "beta1"},
                                                             {"beta2", "beta2"},
                                                             {"scheduleDecay", "momentum_decay"},
                                                             {"v1", "nu1"},
                                                             {"v2", "nu2"},
                                                             {"partial", "partial"}};
  Part part{kinds.count(optimizer) > 0 ? kinds.at(optimizer) : "", {}};
  for (const auto& [theirs, ours] : options) {
    if (h.Has(theirs)) part.settings[ours] = h[theirs].number();
  }
  if (part.kind == "adam" || part.kind == "amsgrad" || part.kind == "nadam") {
    part.settings["epsilon_placement"] = std::string("uncorrected");
  }
  if (part.kind == "yogi") part.settings["initial_accumulator"] = 0.0;
  // Theirs is epsilon.
  if (part.kind == "swats") part.settings["switch_tolerance"] = h["epsilon"].number();
  return part;
}

Part FromTfjs(const std::string& optimizer, const Json& h) {
  static const std::map<std::string, std::string> options = {
      {"learningRate", "learning_rate"},
      {"momentum", "momentum"},
      {"epsilon", "epsilon"},
      {"initialAccumulatorValue", "initial_accumulator"},
      {"rho", "rho"},
      {"beta1", "beta1"},
      {"beta2", "beta2"}};
  Part part{optimizer == "sgd" ? "gradient_descent" : optimizer, {}};
  auto& settings = part.settings;
  for (const auto& [theirs, ours] : options) {
    if (h.Has(theirs)) settings[ours] = h[theirs].number();
  }
  if (optimizer == "momentum" && h["useNesterov"].boolean()) part.kind = "nesterov";
  if (optimizer == "adagrad") settings["epsilon_placement"] = std::string("inside");
  if (optimizer == "adadelta") settings["denominator"] = std::string("previous");
  if (optimizer == "rmsprop") {
    settings["decay"] = h["decay"].number();
    settings["centered"] = h["centered"].boolean();
    settings["epsilon_placement"] = std::string("inside");
    // Theirs is subtracted when centered, so a negative one was passed to add it.
    if (h["centered"].boolean()) settings["epsilon"] = -h["epsilon"].number();
  }
  return part;
}

Part PartFor(const std::string& name, const Json& file) {
  const std::string& optimizer = file["optimizer"].string();
  const Json& h = file["hyperparameters"];
  if (name.rfind("torch__", 0) == 0) return FromTorch(optimizer, h);
  if (name.rfind("ensmallen__", 0) == 0) return FromEnsmallen(optimizer, h);
  return FromTfjs(optimizer, h);
}

std::unique_ptr<Objective> ObjectiveFor(const std::string& problem) {
  if (problem == "x_squared") return testing::Square();
  if (problem == "x_cos") return testing::XCos();
  if (problem == "rosenbrock2") return testing::Rosenbrock();
  if (problem == "quad2") return testing::Quadratic2();
  return nullptr;
}

// --- how far and how closely a file may be compared; see ../shared/reference/README.md ---

struct Comparison {
  size_t steps = 0;      // from where on the trajectory is chaotic, or its library's rounding shows
  double tolerance = 0;  // times max(1, |reference|)
};

Comparison ComparisonFor(const Json& file) {
  const Json& sensitivity = file["rounding_sensitivity"];
  if (file["precision"].string() == "float32") {
    const double deviation = std::min(1e-4, sensitivity["max_dev_all"].number());
    // What single precision costs that library, as the collector's own double-precision run saw.
    const double precision = file["verified"]["max_dev"].number();
    return {static_cast<size_t>(sensitivity["steps_with_dev_below_1e-4"].number()),
            std::max({1e-5, 20 * deviation, 2 * precision})};
  }
  return {static_cast<size_t>(sensitivity["steps_with_dev_below_1e-9"].number()), 1e-8};
}

class OptimizerSteps : public ::testing::TestWithParam<std::string> {};

TEST_P(OptimizerSteps, FollowTheReference) {
  const Json file = Json::FromFile((kFolder / (GetParam() + ".json")).string());
  const auto objective = ObjectiveFor(file["problem"]["name"].string());
  ASSERT_NE(objective, nullptr);
  const Part part = PartFor(GetParam(), file);
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", part);
  ASSERT_TRUE(optimizer.ok()) << optimizer.status();

  Problem problem(*objective, Direction::kMinimize);
  const std::vector<double> start = file["problem"]["x0"].Numbers();
  Iterate at;
  at.x = Eigen::Map<const Vector>(start.data(), static_cast<Index>(start.size()));
  at.gradient = Vector::Zero(at.x.size());
  ASSERT_TRUE(problem.Evaluate(at).ok());

  const auto [steps, tolerance] = ComparisonFor(file);
  const auto& iterates = file["iterates"].array();
  for (size_t k = 1; k <= steps && k < iterates.size(); ++k) {
    ASSERT_TRUE((*optimizer)->Step(problem, at).ok());
    ++at.iteration;
    const std::vector<double> reference = iterates[k].Numbers(std::nan(""));
    for (size_t i = 0; i < reference.size(); ++i) {
      if (!std::isfinite(reference[i])) return;  // theirs diverged
      ASSERT_NEAR(at.x[static_cast<Index>(i)], reference[i],
                  tolerance * std::max(1.0, std::abs(reference[i])))
          << part.kind << ", step " << k << ", coordinate " << i;
    }
  }
}

std::string TestName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OptimizerSteps);
INSTANTIATE_TEST_SUITE_P(Reference, OptimizerSteps, ::testing::ValuesIn(ComparedNames()), TestName);

TEST(OptimizerStepFiles, AreLeftOutOnlyForAReasonThatStillApplies) {
  const std::vector<std::string> names = AllNames();
  if (names.empty()) GTEST_SKIP() << kFolder << " is absent";
  for (const auto& [beginning, reason] : kLeftOut) {
    EXPECT_TRUE(std::any_of(
        names.begin(), names.end(),
        [&, &b = beginning](const std::string& name) { return name.rfind(b + "__", 0) == 0; }))
        << beginning << " has no files any more: " << reason;
  }
}

}  // namespace
}  // namespace thalweg
