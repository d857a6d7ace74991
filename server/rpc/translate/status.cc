#include "server/rpc/translate/status.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/core/violation.h"
#include "server/events/call_scope.h"
#include "server/rpc/request_id.h"

namespace thalweg::rpc {
namespace {

constexpr char kDomain[] = "thalweg";
constexpr size_t kMostMessageBytes = 2048;
constexpr size_t kMostMetadataBytes = 6 * 1024;
constexpr size_t kMostFieldBytes = 512;  // of one violation's path
constexpr double kRetryAfterSeconds = 1;

/// Length of the UTF-8 character that begins at `text[i]`, or 0 where there is none.
size_t CharacterLength(std::string_view text, size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const size_t length = lead < 0x80    ? 1
                        : lead >= 0xF0 ? 4
                        : lead >= 0xE0 ? 3
                        : lead >= 0xC2 ? 2
                                       : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (size_t k = 1; k < length; ++k) {
    if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

/// Bytes that a character takes in `grpc-message`: gRPC writes all but plain ASCII as %XX.
size_t EncodedLength(std::string_view character) {
  const char c = character.front();
  return character.size() == 1 && absl::ascii_isprint(static_cast<unsigned char>(c)) && c != '%'
             ? 1
             : 3 * character.size();
}

/// `text` as valid UTF-8, cut where it would take more than `most` bytes in `grpc-message`.
std::string Fitted(std::string_view text, size_t most) {
  constexpr std::string_view kCut = " ...";
  std::string fitted;
  size_t used = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterLength(text, i);
    const std::string_view character = length == 0 ? "?" : text.substr(i, length);
    used += EncodedLength(character);
    if (used + kCut.size() > most) return fitted.append(kCut);
    fitted.append(character);
    i += std::max<size_t>(length, 1);
  }
  return fitted;
}

size_t EncodedLengthOf(std::string_view text) {
  size_t used = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = std::max<size_t>(CharacterLength(text, i), 1);
    used += EncodedLength(text.substr(i, length));
    i += length;
  }
  return used;
}

std::string_view CanonicalName(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled:
      return "CANCELLED";
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_VALUE";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case absl::StatusCode::kNotFound:
      return "RUN_NOT_FOUND";
    case absl::StatusCode::kAlreadyExists:
      return "REQUEST_ID_REUSED";
    case absl::StatusCode::kResourceExhausted:
      return "QUOTA_EXCEEDED";
    case absl::StatusCode::kFailedPrecondition:
      return "INVALID_STATE";
    case absl::StatusCode::kOutOfRange:
      return "ITERATION_OUT_OF_RANGE";
    case absl::StatusCode::kUnimplemented:
      return "UNIMPLEMENTED";
    case absl::StatusCode::kUnavailable:
      return "OVERLOADED";
    case absl::StatusCode::kDataLoss:
      return "DATA_CORRUPT";
    default:
      return "UNEXPECTED";
  }
}

/// What the callers see of our own mistakes.
struct Incident {
  std::string id;
  std::string message;
};

Incident Report(const absl::Status& status, const IncidentLog& incidents) {
  const CallTags* const tags = CallScope::Current();
  const std::string id = tags ? tags->request_id : MakeRequestId();
  if (incidents) incidents(absl::StrCat("incident ", id, ": ", status.ToString()));
  return {id, absl::StrCat("the server made a mistake; its log tells more under incident ", id)};
}

/// As many of `violations` as fit into `most` bytes, the first at least in part.
google::rpc::BadRequest BadRequestOf(const std::vector<Violation>& violations, size_t most) {
  google::rpc::BadRequest request;
  size_t used = 0;
  for (const Violation& violation : violations) {
    google::rpc::BadRequest::FieldViolation field;
    field.set_field(Fitted(violation.field, kMostFieldBytes));
    field.set_description(Fitted(violation.description, kMostMessageBytes));
    constexpr size_t kFraming = 4;  // tag and length inside the list
    size_t size = field.ByteSizeLong() + kFraming;
    if (used + size > most && request.field_violations_size() == 0) {
      const size_t rest = most - std::min(most, field.field().size() + 3 * kFraming);
      field.set_description(Fitted(violation.description, rest));
      size = field.ByteSizeLong() + kFraming;
    }
    if (used + size > most) break;
    used += size;
    *request.add_field_violations() = std::move(field);
  }
  return request;
}

google::rpc::RetryInfo RetryAfter(double seconds) {
  google::rpc::RetryInfo retry;
  const auto whole = static_cast<int64_t>(seconds);
  retry.mutable_retry_delay()->set_seconds(whole);
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>((seconds - static_cast<double>(whole)) * 1e9));
  return retry;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, const IncidentLog& incidents) {
  if (status.ok()) return grpc::Status::OK;
  const std::vector<Violation> violations = ViolationsOf(status);
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(std::string(violations.empty() ? CanonicalName(status.code())
                                                 : ReasonName(violations.front().reason)));
  absl::StatusCode code = status.code();
  std::string message = Fitted(std::string(status.message()), kMostMessageBytes);
  if (code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown) {
    const Incident incident = Report(status, incidents);
    code = absl::StatusCode::kInternal;
    message = incident.message;
    info.set_reason("UNEXPECTED");
    (*info.mutable_metadata())["incident_id"] = incident.id;
  }

  if (const CallTags* const tags = CallScope::Current()) {
    (*info.mutable_metadata())["request_id"] = tags->request_id;
  }
  const std::optional<QuotaLimit> quota = QuotaLimitOf(status);
  if (quota) {
    (*info.mutable_metadata())["quota"] = quota->quota;
    (*info.mutable_metadata())["limit"] = absl::StrCat(quota->limit);
  }

  google::rpc::Status details;
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  details.add_details()->PackFrom(info);
  if (code == absl::StatusCode::kUnavailable) {
    details.add_details()->PackFrom(RetryAfter(kRetryAfterSeconds));
  }
  if (quota) {
    google::rpc::QuotaFailure failure;
    auto& violation = *failure.add_violations();
    violation.set_subject(quota->subject.empty() ? "server" : "tenant:" + quota->subject);
    violation.set_description(message);
    details.add_details()->PackFrom(failure);
    if (quota->retry_seconds > 0) {
      details.add_details()->PackFrom(RetryAfter(quota->retry_seconds));
    }
  }
  if (code == absl::StatusCode::kInvalidArgument && !violations.empty()) {
    constexpr size_t kFraming = 64;  // the type's address, tags, lengths
    const size_t used = EncodedLengthOf(message) + details.ByteSizeLong() + kFraming;
    details.add_details()->PackFrom(
        BadRequestOf(violations, kMostMetadataBytes - std::min(used, kMostMetadataBytes)));
  }
  return grpc::Status(static_cast<grpc::StatusCode>(code), message, details.SerializeAsString());
}

std::string_view CodeName(grpc::StatusCode code) {
  constexpr std::string_view kNames[] = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  const auto index = static_cast<size_t>(code);
  return index < std::size(kNames) ? kNames[index] : "Unknown";
}

}  // namespace thalweg::rpc
