// The handlers as plain functions: no server, no channel, and runs that do what the test says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "server/rpc/handlers/cancel_run.h"
#include "server/rpc/handlers/create_run.h"
#include "server/rpc/handlers/delete_run.h"
#include "server/rpc/handlers/get_run.h"
#include "server/rpc/handlers/list_functions.h"
#include "server/rpc/handlers/list_iterates.h"
#include "server/rpc/handlers/list_language_functions.h"
#include "server/rpc/handlers/list_line_searches.h"
#include "server/rpc/handlers/list_optimizers.h"
#include "server/rpc/handlers/list_runs.h"
#include "server/rpc/handlers/list_schedules.h"
#include "server/rpc/handlers/list_stopping_rules.h"
#include "server/rpc/handlers/pause_run.h"
#include "server/rpc/handlers/resume_run.h"
#include "server/rpc/handlers/watch_options.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/fake_run_book.h"

namespace thalweg::rpc {
namespace {

using testing::Each;
using testing::Eq;
using testing::Gt;
using testing::HasSubstr;

v1::CreateRunRequest Parabola() {
  v1::CreateRunRequest request;
  request.mutable_run()->mutable_objective()->set_expression("(x-2.5)**2-1");
  (*request.mutable_run()->mutable_start()->mutable_values())["x"].add_values(4);
  return request;
}

template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

TEST(CreateRun, GivesTheRunItMade) {
  FakeRunBook runs;
  const auto response = CreateRun(runs, Parabola());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->run().name(), "runs/r1");
  EXPECT_TRUE(runs.Get("r1").ok());
}

TEST(CreateRun, KeepsNothingWhenItIsToValidateOnly) {
  FakeRunBook runs;
  auto request = Parabola();
  request.set_validate_only(true);
  EXPECT_EQ(CreateRun(runs, request)->run().name(), "");
  EXPECT_EQ(runs.Get("r1").status().code(), absl::StatusCode::kNotFound);
}

TEST(CreateRun, PutsWhatTheBookRefusesUnderTheRun) {
  FakeRunBook runs;
  auto request = Parabola();
  request.mutable_run()->mutable_optimizer()->set_kind("adma");
  const auto status = CreateRun(runs, request).status();
  EXPECT_THAT(status, ViolatesAt("run.optimizer.kind", Reason::kUnknownName));
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean 'adam'"));

  request = Parabola();
  (*request.mutable_run()->mutable_start()->mutable_values())["x"].set_values(0, -1);
  EXPECT_THAT(CreateRun(runs, request).status(),
              ViolatesAt("run.start.values[x]", Reason::kInitialPointNotFinite));
}

TEST(CreateRun, DoesNotBlameTheRunForAReusedRequestId) {
  FakeRunBook runs;
  auto request = Parabola();
  request.set_request_id("one");
  EXPECT_EQ(CreateRun(runs, request)->run().name(), "runs/r1");
  EXPECT_EQ(CreateRun(runs, request)->run().name(), "runs/r1");
  request.mutable_run()->mutable_objective()->set_expression("x");
  const auto status = CreateRun(runs, request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(status, ViolatesAt("", Reason::kRequestIdReused));
}

TEST(CreateRun, RefusesARequestIdAbove64BytesBesideAllElseThatIsWrong) {
  FakeRunBook runs;
  v1::CreateRunRequest request;
  request.set_request_id(std::string(65, 'x'));
  const auto status = CreateRun(runs, request).status();
  EXPECT_THAT(status, ViolatesAt("request_id", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("run.objective", Reason::kMissingField));
}

TEST(SteeringARun, NamesItAndGivesItAsItIsThen) {
  FakeRunBook runs;
  ASSERT_TRUE(CreateRun(runs, Parabola()).ok());
  const std::string name = "runs/r1";
  EXPECT_EQ(GetRun(runs, Named<v1::GetRunRequest>(name))->run().state(), v1::RUN_STATE_RUNNING);
  EXPECT_EQ(PauseRun(runs, Named<v1::PauseRunRequest>(name))->run().state(), v1::RUN_STATE_PAUSED);
  EXPECT_EQ(ResumeRun(runs, Named<v1::ResumeRunRequest>(name))->run().state(),
            v1::RUN_STATE_RUNNING);
  EXPECT_EQ(DeleteRun(runs, Named<v1::DeleteRunRequest>(name)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CancelRun(runs, Named<v1::CancelRunRequest>(name))->run().state(),
            v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(CancelRun(runs, Named<v1::CancelRunRequest>(name)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(DeleteRun(runs, Named<v1::DeleteRunRequest>(name)).ok());
  EXPECT_EQ(GetRun(runs, Named<v1::GetRunRequest>(name)).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(SteeringARun, PassesOnHowFarToGo) {
  FakeRunBook runs;
  ASSERT_TRUE(CreateRun(runs, Parabola()).ok());
  ASSERT_TRUE(PauseRun(runs, Named<v1::PauseRunRequest>("runs/r1")).ok());
  auto request = Named<v1::ResumeRunRequest>("runs/r1");
  request.set_iterations(7);

  EXPECT_TRUE(ResumeRun(runs, request).ok());

  EXPECT_EQ(runs.last_iterates(), 7);
}

TEST(SteeringARun, RefusesWhatIsNoName) {
  FakeRunBook runs;
  const auto refused = ViolatesAt("name", Reason::kInvalidValue);
  EXPECT_THAT(GetRun(runs, Named<v1::GetRunRequest>("x")).status(), refused);
  EXPECT_THAT(CancelRun(runs, Named<v1::CancelRunRequest>("x")).status(), refused);
  EXPECT_THAT(PauseRun(runs, Named<v1::PauseRunRequest>("x")).status(), refused);
  EXPECT_THAT(ResumeRun(runs, Named<v1::ResumeRunRequest>("x")).status(), refused);
  EXPECT_THAT(DeleteRun(runs, Named<v1::DeleteRunRequest>("x")).status(), refused);
  EXPECT_THAT(ListIterates(runs, Named<v1::ListIteratesRequest>("x")).status(), refused);
}

TEST(ListRuns, PassesItsFiltersOnAndCoercesThePageSize) {
  FakeRunBook runs;
  v1::ListRunsRequest request;
  request.set_page_size(5000);
  request.set_state(v1::RUN_STATE_PAUSED);
  request.set_label("team=blue=green");
  ASSERT_TRUE(ListRuns(runs, request).ok());
  EXPECT_EQ(runs.last_query().page_size, 1000);
  EXPECT_EQ(runs.last_query().state, runs::RunState::kPaused);
  EXPECT_EQ(runs.last_query().label,
            std::make_pair(std::string("team"), std::string("blue=green")));
}

TEST(ListRuns, TellsAllThatIsWrongWithItsFilters) {
  FakeRunBook runs;
  v1::ListRunsRequest request;
  request.set_page_size(-1);
  request.set_state(static_cast<v1::RunState>(77));
  request.set_label("team");
  const auto status = ListRuns(runs, request).status();
  EXPECT_THAT(status, ViolatesAt("page_size", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("state", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("label", Reason::kInvalidValue));
}

TEST(ListIterates, KeepsAPageBelowWhatClientsAccept) {
  FakeRunBook runs;
  auto create = Parabola();
  create.mutable_run()->set_traced_coordinates(100'000);
  ASSERT_TRUE(CreateRun(runs, create).ok());
  auto request = Named<v1::ListIteratesRequest>("runs/r1");
  request.set_page_size(20'000);
  ASSERT_TRUE(ListIterates(runs, request).ok());  // two variables: a row is short
  EXPECT_EQ(runs.last_iterate_query().page_size, 10'000);
}

TEST(ListIterates, TellsAllThatIsWrongWithItsRange) {
  FakeRunBook runs;
  auto request = Named<v1::ListIteratesRequest>("runs/r1");
  request.set_from_iteration(-1);
  request.set_to_iteration(-2);
  request.set_max_points(-1);
  const auto status = ListIterates(runs, request).status();
  EXPECT_THAT(status, ViolatesAt("from_iteration", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("to_iteration", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("max_points", Reason::kInvalidValue));
}

TEST(WatchOptions, AreWhatTheRequestSays) {
  const auto all = WatchOptionsOf(v1::WATCH_MODE_UNSPECIFIED, 0, 7);
  EXPECT_EQ(all->mode, runs::WatchMode::kAll);
  EXPECT_EQ(all->from_iteration, 7);
  const auto live = WatchOptionsOf(v1::WATCH_MODE_LIVE, 1000, 0);
  EXPECT_EQ(live->mode, runs::WatchMode::kLive);
  EXPECT_EQ(live->max_updates_per_second, 1000);
  EXPECT_EQ(WatchOptionsOf(v1::WATCH_MODE_LIVE, 0, 0)->max_updates_per_second, 30);
}

TEST(WatchOptions, RefuseRatesOutsideTheirRange) {
  for (const double rate : {-1.0, 1000.1, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT(WatchOptionsOf(v1::WATCH_MODE_LIVE, rate, 0).status(),
                ViolatesAt("max_updates_per_second", Reason::kInvalidValue))
        << rate;
  }
  EXPECT_THAT(WatchOptionsOf(v1::WATCH_MODE_ALL, 0, -1).status(),
              ViolatesAt("from_iteration", Reason::kInvalidValue));
  EXPECT_THAT(WatchOptionsOf(static_cast<v1::WatchMode>(9), 0, 0).status(),
              ViolatesAt("mode", Reason::kInvalidValue));
}

TEST(Catalogues, ListEveryRowWithItsOptions) {
  const auto optimizers = ListOptimizers({});
  ASSERT_TRUE(optimizers.ok()) << optimizers.status();
  ASSERT_GT(optimizers->optimizers_size(), 0);
  for (const v1::CatalogEntry& entry : optimizers->optimizers()) {
    EXPECT_FALSE(entry.name().empty());
    EXPECT_GT(entry.options_size(), 0) << entry.name();
    for (const v1::Option& option : entry.options()) {
      EXPECT_NE(option.type(), v1::OPTION_TYPE_UNSPECIFIED) << entry.name() << option.name();
      EXPECT_FALSE(option.meaning().empty()) << entry.name() << option.name();
    }
  }
  EXPECT_GT(ListSchedules({})->schedules_size(), 0);
  EXPECT_GT(ListLineSearches({})->line_searches_size(), 0);
  EXPECT_GT(ListStoppingRules({})->stopping_rules_size(), 0);
  EXPECT_GT(ListLanguageFunctions({})->functions_size(), 0);
}

TEST(Catalogues, ListFunctionsWithPointsThatTheirVariablesHaveRoomFor) {
  const auto functions = ListFunctions({});
  ASSERT_TRUE(functions.ok()) << functions.status();
  ASSERT_GT(functions->functions_size(), 0);
  for (const v1::Function& function : functions->functions()) {
    EXPECT_GT(function.variables_size(), 0) << function.name();
    EXPECT_EQ(function.start().values_size(), function.variables_size()) << function.name();
    EXPECT_EQ(function.lower().values_size(), function.variables_size()) << function.name();
    for (const v1::Point& minimiser : function.minimisers()) {
      EXPECT_EQ(minimiser.values_size(), function.variables_size()) << function.name();
    }
  }
}

TEST(Catalogues, RefuseTokensOfOneAnother) {
  v1::ListFunctionsRequest first;
  first.set_page_size(1);
  v1::ListOptimizersRequest other;
  other.set_page_token(ListFunctions(first)->next_page_token());
  EXPECT_THAT(ListOptimizers(other).status(), ViolatesAt("page_token", Reason::kPageTokenInvalid));
}

}  // namespace
}  // namespace thalweg::rpc
