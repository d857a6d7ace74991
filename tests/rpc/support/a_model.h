#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/rpc/interruption.h"
#include "server/runs/run_book.h"
#include "server/storage/memory_store.h"
#include "tests/support/tables.h"
#include "thalweg/v1/model_service.pb.h"

namespace thalweg::rpc {

inline const Interruption kNobodyInterrupts;
inline constexpr int kRows = 40;

/// Tables that belong to the tenant "vision".
class VisionsTables final : public data::TableSource {
 public:
  void Add(const std::string& id, std::shared_ptr<const data::Table> table) {
    tables_.Add(id, std::move(table));
  }
  absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& id) override {
    return tables_.Open(id);
  }
  absl::Status MayUse(const std::string& tenant, const std::string& id) override {
    return tenant == "vision" ? absl::OkStatus() : absl::NotFoundError("no dataset " + id);
  }

 private:
  thalweg::testing::Tables tables_;
};

/// yield = 2 height + 3 for oaks + 1, of beeches and twice as many oaks; every other one is old.
inline std::shared_ptr<const data::Table> Trees() {
  std::vector<double> height, kind, age, yield;
  for (int i = 0; i < kRows; ++i) {
    height.push_back(0.25 * (i % 8));
    kind.push_back(i % 3 == 0 ? 0 : 1);
    age.push_back(i % 2);
    yield.push_back(2 * height.back() + 3 * kind.back() + 1);
  }
  std::vector<data::ColumnInfo> columns = {
      thalweg::testing::NumberColumn("height"),
      thalweg::testing::CategoryColumn("kind", {"beech", "oak"}),
      thalweg::testing::CategoryColumn("age", {"old", "young"}),
      thalweg::testing::NumberColumn("yield")};
  columns[0].statistics.mean = 0.875;
  columns[1].statistics.counts = {14, 26};
  return thalweg::testing::TableOf(std::move(columns), {height, kind, age, yield});
}

inline v1::Array Numbers(const std::vector<double>& numbers) {
  v1::Array array;
  array.mutable_values()->Add(numbers.begin(), numbers.end());
  return array;
}

/// Coefficients of the height and of being an oak, and the constant part.
inline v1::Point At(double height, double oak, double intercept) {
  v1::Point point;
  (*point.mutable_values())["coef"] = Numbers({height, oak});
  (*point.mutable_values())["intercept"] = Numbers({intercept});
  return point;
}
inline v1::Point Truth() { return At(2, 3, 1); }

inline v1::Model YieldModel() {
  v1::Model model;
  model.set_dataset("datasets/trees");
  model.set_target("yield");
  model.add_features("height");
  model.add_features("kind");
  model.set_scaling(v1::FEATURE_SCALING_NONE);
  return model;
}

/// The same for a run.
inline models::ModelSpec YieldSpec() {
  models::ModelSpec spec{.dataset = "trees"};
  spec.target = "yield";
  spec.features = {"height", "kind"};
  spec.scaling = models::Scaling::kNone;
  return spec;
}
inline models::ModelSpec FormulaSpec() {
  models::ModelSpec spec{.dataset = "trees"};
  spec.model = {"formula",
                {{"expression", "mean((a*height + b - yield)**2)"}, {"variables", "a, b"}}};
  return spec;
}

/// A model of such trees; its runs are real.
class AModel : public ::testing::Test {
 protected:
  AModel() { tables_.Add("trees", Trees()); }

  static v1::FittedModel Fitted(const v1::Model& model, const v1::Point& x) {
    v1::FittedModel fitted;
    *fitted.mutable_objective()->mutable_model() = model;
    *fitted.mutable_x() = x;
    return fitted;
  }
  static v1::FittedModel TrueModel() { return Fitted(YieldModel(), Truth()); }
  static v1::FittedModel OfRun(const std::string& id) {
    v1::FittedModel fitted;
    fitted.set_run("runs/" + id);
    return fitted;
  }

  runs::Run Wait(const std::string& id, const std::function<bool(const runs::Run&)>& done) {
    for (int i = 0; i < 20'000 && !done(*book_->Get(id)); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return *book_->Get(id);
  }
  std::string Create(const models::ModelSpec& model, const Part& optimizer, Part stopping,
                     double pace = 0, int64_t traced = -1) {
    runs::RunSpec spec;
    spec.objective.model = model;
    spec.optimizer = optimizer;
    spec.stopping = {std::move(stopping)};
    spec.pace = pace;
    spec.traced_coordinates = traced;
    spec.tenant = "vision";
    const auto run = book_->Create(spec, "", /*validate_only=*/false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->id : "";
  }
  std::string Over(const models::ModelSpec& model) {
    const std::string id = Create(model, {"lbfgs", {}}, {"gradient_norm", {{"threshold", 1e-9}}});
    Wait(id, [](const runs::Run& run) { return runs::IsTerminal(run.state); });
    return id;
  }
  /// After some iterates of many.
  runs::Run Paused(int64_t traced = -1) {
    const std::string id = Create(YieldSpec(), {"gradient_descent", {{"learning_rate", 0.01}}},
                                  {"iterations", {{"threshold", 1e6}}}, /*pace=*/500, traced);
    Wait(id, [](const runs::Run& run) { return run.iterations >= 3; });
    EXPECT_TRUE(book_->Pause(id).ok());
    return Wait(id, [](const runs::Run& run) { return run.state == runs::RunState::kPaused; });
  }

  runs::RunBookOptions Options() const {
    runs::RunBookOptions options;
    options.workers = 1;
    options.means = means_;
    return options;
  }

  EventSink events_;
  VisionsTables tables_;
  models::Means means_{.tables = &tables_};
  storage::MemoryStore store_;
  std::unique_ptr<runs::RunBook> book_ = *runs::RunBook::Open(store_, events_, Options());
};

}  // namespace thalweg::rpc
