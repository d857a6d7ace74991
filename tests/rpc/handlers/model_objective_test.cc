// ObjectiveService's handlers, of an objective that is a model of a table.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "server/rpc/handlers/check_gradient.h"
#include "server/rpc/handlers/compile_objective.h"
#include "server/rpc/handlers/evaluate_objective.h"
#include "server/rpc/handlers/sample_landscape.h"
#include "tests/rpc/support/a_model.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using ::testing::SizeIs;

template <typename Request>
Request Of(const v1::Model& model) {
  Request request;
  *request.mutable_objective()->mutable_model() = model;
  return request;
}

TEST_F(AModel, IsCompiledToItsUnknowns) {
  const auto response = CompileObjective(events_, Of<v1::CompileObjectiveRequest>(YieldModel()),
                                         kNobodyInterrupts, {}, means_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->size(), 3);
  ASSERT_THAT(response->variables(), SizeIs(2));
  EXPECT_EQ(response->variables(0).name(), "coef");
  EXPECT_EQ(response->variables(1).name(), "intercept");
  EXPECT_GE(response->operations(), kRows) << "every row costs something";
}

TEST_F(AModel, HasTheLossAndTheGradientOfItsRows) {
  auto request = Of<v1::EvaluateObjectiveRequest>(YieldModel());
  *request.add_points() = Truth();
  *request.add_points() = At(2, 3, 2);
  request.set_gradient(true);
  const auto response = EvaluateObjective(events_, request, kNobodyInterrupts, {}, nullptr, means_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->evaluations(0).value(), 0);
  EXPECT_EQ(response->evaluations(1).value(), 1);
  const auto& gradient = response->evaluations(1).gradient().values();
  EXPECT_NEAR(gradient.at("intercept").values(0), 2, 1e-12);
  EXPECT_NEAR(gradient.at("coef").values(0), 2 * 0.875, 1e-12) << "twice the mean height";
  EXPECT_NEAR(gradient.at("coef").values(1), 2.0 * 26 / kRows, 1e-12) << "twice the share of oaks";
}

TEST_F(AModel, HasTheGradientThatDifferencesShow) {
  auto request = Of<v1::CheckGradientRequest>(YieldModel());
  *request.mutable_point() = At(-1, 0.5, 2);
  const auto response = CheckGradient(events_, request, kNobodyInterrupts, {}, nullptr, means_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->passed());
  EXPECT_THAT(response->coordinates(), SizeIs(3));
}

TEST_F(AModel, IsALandscapeWithItsLeastPointAtTheTruth) {
  auto request = Of<v1::SampleLandscapeRequest>(YieldModel());
  *request.mutable_origin() = Truth();
  for (const auto& [range, centre] :
       {std::pair(request.mutable_u(), 2), std::pair(request.mutable_v(), 3)}) {
    range->set_from(centre - 1);
    range->set_to(centre + 1);
    range->set_count(3);
  }
  const auto response =
      SampleLandscape(*book_, events_, request, kNobodyInterrupts, {}, nullptr, means_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->u_name(), "coef[0]");
  EXPECT_EQ(response->least(), 4);
  EXPECT_EQ(response->values(4), 0);
}

TEST_F(AModel, NeedsAServerThatKeepsTables) {
  const auto status =
      CompileObjective(events_, Of<v1::CompileObjectiveRequest>(YieldModel()), kNobodyInterrupts)
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  v1::Model wrong = YieldModel();
  wrong.add_features("hight");
  EXPECT_THAT(CompileObjective(events_, Of<v1::CompileObjectiveRequest>(wrong), kNobodyInterrupts,
                               {}, means_)
                  .status(),
              ViolatesAt("objective.model.features[hight]", Reason::kUnknownName));
}

}  // namespace
}  // namespace thalweg::rpc
