#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/runs/watcher.h"

namespace thalweg::rpc {

/// Holds the message that a feed fills.
class MessageHolder {
 public:
  virtual ~MessageHolder() = default;
  /// The message, of the type that the feed knows; it is made, or used again, when it is asked for.
  virtual google::protobuf::Message& Message() = 0;
};

/// Where a watch is written to: gRPC in the server, a list in tests. Called by the pump alone. The
/// message must not be touched between Write and WatchStream::Written.
class UpdateWriter : public MessageHolder {
 public:
  /// Begins to send the message. WatchStream::Written follows, from any thread.
  virtual void Write() = 0;
  /// Frees the memory of the message, for a stream that has nothing to say for now.
  virtual void Release() = 0;
  /// Nothing follows; the stream does not touch the writer again.
  virtual void End(const absl::Status& status) = 0;
};

/// What a watch sends of its subject, message by message. Destroying it waits for a wake-up call
/// that is under way; none comes later.
class Feed {
 public:
  /// What became of a call of Next.
  struct Fed {
    bool filled = false;   ///< The message is ready to be sent.
    bool last = false;     ///< Nothing follows it.
    int64_t iterates = 0;  ///< That it brings.
    int64_t skipped = 0;   ///< That it says were passed over.
    std::optional<runs::SteadyTime> not_before = std::nullopt;  ///< As WatchStep's.
  };

  virtual ~Feed() = default;
  /// Fills the message where there is something to say; else the wake-up call will come.
  virtual absl::StatusOr<Fed> Next(runs::SteadyTime now, MessageHolder& out) = 0;
};

/// A feed that has a stream to itself.
class StreamFeed : public Feed {
 public:
  virtual void FillHeartbeat(MessageHolder& out) const = 0;
  /// For a client whose stream ends before its time: "from_iteration = 7".
  virtual std::string WhereToResume() const = 0;
};

/// A watch that has been opened.
struct OpenedWatch {
  std::string subject;  ///< The id of the run or study; empty for several.
  std::unique_ptr<StreamFeed> feed;
  runs::WatchMode mode = runs::WatchMode::kAll;
};

/// Opens a watch, or says why it cannot be had; reads from the disk. `wake` is what the feed has to
/// call when there is more.
using WatchOpener = std::function<absl::StatusOr<OpenedWatch>(std::function<void()> wake)>;

}  // namespace thalweg::rpc
