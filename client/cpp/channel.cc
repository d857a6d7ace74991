#include "client/cpp/channel.h"

#include <charconv>
#include <cstdlib>
#include <initializer_list>

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "client/cpp/credentials.h"

namespace thalweg::client {
namespace {

constexpr char kDefaultPort[] = ":50051";
constexpr int kLargestAnswerBytes = 1 << 30;

Error BadAddress(const std::string& address, const std::string& why) {
  return {
      grpc::StatusCode::INVALID_ARGUMENT,
      "server address '" + address + "': " + why + "; allowed: host:port, such as localhost:50051",
      {},
      "INVALID_VALUE",
      {}};
}

bool IsPort(const std::string& text) {
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [at, failure] = std::from_chars(text.data(), end, port);
  return failure == std::errc() && at == end && port >= 1 && port <= 65535;
}

bool IsLoopback(const std::string& address) {
  for (const char* prefix : {"localhost:", "127.", "[::1]", "unix:"}) {
    if (address.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

}  // namespace

Result<std::string> ServerAddress(const std::string& given) {
  std::string address = given;
  if (address.empty()) {
    const char* const variable = std::getenv("THALWEG_SERVER");
    address = variable != nullptr && *variable != '\0' ? variable : kDefaultAddress;
  }
  for (const char* scheme : {"http://", "https://", "grpc://"}) {
    if (address.rfind(scheme, 0) == 0) return BadAddress(address, "is written without a scheme");
  }
  for (const char* own_form : {"dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:", "xds:"}) {
    if (address.rfind(own_form, 0) == 0) return address;
  }

  // The last colon begins the port, unless it is part of a bare or bracketed IPv6 address.
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || address.back() == ']') return address + kDefaultPort;
  if (address.front() != '[' && address.find(':') != colon) {
    return "[" + address + "]" + kDefaultPort;
  }
  if (!IsPort(address.substr(colon + 1))) return BadAddress(address, "the port is not 1 to 65535");
  return address;
}

// CANCELLED, where the client has not cancelled, is how gRPC's server ends a call that reaches it
// in the moment in which it shuts down.
std::string ServiceConfig() {
  struct Methods {
    std::string service;
    std::initializer_list<const char*> names;
  };
  static const Methods kIdempotent[] = {
      {"OptimizationService", {"CreateRun", "ForkRun", "GetRun", "ListRuns", "ListIterates"}},
      {"StudyService", {"CreateStudy", "GetStudy", "ListStudies"}},
      {"DatasetService", {"GetUpload", "GetDataset", "ListDatasets", "ReadDataset"}},
      {"ObjectiveService",
       {"CompileObjective", "EvaluateObjective", "CheckGradient", "SampleLandscape"}},
      {"CatalogService",
       {"ListOptimizers", "ListFunctions", "ListSchedules", "ListLineSearches", "ListStoppingRules",
        "ListLanguageFunctions", "GetServerInfo"}},
  };
  std::string names;
  for (const Methods& methods : kIdempotent) {
    for (const char* method : methods.names) {
      if (!names.empty()) names += ",";
      names +=
          R"({"service":"thalweg.v1.)" + methods.service + R"(","method":")" + method + R"("})";
    }
  }
  return R"({"methodConfig":[{"name":[)" + names +
         R"(],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.1s","maxBackoff":"1s",)"
         R"("backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE","CANCELLED"]}}],)"
         R"("retryThrottling":{"maxTokens":10,"tokenRatio":0.1}})";
}

Result<std::shared_ptr<grpc::Channel>> MakeChannel(const ConnectionOptions& given) {
  const ConnectionOptions options = WithEnvironment(given);
  const Result<std::string> address = ServerAddress(options.server);
  if (!address.ok()) return address.error();
  const auto credentials = CredentialsFrom(options);
  if (!credentials.ok()) return credentials.error();
  const bool loopback = IsLoopback(*address);
  if (const auto why = WhyNoToken(options, loopback)) return *why;

  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig());
  arguments.SetUserAgentPrefix("thalweg-cpp/0.1.0");
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!options.tls_server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls_server_name);
  }
  // A dead peer is noticed within 40 s even where no packet says so.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // A restarted server is found again within a second, not after gRPC's usual two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  // A run with millions of coordinates is larger than the 4 MiB that gRPC accepts by default.
  arguments.SetMaxReceiveMessageSize(kLargestAnswerBytes);
  // A proxy cannot reach this machine's loopback.
  if (loopback) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::experimental::CreateCustomChannelWithInterceptors(*address, *credentials, arguments,
                                                                 TokenFrom(options));
}

}  // namespace thalweg::client
