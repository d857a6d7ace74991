#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "server/web/server.h"
#include "tests/support/tls_fixture.h"
#include "tests/web/support/scripted_service.h"
#include "tests/web/support/web_caller.h"

namespace thalweg::testing {

inline constexpr char kEcho[] = "/test.Service/Echo";
inline constexpr char kTell[] = "/test.Service/Tell";
inline constexpr char kIdle[] = "/test.Service/Idle";
inline constexpr char kFlood[] = "/test.Service/Flood";

/// Whether `condition` becomes true in time.
template <typename Condition>
bool Eventually(Condition condition,
                std::chrono::milliseconds patience = std::chrono::seconds(10)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

/// A web server before a service that does what a test wants.
class BridgeTest : public ::testing::Test {
 protected:
  BridgeTest() {
    options_.address = "127.0.0.1:0";
    bridge_.channel = service_.channel();
  }

  void StartServer() {
    web::Router router;
    router.Add("GET", "/healthz",
               [](const web::Request&) { return web::Response{.body = "ok\n"}; });
    auto server = web::Server::Start(options_, std::move(router), bridge_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  /// HTTPS from here on, for the server and its clients.
  void SpeakTls() {
    tls_files_ = std::make_unique<TlsFiles>();
    identity_ = tls_files_->Open(certificates_);
    options_.identity = identity_.get();
    client_context_ = ClientContext(tls_files_->authority().certificate());
  }

  RawClient Open() const { return RawClient(server_->address(), client_context_.get()); }
  WebCaller Connect() const { return WebCaller(server_->address(), client_context_.get()); }
  WebAnswer Call(const std::string& path, const std::string& message,
                 const std::string& headers = "") const {
    return Connect().Call(path, message, headers);
  }
  /// The answer to a request that is sent as it is.
  WebAnswer Say(const std::string& request) const {
    WebCaller caller = Connect();
    caller.raw().Send(request);
    return caller.Finish();
  }

  CertificateEvents certificates_;
  std::unique_ptr<TlsFiles> tls_files_;
  std::unique_ptr<tls::Identity> identity_;
  std::shared_ptr<SSL_CTX> client_context_;
  ScriptedService service_;
  web::ServerOptions options_;
  web::BridgeOptions bridge_;
  std::unique_ptr<web::Server> server_;
};

}  // namespace thalweg::testing
