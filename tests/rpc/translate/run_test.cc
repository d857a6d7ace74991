#include "server/rpc/translate/run.h"

#include <gtest/gtest.h>

#include <string>

#include "server/rpc/translate/run_spec.h"
#include "server/rpc/translate/update.h"
#include "tests/rpc/support/fake_run_book.h"

namespace thalweg::rpc {
namespace {

runs::Run Finished(size_t n) {
  runs::Run run;
  run.id = "abc";
  run.spec.display_name = "first";
  run.spec.labels = {{"team", "blue"}};
  run.spec.objective.expression = "sum(x**2)";
  run.spec.objective.variables = {{"x", false, static_cast<Index>(n)}};
  run.spec.objective.parameters["a"] = {true, {2}};
  run.spec.direction = Direction::kMaximize;
  run.spec.start = {{"x", std::vector<double>(n, 1)}};
  run.spec.optimizer = {"adam", {{"learning_rate", 0.5}}};
  run.spec.stopping = {{"iterations", {{"threshold", 10.0}}}};
  run.spec.seed = 7;
  run.spec.traced_coordinates = 2;
  run.variables = run.spec.objective.variables;
  run.state = runs::RunState::kFinished;
  run.created = runs::WallTime(std::chrono::milliseconds(1500));
  run.started = run.created;
  run.ended = run.created;
  run.iterations = 10;
  run.spec.changes = {{4, {"nesterov", {}}, {{"stall", {}}}, 9}, {5, {"adam", {}}, {}, {}}};
  run.spec.first_iteration = 3;
  run.spec.pace = 2.5;
  run.parent = "other";
  auto events = std::make_shared<runs::EventLog>();
  events->Add(5, {"changed", "adam -> nesterov"});
  run.events = std::move(events);
  run.evaluations = {11, 12, 13};
  run.value = 1;
  run.best_value = 0.5;
  run.best_iteration = 9;
  run.best = runs::FullIterate{9, 0.5, 0.25, {{"x", std::vector<double>(n, 0.5)}}};
  run.last = run.best;
  run.stop_reason = StopReason{Termination::kLimit, "iterations", 10, 10, "10 of 10", {}};
  run.stop_reason->findings = {{"rate", "too small", "0.1", {{"learning_rate", 0.9}}}};
  run.stop_reason->findings[0].suggested_optimizer = Part{"lbfgs", {}};
  Certificate& certificate = run.stop_reason->certificate.emplace();
  certificate.verdict = Verdict::kLocalMinimum;
  certificate.distance = 0.5;
  Curvature& curvature = certificate.curvature.emplace();
  curvature.least = 1;
  curvature.greatest = 3;
  curvature.condition = 3;
  Fit& fit = certificate.fit.emplace();
  fit.observations = 4;
  fit.standard_errors = {0.25};
  return run;
}

TEST(RunOnTheWire, SaysAllThatIsKnown) {
  v1::Run wire;
  ToWire(Finished(2), kWholeRun, wire);

  EXPECT_EQ(wire.name(), "runs/abc");
  EXPECT_EQ(wire.state(), v1::RUN_STATE_FINISHED);
  EXPECT_EQ(wire.create_time().seconds(), 1);
  EXPECT_EQ(wire.create_time().nanos(), 500'000'000);
  EXPECT_EQ(wire.variables(0).shape(0), 2);
  EXPECT_EQ(wire.iteration(), 10);
  EXPECT_EQ(wire.value_evaluations(), 11);
  EXPECT_EQ(wire.gradient_evaluations(), 12);
  EXPECT_EQ(wire.hessian_products(), 13);
  EXPECT_EQ(wire.parent(), "runs/other");
  EXPECT_EQ(wire.fork_iteration(), 3);
  EXPECT_EQ(wire.changes(0).iteration(), 4);
  EXPECT_EQ(wire.changes(0).optimizer().kind(), "nesterov");
  EXPECT_EQ(wire.changes(0).stopping(0).kind(), "stall");
  EXPECT_EQ(wire.changes(0).seed(), 9U);
  EXPECT_FALSE(wire.changes(1).has_seed());
  EXPECT_EQ(wire.event_count(), 1);
  EXPECT_EQ(wire.events(0).iteration(), 5);
  EXPECT_EQ(wire.events(0).code(), "changed");
  EXPECT_EQ(wire.events(0).text(), "adam -> nesterov");
  EXPECT_EQ(wire.best().x().values().at("x").values(1), 0.5);
  EXPECT_EQ(wire.best().iteration(), 9);
  EXPECT_EQ(wire.termination().reason(), v1::TERMINATION_REASON_LIMIT);
  EXPECT_EQ(wire.termination().criterion(), "iterations");
  const v1::Certificate& certificate = wire.termination().certificate();
  EXPECT_EQ(certificate.verdict(), v1::VERDICT_LOCAL_MINIMUM);
  EXPECT_EQ(certificate.curvature().condition(), 3);
  EXPECT_EQ(certificate.distance(), 0.5);
  EXPECT_FALSE(certificate.has_gap());
  EXPECT_EQ(certificate.fit().standard_errors(0), 0.25);
  const v1::Finding& finding = wire.termination().findings(0);
  EXPECT_EQ(finding.suggested_optimizer().kind(), "lbfgs");
  EXPECT_EQ(finding.suggested_settings().at("learning_rate").number(), 0.9);
}

TEST(RunOnTheWire, CanBeSentBackToMakeTheSameRunAgain) {
  const runs::Run run = Finished(2);
  v1::Run wire;
  ToWire(run, kWholeRun, wire);

  const auto spec = FromWire(wire);

  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->display_name, run.spec.display_name);
  EXPECT_EQ(spec->labels, run.spec.labels);
  EXPECT_EQ(spec->objective.expression, run.spec.objective.expression);
  EXPECT_EQ(spec->objective.variables, run.spec.objective.variables);
  EXPECT_EQ(spec->objective.parameters, run.spec.objective.parameters);
  EXPECT_EQ(spec->direction, run.spec.direction);
  EXPECT_EQ(spec->start, run.spec.start);
  EXPECT_EQ(spec->optimizer, run.spec.optimizer);
  EXPECT_EQ(spec->stopping, run.spec.stopping);
  EXPECT_EQ(spec->seed, run.spec.seed);
  EXPECT_EQ(spec->traced_coordinates, run.spec.traced_coordinates);
  EXPECT_EQ(spec->changes, run.spec.changes);
  EXPECT_EQ(spec->first_iteration, run.spec.first_iteration);
  EXPECT_EQ(spec->pace, run.spec.pace);
}

TEST(RunOnTheWire, HasNoNameNorStateWhenItWasOnlyValidated) {
  runs::Run run = Finished(2);
  run.id.clear();
  v1::Run wire;
  ToWire(run, kWholeRun, wire);
  EXPECT_EQ(wire.name(), "");
  EXPECT_EQ(wire.state(), v1::RUN_STATE_UNSPECIFIED);
  EXPECT_FALSE(wire.has_create_time());
}

TEST(RunOnTheWire, LeavesLongPointsAndFormulasOutOfLists) {
  runs::Run run = Finished(65);
  run.spec.objective.expression = std::string(1023, 'x') + "\xC3\xA9";  // é across the limit
  v1::Run wire;
  ToWire(run, kListedRun, wire);
  EXPECT_TRUE(wire.start().values().empty());
  EXPECT_TRUE(wire.best().x().values().empty());
  EXPECT_EQ(wire.best().value(), 0.5);
  EXPECT_EQ(wire.objective().expression(), std::string(1023, 'x') + "...");
}

TEST(RunOnTheWire, FitsIntoAStreamsMessageHoweverLargeItIs) {
  runs::Run run = Finished(40'000);
  run.spec.objective.expression = std::string(1 << 20, 'x');
  v1::Run wire;
  ToWire(run, kStreamedRun, wire);
  EXPECT_EQ(wire.best().x().values().at("x").values_size(), 40'000);
  EXPECT_LT(wire.ByteSizeLong(), 1 << 20);
  wire.Clear();
  ToWire(Finished(40'001), kStreamedRun, wire);
  EXPECT_LT(wire.ByteSizeLong(), 10'000);
}

TEST(RunStates, AreTheSameInBothWorlds) {
  for (const auto state : {v1::RUN_STATE_QUEUED, v1::RUN_STATE_RUNNING, v1::RUN_STATE_PAUSED,
                           v1::RUN_STATE_FINISHED, v1::RUN_STATE_CANCELLED, v1::RUN_STATE_FAILED}) {
    ASSERT_TRUE(FromWire(state));
    EXPECT_EQ(ToWire(*FromWire(state)), state);
  }
  EXPECT_FALSE(FromWire(v1::RUN_STATE_UNSPECIFIED));
  EXPECT_FALSE(FromWire(static_cast<v1::RunState>(99)));
}

TEST(IterateBatch, HasEveryColumnOfItsBlock) {
  const auto block = std::make_shared<runs::IterateBlock>(Rows(3, 5));
  block->elapsed_seconds = 1.5;
  v1::RunUpdate wire;
  ToWire(runs::WatchUpdate{block, 6, false}, wire);

  const v1::IterateBatch& batch = wire.iterates();
  const auto columns = [](const auto& field) { return std::vector(field.begin(), field.end()); };
  EXPECT_EQ(wire.next_iteration(), 6);
  EXPECT_EQ(columns(batch.iteration()), block->iteration);
  EXPECT_EQ(columns(batch.value()), block->value);
  EXPECT_EQ(columns(batch.best_value()), block->best_value);
  EXPECT_EQ(columns(batch.gradient_norm()), block->gradient_norm);
  EXPECT_EQ(columns(batch.gradient_max()), block->gradient_max);
  EXPECT_EQ(columns(batch.step_norm()), block->step_norm);
  EXPECT_EQ(columns(batch.learning_rate()), block->learning_rate);
  EXPECT_EQ(columns(batch.value_evaluations()), block->value_evaluations);
  EXPECT_EQ(columns(batch.gradient_evaluations()), block->gradient_evaluations);
  EXPECT_EQ(columns(batch.flags()), block->flags);
  EXPECT_EQ(columns(batch.x()), block->x);
  EXPECT_EQ(batch.trials_size() + batch.hessian_products_size() + batch.violation_size(), 0);
  EXPECT_EQ(batch.coordinates(), 2);
  EXPECT_EQ(batch.elapsed_seconds(), 1.5);
}

TEST(IterateBatch, HasTheColumnsThatMayBeEmptyWhereNotAllIsZero) {
  const auto block = std::make_shared<runs::IterateBlock>(Rows(3, 5));
  block->trials = {0, 4, 0};
  block->violation = {0, 0, 0};
  block->hessian_products = {1, 2, 3};
  v1::RunUpdate wire;
  ToWire(runs::WatchUpdate{block, 6, false, {{4, "restart", "why"}}}, wire);

  EXPECT_EQ(wire.iterates().trials(1), 4);
  EXPECT_EQ(wire.iterates().violation_size(), 0);
  EXPECT_EQ(wire.iterates().hessian_products(2), 3);
  EXPECT_EQ(wire.events(0).text(), "why");
  ToWire(runs::WatchUpdate{std::make_shared<runs::IterateBlock>(Rows(6, 6)), 7, false}, wire);
  EXPECT_EQ(wire.events_size() + wire.iterates().trials_size(), 0);
}

TEST(RunUpdate, HoldsNothingOfTheUpdateBeforeInTheSameMessage) {
  v1::RunUpdate wire;
  ToWire(runs::WatchUpdate{std::make_shared<runs::IterateBlock>(Rows(0, 9)), 10, false}, wire);
  ToWire(runs::WatchUpdate{std::make_shared<runs::IterateBlock>(Rows(10, 11)), 12, false}, wire);
  EXPECT_EQ(wire.iterates().value_size(), 2);
  ToWire(runs::WatchUpdate{runs::Gap{12, 19, "live"}, 20, false}, wire);
  EXPECT_FALSE(wire.has_iterates());
  EXPECT_EQ(wire.gap().reason(), "live");
  ToWire(runs::WatchUpdate{Finished(1), 20, true}, wire);
  EXPECT_TRUE(wire.has_run());
  EXPECT_TRUE(wire.last());
  ToWire(runs::WatchUpdate{std::make_shared<runs::IterateBlock>(Rows(10, 11)), 12, false}, wire);
  EXPECT_FALSE(wire.has_run());
  EXPECT_FALSE(wire.last());
}

}  // namespace
}  // namespace thalweg::rpc
