// The server with real runs, a real core and a store in memory, over real channels.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server/rpc/server.h"
#include "server/runs/run_book.h"
#include "server/storage/catalogue.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

class Integration : public testing::Test {
 protected:
  Integration() {
    auto store = OpenStore("memory:");
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    runs::RunBookOptions book;
    book.workers = 2;
    auto runs = runs::RunBook::Open(*store_, events_, book);
    EXPECT_TRUE(runs.ok()) << runs.status();
    runs_ = *std::move(runs);
    ServerOptions options;
    options.address = "127.0.0.1:0";
    studies_ = *studies::StudyBook::Open(*runs_, *store_, events_, {});
    auto server = Server::Start(*runs_, *studies_, events_, options);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    const auto channel = ChannelTo(server_->port());
    optimization_ = v1::OptimizationService::NewStub(channel);
    objective_ = v1::ObjectiveService::NewStub(channel);
    study_ = v1::StudyService::NewStub(channel);
  }

  static v1::CreateRunRequest Parabola(double start = 4) {
    v1::CreateRunRequest request;
    request.mutable_run()->mutable_objective()->set_expression("(x-2.5)**2-1");
    (*request.mutable_run()->mutable_start()->mutable_values())["x"].add_values(start);
    return request;
  }
  static v1::CreateRunRequest Endless() {
    v1::CreateRunRequest request = Parabola();
    v1::Run& run = *request.mutable_run();
    run.mutable_objective()->set_expression("sin(x)");
    v1::Part& limit = *run.add_stopping();
    limit.set_kind("iterations");
    (*limit.mutable_settings())["threshold"].set_number(1e12);
    v1::Part& rule = *run.add_stopping();
    rule.set_kind("gradient_norm");
    (*rule.mutable_settings())["threshold"].set_number(1e-300);
    run.mutable_optimizer()->set_kind("gradient_descent");
    (*run.mutable_optimizer()->mutable_settings())["learning_rate"].set_number(1e-9);
    return request;
  }

  grpc::Status Create(const v1::CreateRunRequest& request, v1::Run* run = nullptr) {
    Context context;
    v1::CreateRunResponse response;
    const auto status = optimization_->CreateRun(&context, request, &response);
    if (run != nullptr) *run = response.run();
    return status;
  }
  v1::Run MustCreate(const v1::CreateRunRequest& request) {
    v1::Run run;
    const auto status = Create(request, &run);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return run;
  }
  template <typename Request, typename Response>
  grpc::Status Steer(grpc::Status (v1::OptimizationService::Stub::*rpc)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                     const std::string& name, Response* response) {
    Context context;
    Request request;
    request.set_name(name);
    return (optimization_.get()->*rpc)(&context, request, response);
  }
  std::vector<v1::RunUpdate> WatchAll(const std::string& name, int64_t from = 0) {
    Context context(60s);
    v1::WatchRunRequest request;
    request.set_name(name);
    request.set_from_iteration(from);
    const auto stream = optimization_->WatchRun(&context, request);
    std::vector<v1::RunUpdate> updates;
    v1::WatchRunResponse response;
    while (stream->Read(&response)) updates.push_back(response.update());
    const auto status = stream->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return updates;
  }

  EventSink events_;
  std::unique_ptr<runs::RunStore> store_;
  std::unique_ptr<runs::RunBook> runs_;
  std::unique_ptr<studies::StudyBook> studies_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::OptimizationService::Stub> optimization_;
  std::unique_ptr<v1::ObjectiveService::Stub> objective_;
  std::unique_ptr<v1::StudyService::Stub> study_;
};

TEST_F(Integration, DescendsAParabolaAndStreamsEveryIterate) {
  const v1::Run created = MustCreate(Parabola());
  EXPECT_EQ(created.optimizer().kind(), "gradient_descent");
  EXPECT_TRUE(created.has_seed());

  const auto updates = WatchAll(created.name());

  ASSERT_GE(updates.size(), 2);
  EXPECT_EQ(updates.front().run().name(), created.name());
  EXPECT_TRUE(updates.back().last());
  int64_t expected = 0;
  for (const auto& update : updates) {
    for (const int64_t k : update.iterates().iteration()) EXPECT_EQ(k, expected++);
  }
  const v1::Run& over = updates.back().run();
  EXPECT_EQ(expected, over.iteration() + 1);
  EXPECT_EQ(over.state(), v1::RUN_STATE_FINISHED);
  EXPECT_EQ(over.termination().reason(), v1::TERMINATION_REASON_CONVERGED);
  EXPECT_NEAR(over.best().x().values().at("x").values(0), 2.5, 1e-4);
  EXPECT_NEAR(over.best().value(), -1, 1e-8);
}

v1::Part RuleOf(const std::string& kind, double threshold) {
  v1::Part rule;
  rule.set_kind(kind);
  (*rule.mutable_settings())["threshold"].set_number(threshold);
  return rule;
}

TEST_F(Integration, ChangesALiveRunAndTellsItsWatchers) {
  const v1::Run created = MustCreate(Endless());
  Context context;
  v1::ChangeRunRequest request;
  request.set_name(created.name());
  (*request.mutable_optimizer()->mutable_settings())["learning_rate"].set_number(1e-8);
  v1::ChangeRunResponse slower;
  ASSERT_TRUE(optimization_->ChangeRun(&context, request, &slower).ok());
  ASSERT_EQ(slower.run().changes_size(), 1);
  EXPECT_EQ(slower.run().changes(0).iteration(), slower.iteration());
  EXPECT_EQ(slower.run().optimizer().settings().at("learning_rate").number(), 1e-9);
  EXPECT_EQ(slower.run().changes(0).optimizer().settings().at("learning_rate").number(), 1e-8);
  // Changes that follow each other before the next step would be one.
  for (v1::GetRunResponse now; now.run().iteration() <= slower.iteration();) {
    Context look;
    v1::GetRunRequest get;
    get.set_name(created.name());
    ASSERT_TRUE(optimization_->GetRun(&look, get, &now).ok());
  }
  Context again;
  request.clear_optimizer();
  *request.add_stopping() = RuleOf("iterations", static_cast<double>(slower.iteration()) + 20'000);
  v1::ChangeRunResponse bounded;
  ASSERT_TRUE(optimization_->ChangeRun(&again, request, &bounded).ok());

  const auto updates = WatchAll(created.name());

  std::vector<int64_t> events;
  for (const auto& update : updates) {
    for (const auto& event : update.events()) {
      EXPECT_EQ(event.code(), "changed");
      events.push_back(event.iteration());
    }
  }
  EXPECT_THAT(events, testing::ElementsAre(slower.iteration() + 1, bounded.iteration() + 1));
  const v1::Run& over = updates.back().run();
  EXPECT_EQ(over.termination().criterion(), "iterations");
  EXPECT_EQ(over.event_count(), 2);
  EXPECT_EQ(over.events(0).text(), "learning_rate 1e-09 -> 1e-08");
}

TEST_F(Integration, PacesStepsAndForksARun) {
  v1::CreateRunRequest create = Endless();
  create.mutable_run()->set_pace(0.01);
  *create.mutable_run()->add_stopping() = RuleOf("pause", 0);
  const v1::Run created = MustCreate(create);
  EXPECT_EQ(created.pace(), 0.01);
  const auto wait_until_paused_at = [&](int64_t iteration) {
    v1::GetRunResponse now;
    do {
      Context look;
      v1::GetRunRequest get;
      get.set_name(created.name());
      ASSERT_TRUE(optimization_->GetRun(&look, get, &now).ok());
    } while (now.run().state() != v1::RUN_STATE_PAUSED || now.run().iteration() < iteration);
    EXPECT_EQ(now.run().iteration(), iteration);
  };
  const auto step = [&](int64_t iterations) {
    Context context;
    v1::ResumeRunRequest request;
    request.set_name(created.name());
    request.set_iterations(iterations);
    v1::ResumeRunResponse resumed;
    return optimization_->ResumeRun(&context, request, &resumed);
  };
  wait_until_paused_at(0);
  EXPECT_TRUE(step(1).ok());
  wait_until_paused_at(1);
  EXPECT_THAT(step(-1).error_message(), HasSubstr("iterations: is -1; must be 0"));

  const auto change = [&](double pace, v1::ChangeRunResponse& changed) {
    Context context;
    v1::ChangeRunRequest request;
    request.set_name(created.name());
    request.set_pace(pace);
    return optimization_->ChangeRun(&context, request, &changed);
  };
  v1::ChangeRunResponse changed;
  ASSERT_TRUE(change(500, changed).ok());
  EXPECT_EQ(changed.iteration(), 1);
  EXPECT_EQ(changed.run().pace(), 500);
  EXPECT_EQ(changed.run().changes_size(), 0);
  EXPECT_EQ(changed.run().state(), v1::RUN_STATE_PAUSED);
  EXPECT_THAT(change(1e7, changed).error_message(), HasSubstr("pace: is 1e+07; must be 0"));
  EXPECT_TRUE(step(20).ok());
  wait_until_paused_at(21);

  v1::ForkRunRequest fork;
  fork.set_name(created.name());
  fork.set_validate_only(true);
  v1::ForkRunResponse inherits;
  Context first;
  ASSERT_TRUE(optimization_->ForkRun(&first, fork, &inherits).ok());
  fork.set_pace(0);
  v1::ForkRunResponse free;
  Context second;
  ASSERT_TRUE(optimization_->ForkRun(&second, fork, &free).ok());
  EXPECT_EQ(inherits.run().pace(), 500);
  EXPECT_EQ(free.run().pace(), 0);
  create.mutable_run()->set_pace(-1);
  EXPECT_THAT(Create(create).error_message(), HasSubstr("run.pace: is -1; must be 0"));
}

TEST_F(Integration, ForksARunAtAnIterateAndSaysWhatIsWrong) {
  v1::CreateRunRequest create = Parabola();
  *create.mutable_run()->add_stopping() = RuleOf("iterations", 20);
  const v1::Run parent = MustCreate(create);
  WatchAll(parent.name());
  v1::ForkRunRequest request;
  request.set_name(parent.name());
  request.set_iteration(7);
  *request.add_stopping() = RuleOf("iterations", 12);
  request.set_display_name("shorter");
  Context context;
  v1::ForkRunResponse response;
  ASSERT_TRUE(optimization_->ForkRun(&context, request, &response).ok());
  const v1::Run& fork = response.run();

  EXPECT_EQ(fork.parent(), parent.name());
  EXPECT_EQ(fork.fork_iteration(), 7);
  EXPECT_EQ(fork.display_name(), "shorter");
  const auto updates = WatchAll(fork.name());
  int64_t expected = 7;
  for (const auto& update : updates) {
    EXPECT_FALSE(update.has_gap());
    for (const int64_t k : update.iterates().iteration()) EXPECT_EQ(k, expected++);
  }
  EXPECT_EQ(expected, 13);

  const auto refusal = [&](const std::function<void(v1::ForkRunRequest&)>& spoil) {
    v1::ForkRunRequest bad = request;
    spoil(bad);
    Context call;
    v1::ForkRunResponse none;
    return optimization_->ForkRun(&call, bad, &none);
  };
  EXPECT_EQ(refusal([](auto& bad) { bad.set_iteration(21); }).error_code(),
            grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(refusal([](auto& bad) { bad.set_name("runs/none"); }).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(
      refusal([](auto& bad) { bad.mutable_stopping(0)->set_kind("iteration"); }).error_message(),
      HasSubstr("stopping[0].kind: unknown"));
  EXPECT_THAT(refusal([](auto& bad) { bad.mutable_optimizer()->set_kind("adm"); }).error_message(),
              HasSubstr("optimizer.kind: unknown optimizer 'adm'"));
  EXPECT_THAT(refusal([](auto& bad) { bad.set_request_id(std::string(65, 'x')); }).error_message(),
              HasSubstr("request_id: has 65 bytes"));
}

TEST_F(Integration, MakesTheSameRunAgainFromWhatItSaysOfItself) {
  v1::CreateRunRequest create = Parabola();
  *create.mutable_run()->add_stopping() = RuleOf("iterations", 20);
  v1::RunChange& change = *create.mutable_run()->add_changes();
  change.set_iteration(9);
  change.mutable_optimizer()->set_kind("adam");
  *change.add_stopping() = RuleOf("iterations", 30);
  create.mutable_run()->set_first_iteration(5);
  const v1::Run made = MustCreate(create);
  const auto trace_of = [this](const std::string& name) {
    v1::IterateBatch trace;
    for (const auto& update : WatchAll(name)) trace.MergeFrom(update.iterates());
    trace.clear_elapsed_seconds();
    return trace;
  };
  const v1::IterateBatch trace = trace_of(made.name());
  Context context;
  v1::GetRunRequest get;
  get.set_name(made.name());
  v1::GetRunResponse got;
  ASSERT_TRUE(optimization_->GetRun(&context, get, &got).ok());
  v1::CreateRunRequest again;
  *again.mutable_run() = got.run();

  EXPECT_EQ(trace_of(MustCreate(again).name()).SerializeAsString(), trace.SerializeAsString());
  EXPECT_EQ(trace.iteration(0), 5);
  EXPECT_EQ(trace.iteration(trace.iteration_size() - 1), 30);

  again.mutable_run()->mutable_changes(0)->clear_optimizer();
  again.mutable_run()->set_first_iteration(-1);
  const std::string message = Create(again).error_message();
  EXPECT_THAT(message, HasSubstr("run.changes[0].optimizer.kind"));
  EXPECT_THAT(message, HasSubstr("run.first_iteration: is -1; must be 0 or more"));
}

TEST_F(Integration, OptimizesInOneCall) {
  Context context;
  v1::OptimizeRequest request;
  *request.mutable_run() = Parabola().run();
  const auto stream = optimization_->Optimize(&context, request);
  v1::OptimizeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_THAT(response.update().run().name(), HasSubstr("runs/"));
  while (stream->Read(&response)) {
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(response.update().run().state(), v1::RUN_STATE_FINISHED);
}

TEST_F(Integration, TakesAnAnswerOfGetRunToMakeTheSameRunAgain) {
  const v1::Run first = MustCreate(Parabola());
  const v1::Run over = WatchAll(first.name()).back().run();
  v1::CreateRunRequest again;
  *again.mutable_run() = over;
  const v1::Run second = WatchAll(MustCreate(again).name()).back().run();
  EXPECT_NE(second.name(), first.name());
  EXPECT_EQ(second.iteration(), over.iteration());
  EXPECT_EQ(second.best_value(), over.best_value());
}

TEST_F(Integration, ResumesAWatchInTheMiddle) {
  const v1::Run run = MustCreate(Parabola());
  const int64_t last = WatchAll(run.name()).back().run().iteration();
  int64_t expected = last / 2;
  for (const auto& update : WatchAll(run.name(), last / 2)) {
    for (const int64_t k : update.iterates().iteration()) EXPECT_EQ(k, expected++);
  }
  EXPECT_EQ(expected, last + 1);
}

TEST_F(Integration, NamesTheFieldOfEveryMistake) {
  struct Case {
    std::string field;
    std::string reason;
    std::function<void(v1::Run&)> spoil;
  };
  const auto optimizer = [](v1::Run& run) -> v1::Part& { return *run.mutable_optimizer(); };
  const Case cases[] = {
      {"run.objective.expression", "UNKNOWN_SYMBOL",
       [](v1::Run& run) { run.mutable_objective()->set_expression("(x-2.5)**2-z"); }},
      {"run.objective.expression", "SYNTAX_ERROR",
       [](v1::Run& run) { run.mutable_objective()->set_expression("(x-2.5"); }},
      {"run.objective.function", "UNKNOWN_NAME",
       [](v1::Run& run) { run.mutable_objective()->set_function("rosenbrok"); }},
      {"run.optimizer.kind", "UNKNOWN_NAME",
       [&](v1::Run& run) { optimizer(run).set_kind("adma"); }},
      {"run.optimizer.settings[learning_rat]", "UNKNOWN_NAME",
       [&](v1::Run& run) {
         optimizer(run).set_kind("adam");
         (*optimizer(run).mutable_settings())["learning_rat"].set_number(1);
       }},
      {"run.optimizer.settings[learning_rate]", "INVALID_VALUE",
       [&](v1::Run& run) {
         optimizer(run).set_kind("adam");
         (*optimizer(run).mutable_settings())["learning_rate"].set_number(std::nan(""));
       }},
      {"run.stopping[0].kind", "UNKNOWN_NAME",
       [](v1::Run& run) { run.add_stopping()->set_kind("never"); }},
      {"run.start.values[x].shape", "WRONG_SHAPE",
       [](v1::Run& run) { (*run.mutable_start()->mutable_values())["x"].add_shape(3); }},
  };
  for (const Case& one : cases) {
    v1::CreateRunRequest request = Parabola();
    one.spoil(*request.mutable_run());
    const auto status = Create(request);
    EXPECT_THAT(status, RefusedWith(grpc::INVALID_ARGUMENT, one.reason)) << one.field;
    EXPECT_THAT(DetailsOf(status).fields, Contains(one.field));
    EXPECT_THAT(status.error_message(), HasSubstr(one.field + ": "));
  }
}

TEST_F(Integration, RefusesAStartOutsideOfTheDomain) {
  v1::CreateRunRequest request = Parabola(-1);
  request.mutable_run()->mutable_objective()->set_expression("log(x)");
  const auto status = Create(request);
  EXPECT_THAT(status, RefusedWith(grpc::INVALID_ARGUMENT, "INITIAL_POINT_NOT_FINITE"));
  EXPECT_THAT(status.error_message(), HasSubstr("run.start"));
  EXPECT_THAT(status.error_message(), HasSubstr("log"));
}

TEST_F(Integration, RefusesAStartThatDoesNotFitDeclaredVariables) {
  v1::CreateRunRequest request = Parabola();
  v1::Variable& x = *request.mutable_run()->mutable_objective()->add_variables();
  x.set_name("x");
  x.add_shape(3);
  request.mutable_run()->mutable_objective()->set_expression("sum(x**2)");
  EXPECT_THAT(Create(request), RefusedWith(grpc::INVALID_ARGUMENT, "WRONG_SHAPE"));
}

TEST_F(Integration, MakesARunOnceForOneRequestId) {
  v1::CreateRunRequest request = Parabola();
  request.set_request_id("3f0c");
  const std::string name = MustCreate(request).name();
  EXPECT_EQ(MustCreate(request).name(), name);
  request.mutable_run()->set_display_name("another");
  EXPECT_THAT(Create(request), RefusedWith(grpc::ALREADY_EXISTS, "REQUEST_ID_REUSED"));
}

TEST_F(Integration, PausesResumesCancelsAndDeletes) {
  const std::string name = MustCreate(Endless()).name();
  v1::PauseRunResponse paused;
  v1::ResumeRunResponse resumed;
  v1::CancelRunResponse cancelled;
  v1::DeleteRunResponse deleted;
  v1::GetRunResponse got;
  using Stub = v1::OptimizationService::Stub;

  EXPECT_TRUE(Steer(&Stub::PauseRun, name, &paused).ok());
  EXPECT_EQ(paused.run().state(), v1::RUN_STATE_PAUSED);
  EXPECT_THAT(Steer(&Stub::PauseRun, name, &paused),
              RefusedWith(grpc::FAILED_PRECONDITION, "INVALID_STATE"));
  EXPECT_TRUE(Steer(&Stub::ResumeRun, name, &resumed).ok());
  EXPECT_THAT(Steer(&Stub::DeleteRun, name, &deleted),
              RefusedWith(grpc::FAILED_PRECONDITION, "INVALID_STATE"));
  EXPECT_TRUE(Steer(&Stub::CancelRun, name, &cancelled).ok());
  EXPECT_EQ(cancelled.run().state(), v1::RUN_STATE_CANCELLED);
  EXPECT_TRUE(cancelled.run().has_best());
  EXPECT_THAT(Steer(&Stub::CancelRun, name, &cancelled),
              RefusedWith(grpc::FAILED_PRECONDITION, "INVALID_STATE"));
  EXPECT_TRUE(Steer(&Stub::DeleteRun, name, &deleted).ok());
  EXPECT_THAT(Steer(&Stub::GetRun, name, &got), RefusedWith(grpc::NOT_FOUND, "RUN_NOT_FOUND"));
}

TEST_F(Integration, ListsRunsInPagesAndRefusesForgedTokens) {
  for (int i = 0; i < 5; ++i) MustCreate(Parabola());
  v1::ListRunsRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  int pages = 0;
  do {
    Context context;
    v1::ListRunsResponse page;
    ASSERT_TRUE(optimization_->ListRuns(&context, request, &page).ok());
    for (const v1::Run& run : page.runs()) names.push_back(run.name());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty() && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 5);

  request.set_page_token("forged");
  Context context;
  v1::ListRunsResponse page;
  EXPECT_THAT(optimization_->ListRuns(&context, request, &page),
              RefusedWith(grpc::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"));
}

TEST_F(Integration, ListsThePastInPagesAndThinned) {
  const std::string name = MustCreate(Parabola()).name();
  const int64_t last = WatchAll(name).back().run().iteration();
  v1::ListIteratesRequest request;
  request.set_name(name);
  request.set_page_size(7);
  int64_t expected = 0;
  do {
    Context context;
    v1::ListIteratesResponse page;
    const auto status = optimization_->ListIterates(&context, request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const int64_t k : page.iterates().iteration()) EXPECT_EQ(k, expected++);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && expected <= last);
  EXPECT_EQ(expected, last + 1);
}

TEST_F(Integration, CancelsTheRunOfAClientThatLeaves) {
  std::string name;
  {
    Context context;
    v1::OptimizeRequest request;
    *request.mutable_run() = Endless().run();
    request.set_cancel_on_disconnect(true);
    const auto stream = optimization_->Optimize(&context, request);
    v1::OptimizeResponse response;
    ASSERT_TRUE(stream->Read(&response));
    name = response.update().run().name();
    context.TryCancel();
    stream->Finish();
  }
  EXPECT_EQ(WatchAll(name).back().run().state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(Integration, DrainsWithARunUnderWay) {
  const std::string name = MustCreate(Endless()).name();
  Context context;
  v1::WatchRunRequest request;
  request.set_name(name);
  const auto stream = optimization_->WatchRun(&context, request);
  v1::WatchRunResponse response;
  ASSERT_TRUE(stream->Read(&response));
  runs_->Drain();
  EXPECT_THAT(Create(Parabola()), RefusedWith(grpc::UNAVAILABLE, "SHUTTING_DOWN"));
  std::thread drain([&] { server_->Drain(10s); });
  int64_t next = 0;
  while (stream->Read(&response)) next = response.update().next_iteration();
  EXPECT_THAT(stream->Finish(), RefusedWith(grpc::UNAVAILABLE, "SHUTTING_DOWN"));
  EXPECT_GE(next, 0);
  drain.join();
}

TEST_F(Integration, EvaluatesWithinTheCallersDeadline) {
  v1::EvaluateObjectiveRequest request;
  request.mutable_objective()->set_expression("sum(sin(x+i) for i in range(100000))");
  for (int i = 0; i < 10'000; ++i) {
    (*request.add_points()->mutable_values())["x"].add_values(i);
  }
  Context context(200ms);
  v1::EvaluateObjectiveResponse response;
  const auto began = std::chrono::steady_clock::now();
  const auto status = objective_->EvaluateObjective(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::DEADLINE_EXCEEDED) << status.error_message();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

/// Three rates on a parabola, from one start.
v1::CreateStudyRequest RateStudy(std::vector<double> rates) {
  v1::CreateStudyRequest request;
  v1::Study& study = *request.mutable_study();
  study.mutable_run()->mutable_objective()->set_expression("x**2");
  (*study.mutable_run()->mutable_start()->mutable_values())["x"].add_values(1);
  v1::StudyAxis& axis = *study.add_vary();
  axis.set_path("optimizer.settings[learning_rate]");
  for (const double rate : rates) axis.add_values()->set_number(rate);
  return request;
}

TEST_F(Integration, AStudyStreamsAllItsRunsAndEndsWithAWinner) {
  v1::CreateStudyResponse created;
  Context creating;
  const auto status = study_->CreateStudy(&creating, RateStudy({0.01, 0.4, 1.1}), &created);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(created.study().arms_size(), 3);

  Context watching;
  v1::WatchStudyRequest request;
  request.set_name(created.study().name());
  const auto stream = study_->WatchStudy(&watching, request);
  std::map<std::string, int64_t> next;
  v1::StudyUpdate last;
  for (v1::WatchStudyResponse message; stream->Read(&message);) {
    EXPECT_FALSE(last.last()) << "an update after the last";
    last = message.update();
    if (!last.has_run() || !last.run().update().has_iterates()) continue;
    for (const int64_t k : last.run().update().iterates().iteration()) {
      EXPECT_EQ(k, next[last.run().run()]++);
    }
  }
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_TRUE(last.last());
  EXPECT_EQ(next.size(), 3U);
  EXPECT_EQ(last.study().state(), v1::STUDY_STATE_FINISHED);
  EXPECT_EQ(last.study().results().winner().arm(), 1);
  EXPECT_EQ(last.study().results().arms(2).endings().at("diverged"), 1);

  // It is listed in brief, and forgotten with its runs.
  Context listing, deleting, getting;
  v1::ListStudiesResponse list;
  EXPECT_TRUE(study_->ListStudies(&listing, v1::ListStudiesRequest(), &list).ok());
  ASSERT_EQ(list.studies_size(), 1);
  EXPECT_EQ(list.studies(0).arms_size(), 0);
  EXPECT_TRUE(list.studies(0).results().has_winner());
  v1::DeleteStudyRequest gone;
  gone.set_name(created.study().name());
  v1::DeleteStudyResponse deleted;
  EXPECT_TRUE(study_->DeleteStudy(&deleting, gone, &deleted).ok());
  v1::GetRunRequest run;
  run.set_name(last.study().arms(0).runs(0));
  v1::GetRunResponse none;
  EXPECT_EQ(optimization_->GetRun(&getting, run, &none).error_code(), grpc::NOT_FOUND);
}

TEST_F(Integration, AStudyIsRefusedWithTheArmThatIsWrong) {
  v1::CreateStudyResponse response;
  Context context;
  const auto status = study_->CreateStudy(&context, RateStudy({0.1, -1}), &response);

  EXPECT_THAT(status, RefusedWith(grpc::INVALID_ARGUMENT, "INVALID_VALUE"));
  EXPECT_THAT(DetailsOf(status).fields,
              Contains("study.arms[1].run.optimizer.settings[learning_rate]"));
  Context second;
  v1::GetStudyRequest unknown;
  unknown.set_name("studies/nobody");
  v1::GetStudyResponse none;
  EXPECT_THAT(study_->GetStudy(&second, unknown, &none),
              RefusedWith(grpc::NOT_FOUND, "STUDY_NOT_FOUND"));
}

TEST_F(Integration, AStudysWatcherMayLeaveAndAStudyMayBeCancelled) {
  v1::CreateStudyRequest request = RateStudy({1e-12, 1e-13});
  v1::Part& limit = *request.mutable_study()->mutable_run()->add_stopping();
  limit.set_kind("iterations");
  (*limit.mutable_settings())["threshold"].set_number(1e15);
  v1::CreateStudyResponse created;
  Context creating;
  ASSERT_TRUE(study_->CreateStudy(&creating, request, &created).ok());

  Context leaving;
  v1::WatchStudyRequest watch;
  watch.set_name(created.study().name());
  const auto left = study_->WatchStudy(&leaving, watch);
  v1::WatchStudyResponse message;
  ASSERT_TRUE(left->Read(&message));
  leaving.TryCancel();
  EXPECT_EQ(left->Finish().error_code(), grpc::CANCELLED);

  // One that reads nothing for a while holds up nobody.
  Context slow;
  const auto idle = study_->WatchStudy(&slow, watch);
  v1::CancelStudyRequest cancel;
  cancel.set_name(created.study().name());
  v1::CancelStudyResponse cancelled;
  Context cancelling;
  const auto status = study_->CancelStudy(&cancelling, cancel, &cancelled);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(cancelled.study().state(), v1::STUDY_STATE_CANCELLED);
  bool last = false;
  while (idle->Read(&message)) last = message.update().last();
  EXPECT_TRUE(idle->Finish().ok());
  EXPECT_TRUE(last);
}

}  // namespace
}  // namespace thalweg::rpc
