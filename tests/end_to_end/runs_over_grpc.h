#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "thalweg/v1/optimization_service.grpc.pb.h"

namespace thalweg::testing {

/// A client that speaks gRPC as any other does, with nothing of ours but the protos. Every failure
/// throws std::runtime_error.
class RunsOverGrpc {
 public:
  explicit RunsOverGrpc(const std::string& address)
      : stub_(v1::OptimizationService::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {}

  v1::OptimizationService::Stub& stub() { return *stub_; }

  std::string Create(const v1::Run& run, const std::string& request_id = "");
  v1::Run Get(const std::string& name);
  /// The run, once `done` says so.
  v1::Run WaitFor(const std::string& name, const std::function<bool(const v1::Run&)>& done);
  v1::Run WaitForEnd(const std::string& name);
  /// All iterates retained, as WatchRun gives them to a watcher that wants them all.
  v1::IterateBatch Trace(const std::string& name);
  /// The same by ListIterates, page by page.
  v1::IterateBatch ListedTrace(const std::string& name);

 private:
  std::unique_ptr<v1::OptimizationService::Stub> stub_;
};

/// Adam on the Rosenbrock function of `coordinates`, for exactly so many iterations.
v1::Run Rosenbrock(int64_t coordinates, int64_t iterations);

/// The columns of a trace as bytes, without the time that it took.
std::string Bits(v1::IterateBatch trace);

inline void Check(const grpc::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

inline void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
}

inline bool IsOver(const v1::Run& run) { return run.state() >= v1::RUN_STATE_FINISHED; }

inline std::string RunsOverGrpc::Create(const v1::Run& run, const std::string& request_id) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::CreateRunRequest request;
  *request.mutable_run() = run;
  request.set_request_id(request_id);
  v1::CreateRunResponse response;
  Check(stub_->CreateRun(&context, request, &response));
  return response.run().name();
}

inline v1::Run RunsOverGrpc::Get(const std::string& name) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetRunRequest request;
  request.set_name(name);
  v1::GetRunResponse response;
  Check(stub_->GetRun(&context, request, &response));
  return response.run();
}

inline v1::Run RunsOverGrpc::WaitFor(const std::string& name,
                                     const std::function<bool(const v1::Run&)>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (std::chrono::steady_clock::now() < end) {
    const v1::Run run = Get(name);
    if (done(run)) return run;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw std::runtime_error(name + " did not get there in time");
}

inline v1::Run RunsOverGrpc::WaitForEnd(const std::string& name) { return WaitFor(name, IsOver); }

inline v1::IterateBatch RunsOverGrpc::Trace(const std::string& name) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::WatchRunRequest request;
  request.set_name(name);
  const auto stream = stub_->WatchRun(&context, request);
  v1::IterateBatch trace;
  bool last = false;
  for (v1::WatchRunResponse message; stream->Read(&message);) {
    if (last) throw std::runtime_error("an update after the last");
    last = message.update().last();
    if (!message.update().has_iterates()) continue;
    trace.MergeFrom(message.update().iterates());  // which appends columns
  }
  Check(stream->Finish());
  if (!last) throw std::runtime_error("no last update");
  return trace;
}

inline v1::IterateBatch RunsOverGrpc::ListedTrace(const std::string& name) {
  v1::ListIteratesRequest request;
  request.set_name(name);
  request.set_page_size(10'000);
  v1::IterateBatch trace;
  do {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListIteratesResponse response;
    Check(stub_->ListIterates(&context, request, &response));
    trace.MergeFrom(response.iterates());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return trace;
}

inline v1::Run Rosenbrock(int64_t coordinates, int64_t iterations) {
  v1::Run run;
  run.mutable_objective()->set_function("rosenbrock");
  run.mutable_objective()->set_dimension(coordinates);
  run.mutable_optimizer()->set_kind("adam");
  v1::Part* stopping = run.add_stopping();
  stopping->set_kind("iterations");
  (*stopping->mutable_settings())["threshold"].set_number(static_cast<double>(iterations));
  run.set_seed(7);
  run.set_traced_coordinates(4);
  return run;
}

inline std::string Bits(v1::IterateBatch trace) {
  trace.clear_elapsed_seconds();
  return trace.SerializeAsString();
}

}  // namespace thalweg::testing
