// Many watches in one stream, over connections that are lost.
#include "client/cpp/watch_many.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cpp/client.h"

namespace thalweg::client {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

v1::WatchUpdate Of(const std::string& id) {
  v1::WatchUpdate update;
  update.set_subscription(id);
  return update;
}

v1::WatchUpdate RunNews(const std::string& id, int64_t next) {
  v1::WatchUpdate update = Of(id);
  update.mutable_run()->set_next_iteration(next);
  return update;
}

v1::WatchUpdate StudyNews(const std::string& id, const std::string& run, int64_t next) {
  v1::WatchUpdate update = Of(id);
  update.mutable_study()->mutable_run()->set_run(run);
  update.mutable_study()->mutable_run()->mutable_update()->set_next_iteration(next);
  return update;
}

v1::WatchUpdate End(const std::string& id, int code = 0) {
  v1::WatchUpdate update = Of(id);
  update.mutable_end()->set_code(code);
  return update;
}

v1::WatchUpdate Heartbeat() {
  v1::WatchUpdate update;
  update.mutable_heartbeat();
  return update;
}

/// Says on each connection what the test wants.
class Server final : public v1::WatchService::Service {
 public:
  struct Connection {
    std::vector<v1::WatchUpdate> says = {};
    grpc::Status ends = grpc::Status::OK;
  };

  explicit Server(std::vector<Connection> script) : script_(std::move(script)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Server() override { server_->Shutdown(); }

  grpc::Status Watch(grpc::ServerContext* /*context*/, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::WatchResponse>* writer) override {
    const Connection& connection = script_.at(asked.size());
    asked.push_back(*request);
    for (const v1::WatchUpdate& update : connection.says) {
      v1::WatchResponse response;
      *response.mutable_update() = update;
      writer->Write(response);
    }
    return connection.ends;
  }

  /// Watches the run "run", the study "study" and the list "list"; the ids that were handed on.
  std::vector<std::string> Follow() {
    v1::WatchRequest request;
    v1::Subscription& run = *request.add_subscriptions();
    run.set_id("run");
    run.mutable_run()->set_name("runs/a");
    v1::Subscription& study = *request.add_subscriptions();
    study.set_id("study");
    study.mutable_study()->set_name("studies/b");
    v1::Subscription& list = *request.add_subscriptions();
    list.set_id("list");
    list.mutable_runs();
    std::vector<std::string> seen;
    ManyHandlers handlers;
    handlers.on_update = [&](const v1::WatchUpdate& update) {
      seen.push_back(update.subscription());
    };
    handlers.on_lost = [&](const Error&) { seen.push_back("lost"); };
    error = Client::Connect("127.0.0.1:" + std::to_string(port_))->WatchMany(request, handlers);
    return seen;
  }

  std::vector<v1::WatchRequest> asked;
  std::optional<Error> error;

 private:
  const std::vector<Connection> script_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

const grpc::Status kLost(grpc::StatusCode::UNAVAILABLE, "cut");

TEST(WatchMany, HandsOnAllButHeartbeatsUntilEverySubscriptionHasEnded) {
  Server server({{{RunNews("run", 3), Heartbeat(), End("study", 5), End("run"), End("list", 15)}}});
  EXPECT_THAT(server.Follow(), ElementsAre("run", "study", "run", "list"));
  EXPECT_FALSE(server.error.has_value());
}

TEST(WatchMany, GoesOnWhereEachWasWithoutThoseThatHaveEnded) {
  Server server({{{RunNews("run", 7), StudyNews("study", "runs/x", 5), RunNews("run", 9)}, kLost},
                 {{End("run"), StudyNews("study", "runs/y", 2)}, kLost},
                 {{End("study"), End("list", 15)}}});
  EXPECT_THAT(server.Follow(),
              ElementsAre("run", "study", "run", "lost", "run", "study", "lost", "study", "list"));
  EXPECT_FALSE(server.error.has_value());
  ASSERT_THAT(server.asked, SizeIs(3));
  EXPECT_EQ(server.asked[1].subscriptions(0).run().from_iteration(), 9);
  const v1::WatchRequest& last = server.asked[2];
  ASSERT_EQ(last.subscriptions_size(), 2);
  EXPECT_EQ(last.subscriptions(0).study().from_iterations().at("runs/x"), 5);
  EXPECT_EQ(last.subscriptions(0).study().from_iterations().at("runs/y"), 2);
  EXPECT_EQ(last.subscriptions(1).id(), "list");
}

TEST(WatchMany, IsOverWhenTheLastHasEndedThoughTheStreamBreaksThere) {
  Server server({{{End("run"), End("study"), End("list")}, kLost}});
  server.Follow();
  EXPECT_FALSE(server.error.has_value());
}

TEST(WatchMany, EndsWithARefusal) {
  Server server({{{}, {grpc::StatusCode::INVALID_ARGUMENT, "subscriptions[0].id: ..."}}});
  server.Follow();
  ASSERT_TRUE(server.error.has_value());
  EXPECT_EQ(server.error->code, grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace thalweg::client
