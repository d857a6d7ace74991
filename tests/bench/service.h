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
#include "tests/support/certificates.h"
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

enum class Wire { kPlain, kTls };

/// The server under measurement, with a fresh data directory under build/.
class Server {
 public:
  explicit Server(Wire wire = Wire::kPlain)
      : data_(std::filesystem::absolute("build/bench-data")), child_(Command(wire)) {
    if (wire == Wire::kTls) {
      credentials_ = grpc::SslCredentials({.pem_root_certs = authority_.certificate(),
                                           .pem_private_key = "",
                                           .pem_cert_chain = ""});
      web_context_ = testing::ClientContext(authority_.certificate());
    }
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
        grpc::CreateCustomChannel(address, credentials_, arguments));
  }

  Stub& stub() { return *stub_; }
  const std::string& http_address() const { return http_address_; }
  double ResidentMib() const { return child_.ResidentMib(); }

  /// Another connection of its own, as another client would have.
  std::unique_ptr<Stub> NewConnection() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::OptimizationService::NewStub(
        grpc::CreateCustomChannel(address_, credentials_, arguments));
  }
  /// For HTTPS; null where there is none.
  SSL_CTX* web_context() const { return web_context_.get(); }

 private:
  std::vector<std::string> Command(Wire wire) const {
    std::filesystem::remove_all(data_);
    std::vector<std::string> command = {std::string(THALWEG_BINARY_DIR) + "/thalwegd",
                                        "--grpc-address",
                                        "127.0.0.1:0",
                                        "--http-address",
                                        "127.0.0.1:0",
                                        "--data-dir",
                                        data_.string()};
    if (wire == Wire::kPlain) return command;
    const std::string stem = data_.string() + "-tls";
    testing::WritePem(stem, authority_.Issue());
    command.push_back("--tls-certificate-file=" + stem + ".crt");
    command.push_back("--tls-key-file=" + stem + ".key");
    return command;
  }

  const testing::Authority authority_;
  std::filesystem::path data_;
  ChildProcess child_;
  std::string address_;
  std::string http_address_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_ = grpc::InsecureChannelCredentials();
  std::shared_ptr<SSL_CTX> web_context_;
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
