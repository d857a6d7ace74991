#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/tls/identity.h"
#include "tests/support/certificates.h"

namespace thalweg::testing {

/// Remembers what is told of certificates.
class CertificateEvents final : public EventSink {
 public:
  void On(const CertificateLoaded& event) override {
    const std::lock_guard lock(mutex_);
    loaded_.push_back(event);
    changed_.notify_all();
  }
  void On(const CertificateRefused& event) override {
    const std::lock_guard lock(mutex_);
    refused_.push_back(event.why);
    changed_.notify_all();
  }
  /// Whether so many have been told of, in ten seconds.
  bool WaitForLoaded(size_t count) { return Wait(loaded_, count); }
  bool WaitForRefused(size_t count) { return Wait(refused_, count); }
  std::vector<CertificateLoaded> loaded() {
    const std::lock_guard lock(mutex_);
    return loaded_;
  }
  std::vector<std::string> refused() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  template <typename List>
  bool Wait(const List& list, size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return list.size() >= count; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CertificateLoaded> loaded_;
  std::vector<std::string> refused_;
};

/// A folder with an identity's files, signed by an authority of its own.
class TlsFiles {
 public:
  TlsFiles() {
    std::string name = ::testing::TempDir() + "/tls-XXXXXX";
    folder_ = mkdtemp(name.data());
    WritePem(folder_ + "/server", authority_.Issue());
    WriteText(folder_ + "/ca.crt", authority_.certificate());
  }
  ~TlsFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const Authority& authority() const { return authority_; }
  std::string operator/(const std::string& name) const { return folder_ + "/" + name; }
  tls::Files files(bool mutual = false) const {
    return {.certificate = *this / "server.crt",
            .key = *this / "server.key",
            .client_ca = mutual ? *this / "ca.crt" : ""};
  }
  /// Of the files as they are, looking often. `events` outlives it.
  std::unique_ptr<tls::Identity> Open(CertificateEvents& events, bool mutual = false) const {
    auto identity = tls::Identity::Open(
        {.files = files(mutual), .look_every = std::chrono::milliseconds(20)}, events);
    EXPECT_TRUE(identity.ok()) << identity.status();
    return *std::move(identity);
  }

 private:
  const Authority authority_;
  std::string folder_;
};

}  // namespace thalweg::testing
