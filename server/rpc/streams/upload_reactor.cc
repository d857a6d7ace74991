#include "server/rpc/streams/upload_reactor.h"

#include <utility>

#include "server/core/violation.h"
#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {
namespace {

/// A stream without a deadline has this long: what it has sent would be forgotten by then.
constexpr std::chrono::hours kPatience{1};

std::chrono::steady_clock::time_point EndOf(const grpc::CallbackServerContext& context) {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  if (left > kPatience) return std::chrono::steady_clock::now() + kPatience;
  return std::chrono::steady_clock::now() + left;
}

}  // namespace

grpc::ServerReadReactor<v1::UploadDatasetRequest>* UploadReactor::Start(
    datasets::DatasetBook& book, const Surroundings& server, const Method& method,
    grpc::CallbackServerContext& context, v1::UploadDatasetResponse* response) {
  auto* const reactor = new UploadReactor(book, server, method, Enter(server, method, context),
                                          EndOf(context), response);
  if (const absl::Status& admission = reactor->record_.call().admission; !admission.ok()) {
    reactor->End(admission);
  } else {
    reactor->StartRead(&reactor->request_);
  }
  return reactor;
}

UploadReactor::UploadReactor(datasets::DatasetBook& book, const Surroundings& server,
                             const Method& method, CallContext context,
                             std::chrono::steady_clock::time_point deadline,
                             v1::UploadDatasetResponse* response)
    : book_(book),
      lanes_(server.lanes),
      record_(server.events, server.incidents, method, std::move(context)),
      viewer_{record_.call().caller.tenant, record_.call().caller.sees_all_tenants()},
      interruption_(deadline),
      response_(response) {}

void UploadReactor::OnReadDone(bool ok) {
  OnLane(ok ? &UploadReactor::Take : &UploadReactor::Keep);
}

// Nothing may touch the reactor after a successful Submit: it may be over by then.
void UploadReactor::OnLane(absl::Status (UploadReactor::*step)()) {
  const bool queued = lanes_[Lane::kWrite].Submit([this, step] {
    absl::Status status = interruption_.Check();
    if (status.ok()) {
      const auto done = Guarded<bool>([&]() -> absl::StatusOr<bool> {
        const CallScope scope(record_.call().tags);
        if (absl::Status result = (this->*step)(); !result.ok()) return result;
        return true;
      });
      status = done.status();
    }
    if (!status.ok() || kept_) return End(status);
    StartRead(&request_);
  });
  if (queued) return;
  // Forgetting waits for the disk, which gRPC's thread must not.
  lanes_[Lane::kWrite].SubmitAlways(
      [this] { End(absl::UnavailableError("too many calls are waiting; try again later")); });
}

absl::Status UploadReactor::Take() {
  if (upload_.empty()) {
    if (!request_.has_spec()) {
      return Refuse("spec", Reason::kMissingField, "is missing in the first message");
    }
    const auto spec = FromWire(request_.spec());
    if (!spec.ok()) return Under("spec", spec.status());
    const auto upload = book_.Start(viewer_, *spec);
    if (!upload.ok()) return upload.status();
    upload_ = upload->id;
    return absl::OkStatus();
  }
  if (request_.has_spec()) {
    return Refuse("spec", Reason::kInvalidValue, "comes again; only the first message has one");
  }
  const auto upload = book_.Write(viewer_, upload_, received_, request_.data(), std::nullopt);
  if (!upload.ok()) return upload.status();
  received_ = upload->received;
  return absl::OkStatus();
}

absl::Status UploadReactor::Keep() {
  if (upload_.empty()) {
    return Refuse("spec", Reason::kMissingField, "is missing: the stream had no message");
  }
  const auto kept = book_.Finish(viewer_, upload_, [this] { return interruption_.Check(); });
  if (!kept.ok()) return kept.status();
  ToWire(kept->dataset, DatasetView::kWhole, *response_->mutable_dataset());
  response_->set_existed(kept->existed);
  kept_ = true;
  return absl::OkStatus();
}

void UploadReactor::End(const absl::Status& status) {
  // After an error in its bytes it is forgotten already.
  if (!upload_.empty() && !kept_) book_.Cancel(viewer_, upload_).IgnoreError();
  Finish(record_.End(status));
}

}  // namespace thalweg::rpc
