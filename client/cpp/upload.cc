#include "client/cpp/upload.h"

#include <algorithm>
#include <istream>
#include <string>
#include <utility>

#include "client/cpp/call.h"
#include "client/cpp/crc32c.h"
#include "client/cpp/patience.h"

namespace thalweg::client {
namespace {

using Service = v1::DatasetService::StubInterface;

constexpr int64_t kPieceBytes = int64_t{1} << 20;
constexpr int kMostBeginnings = 5;
constexpr std::chrono::milliseconds kCancelTimeout{2'000};

/// One table on its way, across connections.
class Uploader {
 public:
  Uploader(Service& service, v1::UploadSpec spec, std::istream& bytes, const UploadOptions& options)
      : service_(service), spec_(std::move(spec)), bytes_(bytes), options_(options) {}

  Result<v1::FinishUploadResponse> ToTheEnd();

 private:
  /// From where the server is to the end.
  Result<v1::FinishUploadResponse> GoOn();
  /// Where the server is; begins where there is no upload.
  Result<v1::Upload> Stand();
  Result<v1::Upload> Send(int64_t offset);
  /// Whether the same may succeed later.
  bool MayPass(const Error& error);
  void Cancel();
  CallOptions Within(std::chrono::milliseconds timeout) const { return {timeout, options_.stop}; }

  Service& service_;
  const v1::UploadSpec spec_;
  std::istream& bytes_;
  const UploadOptions& options_;
  Patience patience_{options_.give_up_after, options_.stop};
  std::string name_;  // of the upload; empty: none yet, or forgotten
  int beginnings_ = 0;
  bool finishing_ = false;
};

Result<v1::FinishUploadResponse> Uploader::ToTheEnd() {
  while (true) {
    Result<v1::FinishUploadResponse> done = GoOn();
    if (done.ok()) return done;
    const grpc::Status loss(grpc::StatusCode::UNAVAILABLE, done.error().message);
    if (!MayPass(done.error()) || patience_.AfterLoss(loss, options_.on_lost)) {
      Cancel();
      return done;
    }
  }
}

Result<v1::FinishUploadResponse> Uploader::GoOn() {
  finishing_ = false;
  Result<v1::Upload> upload = Stand();
  while (upload.ok() && upload->received() < spec_.size()) {
    if (options_.on_progress) options_.on_progress(upload->received(), spec_.size());
    upload = Send(upload->received());
    if (upload.ok()) patience_.Heard();
  }
  if (!upload.ok()) return upload.error();
  if (options_.on_progress) options_.on_progress(spec_.size(), spec_.size());
  finishing_ = true;
  v1::FinishUploadRequest request;
  request.set_name(name_);
  return Call<v1::FinishUploadResponse>(Within(options_.finish_timeout), service_,
                                        &Service::FinishUpload, request);
}

Result<v1::Upload> Uploader::Stand() {
  if (name_.empty()) {
    v1::StartUploadRequest request;
    *request.mutable_spec() = spec_;
    auto started = Call<v1::StartUploadResponse>(Within(options_.piece_timeout), service_,
                                                 &Service::StartUpload, request);
    if (!started.ok()) return started.error();
    name_ = started->upload().name();
    ++beginnings_;
    return std::move(*started->mutable_upload());
  }
  v1::GetUploadRequest request;
  request.set_name(name_);
  auto known = Call<v1::GetUploadResponse>(Within(options_.piece_timeout), service_,
                                           &Service::GetUpload, request);
  if (!known.ok()) return known.error();
  return std::move(*known->mutable_upload());
}

Result<v1::Upload> Uploader::Send(int64_t offset) {
  v1::WriteUploadRequest request;
  request.set_name(name_);
  request.set_offset(offset);
  std::string& data = *request.mutable_data();
  data.resize(static_cast<size_t>(std::min(kPieceBytes, spec_.size() - offset)));
  bytes_.clear();
  bytes_.seekg(offset);
  bytes_.read(data.data(), static_cast<std::streamsize>(data.size()));
  if (bytes_.gcount() != static_cast<std::streamsize>(data.size())) {
    return Error{grpc::StatusCode::FAILED_PRECONDITION,
                 "the table became shorter while it was uploaded",
                 {},
                 {},
                 {}};
  }
  request.set_crc32c(Crc32c(data));
  auto written = Call<v1::WriteUploadResponse>(Within(options_.piece_timeout), service_,
                                               &Service::WriteUpload, request);
  if (!written.ok()) return written.error();
  return std::move(*written->mutable_upload());
}

bool Uploader::MayPass(const Error& error) {
  if (options_.stop.stop_requested()) return false;
  switch (error.code) {
    case grpc::StatusCode::UNAVAILABLE:
      return beginnings_ > 0;                  // a server that was never reached may not be there
    case grpc::StatusCode::DATA_LOSS:          // a piece arrived damaged
    case grpc::StatusCode::DEADLINE_EXCEEDED:  // a piece was too slow; the end would be again
      return !finishing_;
    case grpc::StatusCode::FAILED_PRECONDITION:  // an end that was cut off goes on over there
      return error.reason == "INVALID_STATE";
    case grpc::StatusCode::NOT_FOUND:  // the server was restarted, or finished and could not say so
      return !std::exchange(name_, {}).empty() && beginnings_ < kMostBeginnings;
    default:
      return false;
  }
}

void Uploader::Cancel() {
  if (name_.empty()) return;
  v1::CancelUploadRequest request;
  request.set_name(name_);
  // As well as may be: the server forgets it by itself after a while.
  (void)Call<v1::CancelUploadResponse>({kCancelTimeout, {}}, service_, &Service::CancelUpload,
                                       request);
}

}  // namespace

Result<v1::FinishUploadResponse> Upload(Service& service, v1::UploadSpec spec, std::istream& bytes,
                                        const UploadOptions& options) {
  bytes.seekg(0, std::ios::end);
  const std::streamoff size = bytes.tellg();
  if (size < 0) {
    return Error{grpc::StatusCode::INVALID_ARGUMENT, "the table cannot be read twice", {}, {}, {}};
  }
  spec.set_size(size);
  return Uploader(service, std::move(spec), bytes, options).ToTheEnd();
}

}  // namespace thalweg::client
