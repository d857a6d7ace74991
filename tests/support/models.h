#pragma once

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "server/core/models/model_objective.h"
#include "tests/support/tables.h"

namespace thalweg::testing {

/// An objective with the table that it was made from. Fails the test where it is refused.
struct Fit {
  Fit(const std::shared_ptr<const data::Table>& table, models::ModelSpec spec,
      Hands* hands = nullptr)
      : tables(table) {
    spec.dataset = "data";
    auto made = models::MakeModelObjective(spec, {.tables = &tables, .hands = hands});
    EXPECT_TRUE(made.ok()) << made.status();
    if (made.ok()) objective = *std::move(made);
  }
  models::ModelObjective* operator->() { return objective.get(); }

  Tables tables;
  std::unique_ptr<models::ModelObjective> objective;
};

/// What making a model of `table` is refused with.
inline std::string Refusal(const std::shared_ptr<const data::Table>& table,
                           models::ModelSpec spec) {
  Tables tables(table);
  spec.dataset = "data";
  const auto made = models::MakeModelObjective(spec, {.tables = &tables});
  return made.ok() ? "was made" : std::string(made.status().message());
}

}  // namespace thalweg::testing
