// WatchService over real channels: each subscription gets what a stream of its own would bring.

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/rpc/server.h"
#include "server/runs/run_book.h"
#include "server/storage/catalogue.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/server_fixture.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using google::protobuf::util::MessageDifferencer;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;

v1::Subscription OfRun(const std::string& id, const std::string& name, int64_t from = 0) {
  v1::Subscription subscription;
  subscription.set_id(id);
  subscription.mutable_run()->set_name(name);
  subscription.mutable_run()->set_from_iteration(from);
  return subscription;
}

v1::Subscription OfList(const std::string& id, const std::string& label = "") {
  v1::Subscription subscription;
  subscription.set_id(id);
  subscription.mutable_runs()->set_label(label);
  return subscription;
}

v1::WatchRequest Of(const std::vector<v1::Subscription>& subscriptions) {
  v1::WatchRequest request;
  request.mutable_subscriptions()->Add(subscriptions.begin(), subscriptions.end());
  return request;
}

/// A stream that is being read.
class Stream {
 public:
  Stream(v1::WatchService::Stub& stub, const v1::WatchRequest& request)
      : reader_(stub.Watch(&context_, request)) {}

  /// False when it is over.
  bool Read(v1::WatchUpdate* update) {
    v1::WatchResponse response;
    if (!reader_->Read(&response)) return false;
    *update = response.update();
    return true;
  }
  std::map<std::string, std::vector<v1::WatchUpdate>> ReadAll() {
    std::map<std::string, std::vector<v1::WatchUpdate>> all;
    v1::WatchUpdate update;
    while (Read(&update)) all[update.subscription()].push_back(update);
    return all;
  }
  void Leave() { context_.TryCancel(); }
  grpc::Status Finish() { return reader_->Finish(); }

 private:
  Context context_{60s};
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader_;
};

/// With real runs and studies.
class ManyInOneStream : public testing::Test {
 protected:
  ManyInOneStream() {
    store_ = *OpenStore("memory:");
    runs::RunBookOptions book;
    book.workers = 2;
    runs_ = *runs::RunBook::Open(*store_, events_, book);
    studies_ = *studies::StudyBook::Open(*runs_, *store_, events_, {});
    ServerOptions options;
    options.address = "127.0.0.1:0";
    server_ = *Server::Start(*runs_, *studies_, events_, options);
    const auto channel = ChannelTo(server_->port());
    optimization_ = v1::OptimizationService::NewStub(channel);
    study_ = v1::StudyService::NewStub(channel);
    watch_ = v1::WatchService::NewStub(channel);
  }

  static v1::Run Spec(double iterations, const std::map<std::string, std::string>& labels = {}) {
    v1::Run run;
    run.mutable_objective()->set_function("rosenbrock");
    run.mutable_labels()->insert(labels.begin(), labels.end());
    run.mutable_optimizer()->set_kind("adam");
    v1::Part& rule = *run.add_stopping();
    rule.set_kind("iterations");
    (*rule.mutable_settings())["threshold"].set_number(iterations);
    return run;
  }
  std::string Create(const v1::Run& run) {
    Context context;
    v1::CreateRunRequest request;
    *request.mutable_run() = run;
    v1::CreateRunResponse response;
    const auto status = optimization_->CreateRun(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.run().name();
  }
  std::vector<v1::RunUpdate> WatchRun(const std::string& name) {
    Context context(60s);
    v1::WatchRunRequest request;
    request.set_name(name);
    const auto stream = optimization_->WatchRun(&context, request);
    std::vector<v1::RunUpdate> updates;
    v1::WatchRunResponse response;
    while (stream->Read(&response)) updates.push_back(response.update());
    EXPECT_TRUE(stream->Finish().ok());
    return updates;
  }
  v1::Run Listed(const std::string& name) {
    Context context;
    v1::ListRunsResponse response;
    EXPECT_TRUE(optimization_->ListRuns(&context, {}, &response).ok());
    for (const v1::Run& run : response.runs()) {
      if (run.name() == name) return run;
    }
    return {};
  }

  EventSink events_;
  std::unique_ptr<runs::RunStore> store_;
  std::unique_ptr<runs::RunBook> runs_;
  std::unique_ptr<studies::StudyBook> studies_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::OptimizationService::Stub> optimization_;
  std::unique_ptr<v1::StudyService::Stub> study_;
  std::unique_ptr<v1::WatchService::Stub> watch_;
};

/// All iterates of these updates, without the figures that depend on how they were packed.
std::string Iterates(const std::vector<v1::RunUpdate>& updates) {
  v1::IterateBatch all;
  for (const v1::RunUpdate& update : updates) all.MergeFrom(update.iterates());
  all.clear_elapsed_seconds();
  return all.SerializeAsString();
}

std::vector<v1::RunUpdate> RunUpdates(const std::vector<v1::WatchUpdate>& updates) {
  std::vector<v1::RunUpdate> runs;
  for (const v1::WatchUpdate& update : updates) {
    if (update.has_run()) runs.push_back(update.run());
  }
  return runs;
}

TEST_F(ManyInOneStream, EachRunIsAsWatchRunSendsItWhileItGoesOn) {
  std::map<std::string, std::string> names;
  std::vector<v1::Subscription> subscriptions;
  for (int i = 0; i < 30; ++i) {
    const std::string id = absl::StrCat("tile ", i);
    names[id] = Create(Spec(1 + i * i * 100));
    subscriptions.push_back(OfRun(id, names[id]));
  }
  Stream stream(*watch_, Of(subscriptions));
  auto all = stream.ReadAll();
  EXPECT_TRUE(stream.Finish().ok());
  ASSERT_EQ(all.size(), 30);
  for (const auto& [id, updates] : all) {
    const auto own = WatchRun(names[id]);
    const auto shared = RunUpdates(updates);
    EXPECT_EQ(Iterates(shared), Iterates(own)) << id;
    EXPECT_TRUE(MessageDifferencer::Equals(shared.back(), own.back())) << id;
    EXPECT_TRUE(shared.back().last());
    EXPECT_EQ(updates.back().end().code(), grpc::OK) << id;
    EXPECT_EQ(updates.size(), shared.size() + 1) << id;
  }
}

TEST_F(ManyInOneStream, EachRunThatIsOverIsAsWatchRunSendsItMessageByMessage) {
  std::vector<v1::Subscription> subscriptions;
  for (int i = 0; i < 256; ++i) {
    const std::string name = Create(Spec(i == 7 ? 20'000 : 10));
    subscriptions.push_back(OfRun(name, name));
  }
  for (const auto& subscription : subscriptions) WatchRun(subscription.run().name());
  Stream stream(*watch_, Of(subscriptions));
  const auto all = stream.ReadAll();
  EXPECT_TRUE(stream.Finish().ok());
  ASSERT_EQ(all.size(), 256);
  for (const auto& [name, updates] : all) {
    const auto own = WatchRun(name);
    const auto shared = RunUpdates(updates);
    ASSERT_EQ(shared.size(), own.size()) << name;
    for (size_t i = 0; i < own.size(); ++i) {
      EXPECT_TRUE(MessageDifferencer::Equals(shared[i], own[i])) << name << " message " << i;
    }
  }
}

TEST_F(ManyInOneStream, AFastRunDoesNotKeepASlowOneWaiting) {
  const std::string endless = Create(Spec(1e12));
  const std::string brief = Create(Spec(20'000));
  Stream stream(*watch_, Of({OfRun("endless", endless), OfRun("brief", brief)}));
  v1::WatchUpdate update;
  while (stream.Read(&update) && !(update.subscription() == "brief" && update.has_end())) {
  }
  EXPECT_EQ(update.end().code(), grpc::OK);
  stream.Leave();
  EXPECT_EQ(stream.Finish().error_code(), grpc::CANCELLED);
}

TEST_F(ManyInOneStream, OneThatCannotBeHadDoesNotEndTheOthers) {
  const std::string name = Create(Spec(100));
  WatchRun(name);
  v1::Subscription study;
  study.set_id("study");
  study.mutable_study()->set_name("studies/none");
  Stream stream(*watch_, Of({OfRun("none", "runs/none"), OfRun("beyond", name, 5000), study,
                             OfRun("good", name)}));
  const auto all = stream.ReadAll();
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(all.at("none").front().end().code(), grpc::NOT_FOUND);
  EXPECT_EQ(all.at("none").front().end().message(), "there is no run 'none'");
  EXPECT_EQ(all.at("beyond").front().end().code(), grpc::OUT_OF_RANGE);
  EXPECT_EQ(all.at("study").front().end().code(), grpc::NOT_FOUND);
  EXPECT_THAT(all.at("none"), SizeIs(1));
  EXPECT_EQ(Iterates(RunUpdates(all.at("good"))), Iterates(WatchRun(name)));
}

TEST_F(ManyInOneStream, GoesOnInANewStreamWithNothingMissingOrDoubled) {
  std::map<std::string, int64_t> next;
  for (const int length : {3000, 20'000, 60'000}) next[Create(Spec(length))] = 0;
  std::map<std::string, std::vector<v1::RunUpdate>> received;
  for (int attempt = 0; !next.empty() && attempt < 1000; ++attempt) {
    std::vector<v1::Subscription> subscriptions;
    for (const auto& [name, from] : next) subscriptions.push_back(OfRun(name, name, from));
    Stream stream(*watch_, Of(subscriptions));
    v1::WatchUpdate update;
    for (int i = 0; i < 9 && stream.Read(&update); ++i) {
      if (update.has_end()) next.erase(update.subscription());
      if (!update.has_run()) continue;
      received[update.subscription()].push_back(update.run());
      next[update.subscription()] = update.run().next_iteration();
    }
    stream.Leave();
    stream.Finish();
  }
  EXPECT_TRUE(next.empty());
  for (const auto& [name, updates] : received) {
    EXPECT_EQ(Iterates(updates), Iterates(WatchRun(name)));
  }
}

TEST_F(ManyInOneStream, AStudyIsAsWatchStudySendsIt) {
  v1::CreateStudyRequest create;
  create.mutable_study()->mutable_run()->CopyFrom(Spec(300));
  v1::StudyAxis& axis = *create.mutable_study()->add_vary();
  axis.set_path("optimizer.settings[learning_rate]");
  for (const double rate : {1e-4, 1e-3, 1e-2}) axis.add_values()->set_number(rate);
  Context context;
  v1::CreateStudyResponse created;
  const auto status = study_->CreateStudy(&context, create, &created);
  ASSERT_TRUE(status.ok()) << status.error_message();

  v1::Subscription subscription;
  subscription.set_id("study");
  subscription.mutable_study()->set_name(created.study().name());
  Stream live(*watch_, Of({subscription}));
  const auto lived = live.ReadAll();
  EXPECT_TRUE(live.Finish().ok());
  EXPECT_TRUE(lived.at("study").rbegin()[1].study().last());
  EXPECT_EQ(lived.at("study").back().end().code(), grpc::OK);

  Stream stream(*watch_, Of({subscription}));
  const auto shared = stream.ReadAll();
  std::vector<v1::StudyUpdate> own;
  Context watch;
  const auto reader = study_->WatchStudy(&watch, subscription.study());
  for (v1::WatchStudyResponse response; reader->Read(&response);) own.push_back(response.update());
  ASSERT_THAT(shared.at("study"), SizeIs(own.size() + 1));
  for (size_t i = 0; i < own.size(); ++i) {
    EXPECT_TRUE(MessageDifferencer::Equals(shared.at("study")[i].study(), own[i])) << i;
  }
}

TEST_F(ManyInOneStream, TheListOfRunsTellsOfEveryState) {
  const std::string before = Create(Spec(1e12));
  while (Listed(before).state() != v1::RUN_STATE_RUNNING) std::this_thread::yield();
  Stream stream(*watch_, Of({OfList("all"), OfList("red", "team=red")}));
  std::map<std::string, std::vector<std::string>> told;
  std::map<std::string, v1::Run> latest;
  const auto until = [&](const std::string& last) {
    v1::WatchUpdate update;
    while (stream.Read(&update)) {
      const v1::RunListChange& change = update.runs();
      std::string text = "missed";
      if (change.has_run()) {
        text = absl::StrCat(change.run().name(), " ", v1::RunState_Name(change.run().state()));
        latest[change.run().name()] = change.run();
      } else if (!change.deleted().empty()) {
        text = "deleted " + change.deleted();
      }
      told[update.subscription()].push_back(text);
      if (update.subscription() + ": " + text == last) return;
    }
    ADD_FAILURE() << "the stream ended before " << last;
  };
  until("red: missed");
  const std::string red = Create(Spec(200, {{"team", "red"}}));
  until("red: " + red + " RUN_STATE_FINISHED");
  EXPECT_TRUE(MessageDifferencer::Equals(latest[red], Listed(red)));
  const std::string blue = Create(Spec(1e12, {{"team", "blue"}}));
  until("all: " + blue + " RUN_STATE_RUNNING");
  Context context;
  v1::CancelRunRequest cancel;
  cancel.set_name(blue);
  v1::CancelRunResponse cancelled;
  ASSERT_TRUE(optimization_->CancelRun(&context, cancel, &cancelled).ok());
  until("all: " + blue + " RUN_STATE_CANCELLED");
  EXPECT_TRUE(MessageDifferencer::Equals(latest[blue], Listed(blue)));
  Context again;
  v1::DeleteRunRequest remove;
  remove.set_name(red);
  v1::DeleteRunResponse removed;
  ASSERT_TRUE(optimization_->DeleteRun(&again, remove, &removed).ok());
  until("red: deleted " + red);

  EXPECT_THAT(told["all"], Contains("missed").Times(1));
  EXPECT_THAT(told["all"], Not(Contains(HasSubstr(before))));
  EXPECT_THAT(told["red"], Not(Contains(HasSubstr(blue))));
  stream.Leave();
  stream.Finish();
}

TEST_F(ManyInOneStream, AClientThatLeavesFreesEverything) {
  const std::string name = Create(Spec(1e12));
  std::vector<v1::Subscription> subscriptions;
  for (int i = 0; i < 100; ++i) subscriptions.push_back(OfRun(absl::StrCat(i), name));
  subscriptions.push_back(OfList("list"));
  Stream stream(*watch_, Of(subscriptions));
  v1::WatchUpdate update;
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(stream.Read(&update));
  stream.Leave();
  stream.Finish();
  EXPECT_TRUE(Eventually([&] { return server_->open_streams() == 0; }));
}

// --- with runs that do what the test says ---

class SharedStream : public ServerTest {
 protected:
  std::unique_ptr<v1::WatchService::Stub> Stub() { return v1::WatchService::NewStub(channel_); }
};

TEST_F(SharedStream, SaysThatItLivesWhenThereIsNothingToSay) {
  const std::string name = Create();
  const auto stub = Stub();
  Stream stream(*stub, Of({OfRun("a", name), OfList("b")}));
  v1::WatchUpdate update;
  do {
    ASSERT_TRUE(stream.Read(&update));
  } while (!update.has_heartbeat());
  EXPECT_EQ(update.subscription(), "");
  stream.Leave();
  stream.Finish();
  EXPECT_TRUE(Eventually([&] { return runs_.watchers() == 0 && server_->open_streams() == 0; }));
  EXPECT_THAT(calls_.finished(), Contains("server_stream Watch Canceled"));
}

TEST_F(SharedStream, IsToldToGoOnElsewhereWhenTheServerDrains) {
  const std::string name = Create();
  runs_.Record("r1", 41);
  const auto stub = Stub();
  Stream stream(*stub, Of({OfRun("a", name), OfList("b")}));
  v1::WatchUpdate update;
  int64_t next = 0;
  while (next < 42) {
    ASSERT_TRUE(stream.Read(&update));
    if (update.has_run()) next = update.run().next_iteration();
  }
  server_->Drain(10s);
  while (stream.Read(&update)) {
  }
  EXPECT_TRUE(update.has_heartbeat());
  const grpc::Status status = stream.Finish();
  EXPECT_THAT(status, RefusedWith(grpc::UNAVAILABLE, "SHUTTING_DOWN"));
  EXPECT_THAT(status.error_message(), HasSubstr("last next_iteration"));
}

TEST_F(SharedStream, IsRefusedWithAllThatIsWrong) {
  const auto stub = Stub();
  const auto refused = [&](const v1::WatchRequest& request) {
    Stream stream(*stub, request);
    EXPECT_TRUE(stream.ReadAll().empty());
    const grpc::Status status = stream.Finish();
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    return DetailsOf(status).fields;
  };
  EXPECT_THAT(refused({}), ElementsAre("subscriptions"));
  EXPECT_THAT(refused(Of(std::vector<v1::Subscription>(257, OfList("a")))),
              ElementsAre("subscriptions"));

  v1::Subscription nothing;
  nothing.set_id("nothing");
  v1::Subscription run = OfRun("run", "r1", -1);
  run.mutable_run()->set_max_updates_per_second(-1);
  v1::Subscription study;
  study.set_id("nothing");
  study.mutable_study()->set_name("studies/");
  study.mutable_study()->set_mode(static_cast<v1::WatchMode>(9));
  EXPECT_THAT(refused(Of({nothing, run, study, OfList(std::string(65, 'x'), "label"), OfList("")})),
              UnorderedElementsAre("subscriptions[0]", "subscriptions[1].run.name",
                                   "subscriptions[1].run.from_iteration",
                                   "subscriptions[1].run.max_updates_per_second",
                                   "subscriptions[2].id", "subscriptions[2].study.name",
                                   "subscriptions[2].study.mode", "subscriptions[3].id",
                                   "subscriptions[3].runs.label", "subscriptions[4].id"));
}

TEST_F(SharedStream, MayHaveAsManySubscriptionsAsAreAllowed) {
  const std::string name = Create();
  runs_.Record("r1", 10);
  runs_.End("r1", runs::RunState::kFinished);
  std::vector<v1::Subscription> subscriptions;
  for (int i = 0; i < 256; ++i) subscriptions.push_back(OfRun(absl::StrCat(i), name));
  const auto stub = Stub();
  Stream stream(*stub, Of(subscriptions));
  const auto all = stream.ReadAll();
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_THAT(all, SizeIs(256));
}

}  // namespace
}  // namespace thalweg::rpc
