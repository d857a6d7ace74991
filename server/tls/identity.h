#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "server/events/events.h"
#include "server/tls/material.h"

namespace thalweg::tls {

struct IdentityOptions {
  Files files;
  std::chrono::milliseconds look_every{5'000};  ///< At the files, for changes.
};

/// The certificate in force, and its key: as the files are, whenever they change. Safe to use from
/// many threads.
class Identity {
 public:
  /// Reads the files, or says which is wrong and why. `events` (CertificateLoaded at the start and
  /// at every change, CertificateRefused once for each that cannot be used) outlives it.
  static absl::StatusOr<std::unique_ptr<Identity>> Open(IdentityOptions options, EventSink& events);

  std::shared_ptr<const Material> Current() const;

  bool asks_clients() const { return !options_.files.client_ca.empty(); }

 private:
  Identity(IdentityOptions options, EventSink& events, std::shared_ptr<const Material> material);
  void Watch(const std::stop_token& stop);
  void Look();
  void Refuse(const absl::Status& status);

  const IdentityOptions options_;
  EventSink& events_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Material> current_;
  std::string told_;  // the watching thread's: why the files as they are are not in force
  std::condition_variable_any stopped_;
  std::jthread watcher_;  // last: it uses all of the above
};

}  // namespace thalweg::tls
