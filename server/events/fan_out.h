#pragma once

#include <utility>
#include <vector>

#include "server/events/events.h"

namespace thalweg {

/// Tells every event to several sinks, in the order given. The sinks outlive it.
class FanOut : public EventSink {
 public:
  explicit FanOut(std::vector<EventSink*> sinks) : sinks_(std::move(sinks)) {}

  void On(const RunCreated& event) override { Tell(event); }
  void On(const RunStarted& event) override { Tell(event); }
  void On(const RunFinished& event) override { Tell(event); }
  void On(const RunAdvanced& event) override { Tell(event); }
  void On(const RunDeleted& event) override { Tell(event); }
  void On(const RunCancelled& event) override { Tell(event); }
  void On(const RequestReplayed& event) override { Tell(event); }
  void On(const RunsCounted& event) override { Tell(event); }
  void On(const SliceFinished& event) override { Tell(event); }
  void On(const WorkersCounted& event) override { Tell(event); }
  void On(const CommitFinished& event) override { Tell(event); }
  void On(const StorageFailed& event) override { Tell(event); }
  void On(const StorageMeasured& event) override { Tell(event); }
  void On(const StorageBeat& event) override { Tell(event); }
  void On(const PendingCounted& event) override { Tell(event); }
  void On(const MemoryCounted& event) override { Tell(event); }
  void On(const FloatingPointReset& event) override { Tell(event); }
  void On(const RecoveryFinished& event) override { Tell(event); }
  void On(const StudyFinished& event) override { Tell(event); }
  void On(const StudiesCounted& event) override { Tell(event); }
  void On(const DatasetsCounted& event) override { Tell(event); }
  void On(const UploadFinished& event) override { Tell(event); }
  void On(const DatasetDamaged& event) override { Tell(event); }
  void On(const WatchOpened& event) override { Tell(event); }
  void On(const WatchClosed& event) override { Tell(event); }
  void On(const WatchSent& event) override { Tell(event); }
  void On(const ConnectionsCounted& event) override { Tell(event); }
  void On(const ConnectionRejected& event) override { Tell(event); }
  void On(const SelfProbed& event) override { Tell(event); }
  void On(const CallStarted& event) override { Tell(event); }
  void On(const CallMessageSent& event) override { Tell(event); }
  void On(const CallFinished& event) override { Tell(event); }
  void On(const ObjectiveCompiled& event) override { Tell(event); }
  void On(const MachineCodeMade& event) override { Tell(event); }
  void On(const AuthFailed& event) override { Tell(event); }
  void On(const QuotaRefused& event) override { Tell(event); }
  void On(const ServerReady& event) override { Tell(event); }
  void On(const LogLineWritten& event) override { Tell(event); }
  void On(const CertificateLoaded& event) override { Tell(event); }
  void On(const CertificateRefused& event) override { Tell(event); }

 private:
  template <typename Event>
  void Tell(const Event& event) {
    for (EventSink* sink : sinks_) sink->On(event);
  }

  const std::vector<EventSink*> sinks_;
};

}  // namespace thalweg
