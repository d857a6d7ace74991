#pragma once

// A running server and a client's ways with it, for measurements of the whole service.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/child_process.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"

namespace thalweg::bench {

using Clock = std::chrono::steady_clock;
using Stub = v1::OptimizationService::Stub;

constexpr int64_t kMillion = 1'000'000;
constexpr char kRosenbrock[] = "(1-x)**2 + 100*(y-x**2)**2";

inline double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double Quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1))];
}

/// The server under measurement, with a fresh data directory under build/.
class Server {
 public:
  Server() : data_(std::filesystem::absolute("build/bench-data")), child_(Command()) {
    const std::string line = child_.WaitForLine("thalwegd ready");
    const auto behind = [&line](const char* name) {
      const size_t at = line.find(name) + std::string(name).size();
      return line.substr(at, line.find(' ', at) - at);
    };
    http_address_ = behind("http=");
    std::string address = behind("grpc=");
    address = "localhost:" + address.substr(address.rfind(':') + 1);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    address_ = address;
    stub_ = v1::OptimizationService::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  Stub& stub() { return *stub_; }
  const std::string& http_address() const { return http_address_; }
  double ResidentMib() const { return child_.ResidentMib(); }

  /// Another connection of its own, as another client would have.
  std::unique_ptr<Stub> NewConnection() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::OptimizationService::NewStub(
        grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
  }

 private:
  std::vector<std::string> Command() const {
    std::filesystem::remove_all(data_);
    return {std::string(THALWEG_BINARY_DIR) + "/thalwegd",
            "--grpc-address",
            "127.0.0.1:0",
            "--http-address",
            "127.0.0.1:0",
            "--data-dir",
            data_.string()};
  }

  std::filesystem::path data_;
  ChildProcess child_;
  std::string address_;
  std::string http_address_;
  std::unique_ptr<Stub> stub_;
};

inline v1::Run AdamRun(int64_t iterations) {
  v1::Run run;
  run.mutable_objective()->set_expression(kRosenbrock);
  (*run.mutable_start()->mutable_values())["x"].add_values(-1.2);
  (*run.mutable_start()->mutable_values())["y"].add_values(1);
  run.mutable_optimizer()->set_kind("adam");
  (*run.mutable_optimizer()->mutable_settings())["learning_rate"].set_number(1e-4);
  v1::Part* stop = run.add_stopping();
  stop->set_kind("iterations");
  (*stop->mutable_settings())["threshold"].set_number(static_cast<double>(iterations));
  return run;
}

inline std::string Create(Stub& stub, const v1::Run& run) {
  grpc::ClientContext context;
  v1::CreateRunRequest request;
  v1::CreateRunResponse response;
  *request.mutable_run() = run;
  const grpc::Status status = stub.CreateRun(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("CreateRun: " + status.error_message());
  return response.run().name();
}

struct Received {
  int64_t iterates = 0;
  int64_t messages = 0;
  int64_t bytes = 0;
  int64_t gaps = 0;
};

/// Reads a run's stream to its end.
inline Received Watch(Stub& stub, const std::string& name, v1::WatchMode mode) {
  grpc::ClientContext context;
  v1::WatchRunRequest request;
  request.set_name(name);
  request.set_mode(mode);
  const auto reader = stub.WatchRun(&context, request);
  Received received;
  v1::WatchRunResponse response;
  while (reader->Read(&response)) {
    received.iterates += response.update().iterates().iteration_size();
    received.gaps += response.update().has_gap() ? 1 : 0;
    received.bytes += static_cast<int64_t>(response.ByteSizeLong());
    ++received.messages;
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) throw std::runtime_error("WatchRun: " + status.error_message());
  return received;
}

}  // namespace thalweg::bench
