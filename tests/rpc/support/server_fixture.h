#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/rpc/server.h"
#include "server/storage/memory_store.h"
#include "server/studies/study_book.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/fake_run_book.h"

namespace thalweg::rpc {

/// Remembers which calls the metrics were told of.
class Calls final : public EventSink {
 public:
  void On(const CallStarted& /*call*/) override { ++under_way_; }
  void On(const CallFinished& call) override {
    const std::lock_guard lock(mutex_);
    --under_way_;
    finished_.push_back(absl::StrCat(std::string(call.type), " ", std::string(call.method), " ",
                                     std::string(call.code)));
  }
  int under_way() const { return under_way_; }
  std::vector<std::string> finished() {
    const std::lock_guard lock(mutex_);
    return finished_;
  }

 private:
  std::atomic<int> under_way_{0};
  std::mutex mutex_;
  std::vector<std::string> finished_;
};

/// Whether `condition` becomes true within ten seconds.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

/// A server on a port of its own, over real channels; its runs do what the test says.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    options_.address = "127.0.0.1:0";
    options_.heartbeat = std::chrono::milliseconds(50);
    options_.info = {"1.2.3", {{"workers", "4"}}};
    options_.incidents = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      incidents_ += std::string(line) + "\n";
    };
    Start();
  }

  void Start() {
    server_.reset();
    auto server = Server::Start(runs_, *studies_, calls_, options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->SetServing(true);
    channel_ = ChannelTo(server_->port());
    optimization_ = v1::OptimizationService::NewStub(channel_);
  }

  std::string Create() {
    Context context;
    v1::CreateRunRequest request;
    request.mutable_run()->mutable_objective()->set_expression("x**2");
    v1::CreateRunResponse response;
    const auto status = optimization_->CreateRun(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.run().name();
  }
  grpc::Status Get(const std::string& name,
                   std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    Context context(patience);
    v1::GetRunRequest request;
    request.set_name(name);
    v1::GetRunResponse response;
    return optimization_->GetRun(&context, request, &response);
  }
  v1::WatchRunRequest WatchRequest(const std::string& name, int64_t from = 0) {
    v1::WatchRunRequest request;
    request.set_name(name);
    request.set_from_iteration(from);
    return request;
  }

  FakeRunBook runs_;
  Calls calls_;
  storage::MemoryStore store_;
  std::unique_ptr<studies::StudyBook> studies_ =
      *studies::StudyBook::Open(runs_, store_, calls_, {});
  ServerOptions options_;
  std::mutex mutex_;
  std::string incidents_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::OptimizationService::Stub> optimization_;
};

}  // namespace thalweg::rpc
