#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "thalweg/v1/catalog_service.grpc.pb.h"
#include "thalweg/v1/objective_service.grpc.pb.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"

namespace thalweg::testing {

/// An INVALID_ARGUMENT status as the server makes them.
inline grpc::Status Refusal(const std::string& field, const std::string& description) {
  google::rpc::BadRequest bad_request;
  auto& violation = *bad_request.add_field_violations();
  violation.set_field(field);
  violation.set_description(description);
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_VALUE");
  info.set_domain("thalweg");
  google::rpc::Status details;
  details.set_code(grpc::StatusCode::INVALID_ARGUMENT);
  details.add_details()->PackFrom(bad_request);
  details.add_details()->PackFrom(info);
  return {grpc::StatusCode::INVALID_ARGUMENT, field + ": " + description,
          details.SerializeAsString()};
}

/// A server with one run, "runs/a": a descent of one scalar x and one vector w of two whose iterate
/// k has the value 100 - k. It misbehaves as its script says.
class FakeServer {
 public:
  struct Script {
    int64_t iterations = 10;  // of the run; its last iterate
    int64_t batch = 3;        // iterates a message
    v1::TerminationReason reason = v1::TERMINATION_REASON_CONVERGED;
    /// Messages after which the n-th connection's watch is cut with UNAVAILABLE; later ones are
    /// not.
    std::vector<int> cut_after = {};
    bool cut_with_ok = false;         // ends the stream without `last`, as a draining server may
    int64_t repeats = 0;              // iterates before the one asked for that are sent again
    bool silent = false;              // says nothing after the snapshot
    bool waits_for_cancel = false;    // sends all iterates, ends only when the run is cancelled
    bool leaves_out_points = false;   // streams without x, as for very many coordinates
    bool loses_a_column = false;      // batches whose columns differ in length
    int unavailable_cancels = 0;      // so many CancelRun fail first
    int unavailable_creates = 0;      // so many CreateRun fail first
    grpc::Status refuse_create = {};  // every CreateRun fails so
    int64_t event_every = 0;          // iterations whose number divides by it come with an event
    v1::Finding finding = {};         // with a code: goes into the termination
  };

  explicit FakeServer(Script script) : script_(std::move(script)), service_(*this) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() {
    Cancel();
    server_->Shutdown(std::chrono::system_clock::now());
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// What came in.
  std::vector<v1::CreateRunRequest> creates() const { return Locked(creates_); }
  std::vector<v1::WatchRunRequest> watches() const { return Locked(watches_); }
  std::vector<v1::ChangeRunRequest> changes() const { return Locked(changes_); }
  std::vector<v1::ForkRunRequest> forks() const { return Locked(forks_); }
  std::vector<v1::ResumeRunRequest> resumes() const { return Locked(resumes_); }
  bool cancelled() const { return Locked(cancelled_); }

  /// The run as it is at its end.
  v1::Run FinishedRun() const {
    const bool cancelled = Locked(cancelled_);
    v1::Run run = RunningRun();
    run.set_state(cancelled ? v1::RUN_STATE_CANCELLED : v1::RUN_STATE_FINISHED);
    run.set_iteration(script_.iterations);
    run.set_value_evaluations(script_.iterations + 1);
    run.set_gradient_evaluations(script_.iterations + 1);
    run.set_elapsed_seconds(0.25);
    *run.mutable_best() = *run.mutable_last() = IterateAt(script_.iterations);
    v1::Termination& termination = *run.mutable_termination();
    termination.set_reason(cancelled ? v1::TERMINATION_REASON_CANCELLED : script_.reason);
    termination.set_criterion(cancelled ? "cancel" : "value_change");
    termination.set_measured(5e-9);
    termination.set_threshold(1e-8);
    termination.set_detail("the value changed by 5e-09, less than 1e-08");
    if (!script_.finding.code().empty()) *termination.add_findings() = script_.finding;
    return run;
  }

 private:
  class Service final : public v1::OptimizationService::Service {
   public:
    explicit Service(FakeServer& fake) : fake_(fake) {}

    grpc::Status CreateRun(grpc::ServerContext*, const v1::CreateRunRequest* request,
                           v1::CreateRunResponse* response) override {
      const std::lock_guard lock(fake_.mutex_);
      fake_.creates_.push_back(*request);
      if (static_cast<int>(fake_.creates_.size()) <= fake_.script_.unavailable_creates) {
        return {grpc::StatusCode::UNAVAILABLE, "not yet"};
      }
      if (!fake_.script_.refuse_create.ok()) return fake_.script_.refuse_create;
      *response->mutable_run() = RunningRun();
      return grpc::Status::OK;
    }

    grpc::Status ChangeRun(grpc::ServerContext*, const v1::ChangeRunRequest* request,
                           v1::ChangeRunResponse* response) override {
      const std::lock_guard lock(fake_.mutex_);
      fake_.changes_.push_back(*request);
      *response->mutable_run() = RunningRun();
      response->set_iteration(1234);
      return grpc::Status::OK;
    }

    grpc::Status ResumeRun(grpc::ServerContext*, const v1::ResumeRunRequest* request,
                           v1::ResumeRunResponse* response) override {
      const std::lock_guard lock(fake_.mutex_);
      fake_.resumes_.push_back(*request);
      *response->mutable_run() = RunningRun();
      return grpc::Status::OK;
    }

    grpc::Status ForkRun(grpc::ServerContext*, const v1::ForkRunRequest* request,
                         v1::ForkRunResponse* response) override {
      const std::lock_guard lock(fake_.mutex_);
      fake_.forks_.push_back(*request);
      *response->mutable_run() = RunningRun();
      return grpc::Status::OK;
    }

    grpc::Status GetRun(grpc::ServerContext*, const v1::GetRunRequest* request,
                        v1::GetRunResponse* response) override {
      if (request->name() != "runs/a") return {grpc::StatusCode::NOT_FOUND, "no such run"};
      *response->mutable_run() = fake_.FinishedRun();
      return grpc::Status::OK;
    }

    grpc::Status CancelRun(grpc::ServerContext*, const v1::CancelRunRequest*,
                           v1::CancelRunResponse* response) override {
      if (fake_.failed_cancels_++ < fake_.script_.unavailable_cancels) {
        return {grpc::StatusCode::UNAVAILABLE, "not now"};
      }
      fake_.Cancel();
      *response->mutable_run() = fake_.FinishedRun();
      return grpc::Status::OK;
    }

    grpc::Status WatchRun(grpc::ServerContext* context, const v1::WatchRunRequest* request,
                          grpc::ServerWriter<v1::WatchRunResponse>* writer) override {
      return fake_.Stream(*context, *request, *writer);
    }

   private:
    FakeServer& fake_;
  };

  template <typename T>
  T Locked(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  void Cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

  static v1::Run RunningRun() {
    v1::Run run;
    run.set_name("runs/a");
    run.set_state(v1::RUN_STATE_RUNNING);
    run.mutable_objective()->set_expression("x**2 + dot(w, w)");
    run.mutable_optimizer()->set_kind("gradient_descent");
    run.add_variables()->set_name("x");
    v1::Variable& w = *run.add_variables();
    w.set_name("w");
    w.add_shape(2);
    return run;
  }

  static v1::FullIterate IterateAt(int64_t k) {
    v1::FullIterate iterate;
    const auto number = static_cast<double>(k);
    iterate.set_iteration(k);
    iterate.set_value(100 - number);
    iterate.set_gradient_norm(1 / (1 + number));
    auto& values = *iterate.mutable_x()->mutable_values();
    values["x"].add_values(number);
    values["w"].add_shape(2);
    values["w"].add_values(number / 2);
    values["w"].add_values(-number);
    return iterate;
  }

  v1::IterateBatch BatchOf(int64_t from, int64_t to) const {
    v1::IterateBatch batch;
    batch.set_coordinates(3);
    for (int64_t k = from; k <= to; ++k) {
      const auto number = static_cast<double>(k);
      batch.add_iteration(k);
      batch.add_value(100 - number);
      if (!script_.loses_a_column) batch.add_best_value(100 - number);
      batch.add_gradient_norm(1 / (1 + number));
      batch.add_gradient_max(1 / (1 + number));
      batch.add_step_norm(k == 0 ? 0 : 1.5);
      batch.add_learning_rate(k == 0 ? 0 : 0.1);
      batch.add_value_evaluations(k + 1);
      batch.add_gradient_evaluations(k + 1);
      batch.add_flags(1);
      for (const double x : {number, number / 2, -number}) batch.add_x(x);
    }
    return batch;
  }

  /// Writes one message unless this connection has had its share; whether it was written.
  static bool Send(grpc::ServerWriter<v1::WatchRunResponse>& writer, int& left,
                   v1::RunUpdate update, int64_t next, bool last = false) {
    if (left-- == 0) return false;
    v1::WatchRunResponse response;
    *response.mutable_update() = std::move(update);
    response.mutable_update()->set_next_iteration(next);
    response.mutable_update()->set_last(last);
    return writer.Write(response);
  }

  grpc::Status Cut() const {
    if (script_.cut_with_ok) return grpc::Status::OK;
    return {grpc::StatusCode::UNAVAILABLE, "cut"};
  }

  void AwaitCancel(grpc::ServerContext& context) {
    std::unique_lock lock(mutex_);
    while (!cancelled_ && !context.IsCancelled()) {
      changed_.wait_for(lock, std::chrono::milliseconds(10));
    }
  }

  grpc::Status Stream(grpc::ServerContext& context, const v1::WatchRunRequest& request,
                      grpc::ServerWriter<v1::WatchRunResponse>& writer) {
    int left = -1;  // messages this connection may have; below zero: any number
    {
      const std::lock_guard lock(mutex_);
      if (watches_.size() < script_.cut_after.size()) left = script_.cut_after[watches_.size()];
      watches_.push_back(request);
    }
    if (request.name() != "runs/a") return {grpc::StatusCode::NOT_FOUND, "no such run"};

    v1::RunUpdate snapshot;
    *snapshot.mutable_run() = RunningRun();
    if (!Send(writer, left, snapshot, request.from_iteration())) return Cut();
    if (script_.silent) {
      AwaitCancel(context);
      return Cut();
    }
    int64_t next = std::max<int64_t>(request.from_iteration() - script_.repeats, 0);
    while (next <= script_.iterations) {
      const int64_t to = std::min(next + script_.batch - 1, script_.iterations);
      v1::RunUpdate update;
      *update.mutable_iterates() = BatchOf(next, to);
      for (int64_t k = next; k <= to && script_.event_every > 0; ++k) {
        if (k % script_.event_every != 0) continue;
        v1::RunEvent& event = *update.add_events();
        event.set_iteration(k);
        event.set_code("restart");
        event.set_text("for the test");
      }
      next = to + 1;
      if (!Send(writer, left, std::move(update), next)) return Cut();
    }
    if (script_.waits_for_cancel) AwaitCancel(context);
    v1::RunUpdate end;
    *end.mutable_run() = FinishedRun();
    if (script_.leaves_out_points) {
      end.mutable_run()->mutable_best()->clear_x();
      end.mutable_run()->mutable_last()->clear_x();
    }
    return Send(writer, left, std::move(end), next, /*last=*/true) ? grpc::Status::OK : Cut();
  }

  const Script script_;
  std::atomic<int> failed_cancels_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<v1::CreateRunRequest> creates_;  // under mutex_
  std::vector<v1::WatchRunRequest> watches_;   // likewise
  std::vector<v1::ChangeRunRequest> changes_;
  std::vector<v1::ForkRunRequest> forks_;
  std::vector<v1::ResumeRunRequest> resumes_;
  bool cancelled_ = false;  // likewise
  Service service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace thalweg::testing
