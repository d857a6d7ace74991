#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/runs/watcher.h"

namespace thalweg::rpc {

/// Where a watch is written to: gRPC in the server, a list in tests. Called by the pump alone.
class UpdateWriter {
 public:
  virtual ~UpdateWriter() = default;
  /// The message to fill, of the type that the feed knows; it must not be touched between Write and
  /// WatchStream::Written.
  virtual google::protobuf::Message& Message() = 0;
  /// Begins to send the message. WatchStream::Written follows, from any thread.
  virtual void Write() = 0;
  /// Frees the memory of the message, for a stream that has nothing to say for now.
  virtual void Release() = 0;
  /// Nothing follows; the stream does not touch the writer again.
  virtual void End(const absl::Status& status) = 0;
};

/// What a watch sends, message by message: of one run, or of a study.
class Feed {
 public:
  /// What became of a call of Next.
  struct Fed {
    bool filled = false;   ///< The writer's message is ready to be sent.
    bool last = false;     ///< Nothing follows it.
    int64_t iterates = 0;  ///< That it brings.
    int64_t skipped = 0;   ///< That it says were passed over.
    std::optional<runs::SteadyTime> not_before = std::nullopt;  ///< As WatchStep's.
  };

  virtual ~Feed() = default;
  /// Fills the message where there is something to say; else the wake-up call will come.
  virtual absl::StatusOr<Fed> Next(runs::SteadyTime now, UpdateWriter& writer) = 0;
  virtual void FillHeartbeat(UpdateWriter& writer) const = 0;
  /// For a client whose stream ends before its time: "from_iteration = 7".
  virtual std::string WhereToResume() const = 0;
};

}  // namespace thalweg::rpc
