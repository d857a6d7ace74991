#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/string_ref.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/web/http.h"

// The wire format of gRPC-Web, binary: gRPC's PROTOCOL-WEB.md. A body is frames: one byte of flags
// (0x80: trailers), four of length, big-endian, then so many bytes.

namespace thalweg::web {

inline constexpr char kGrpcWebType[] = "application/grpc-web+proto";
inline constexpr size_t kFramePrefix = 5;  // bytes before a frame's own

using ReceivedMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

/// Whether a path is that of an RPC, known or not: "/package.Service/Method".
bool IsRpcPath(std::string_view path);

/// Whether bodies of this content type are gRPC-Web's, binary.
bool IsGrpcWebType(std::string_view content_type);

/// The one message of a request's body. INVALID_ARGUMENT where lengths lie, UNIMPLEMENTED for what
/// gRPC-Web knows and we do not: compression, several messages.
absl::StatusOr<std::string_view> OnlyMessage(std::string_view body);

/// The value of `grpc-timeout`: "150m". None where there is none.
absl::StatusOr<std::optional<std::chrono::nanoseconds>> ParseTimeout(std::string_view text);

/// What of a request's header are gRPC's metadata: neither HTTP's own fields nor what browsers add;
/// "-bin" values decoded. INVALID_ARGUMENT where gRPC would not take a name or a value.
absl::StatusOr<Fields> MetadataOf(const Request& request);

/// The server's metadata as lines of a header, "-bin" values encoded.
void AppendMetadata(const ReceivedMetadata& metadata, std::string& out);

/// One message as a frame.
void AppendMessage(const grpc::ByteBuffer& message, std::string& out);

/// The end of an answer as a frame.
void AppendTrailers(const grpc::Status& status, const ReceivedMetadata& trailing, std::string& out);

}  // namespace thalweg::web
