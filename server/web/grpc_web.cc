#include "server/web/grpc_web.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace thalweg::web {
namespace {

constexpr char kTrailersFlag = '\x80';
constexpr char kDetails[] = "grpc-status-details-bin";

/// Fields of HTTP and of browsers, which mean nothing to a service.
constexpr std::array kNotMetadata = {"cache-control",
                                     "connection",
                                     "content-encoding",
                                     "content-length",
                                     "content-type",
                                     "cookie",
                                     "date",
                                     "dnt",
                                     "expect",
                                     "forwarded",
                                     "host",
                                     "keep-alive",
                                     "origin",
                                     "pragma",
                                     "priority",
                                     "referer",
                                     "te",
                                     "trailer",
                                     "upgrade",
                                     "upgrade-insecure-requests",
                                     "user-agent",
                                     "transfer-encoding",
                                     "via",
                                     "x-grpc-web"};
constexpr std::array kNotMetadataPrefixes = {"accept", "access-control-", "grpc-", "if-", "proxy-",
                                             "sec-",   "x-forwarded-"};

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
}

bool IsMetadata(const std::string& name) {
  return std::none_of(kNotMetadata.begin(), kNotMetadata.end(),
                      [&](const char* other) { return name == other; }) &&
         std::none_of(kNotMetadataPrefixes.begin(), kNotMetadataPrefixes.end(),
                      [&](const char* prefix) { return absl::StartsWith(name, prefix); });
}

bool IsLegalName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

bool IsPrintable(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void AppendPrefix(char flags, size_t length, std::string& out) {
  out += flags;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift & 0xFF);
}

/// Percent-encoded as gRPC does: all but printable ASCII, and '%' itself.
void AppendEncoded(const std::string& text, std::string& out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

void AppendLine(const std::string& name, const std::string& value, std::string& out) {
  out += name;
  out += ": ";
  out += absl::EndsWith(name, "-bin") ? absl::Base64Escape(value) : value;
  out += "\r\n";
}

}  // namespace

bool IsRpcPath(std::string_view path) {
  const size_t slash = path.find('/', 1);
  if (path.empty() || path[0] != '/' || slash == std::string_view::npos) return false;
  const std::string_view method = path.substr(slash + 1);
  std::string_view rest = path.substr(1, slash - 1);  // "package.Service"
  const size_t first_dot = rest.find('.');
  for (size_t dot = first_dot; dot != std::string_view::npos; dot = rest.find('.')) {
    if (!IsWord(rest.substr(0, dot))) return false;
    rest.remove_prefix(dot + 1);
  }
  return first_dot != std::string_view::npos && IsWord(rest) && IsWord(method);
}

bool IsGrpcWebType(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const std::string_view bare = type.substr(0, type.find_last_not_of(" \t") + 1);
  return SameName(bare, "application/grpc-web") || SameName(bare, kGrpcWebType);
}

absl::StatusOr<std::string_view> OnlyMessage(std::string_view body) {
  if (body.size() < kFramePrefix) {
    return absl::InvalidArgumentError(absl::StrCat(
        "request body: ", body.size(), " bytes; a gRPC-Web frame has at least 5 (flags, length)"));
  }
  if (body[0] == 1) {
    return absl::UnimplementedError("request body: compressed messages are not supported");
  }
  if (body[0] != 0) {
    return absl::InvalidArgumentError(absl::StrCat("request body: frame with flags ",
                                                   static_cast<unsigned char>(body[0]),
                                                   "; 0 is allowed, a message"));
  }
  size_t length = 0;
  for (size_t i = 1; i < kFramePrefix; ++i)
    length = length << 8 | static_cast<unsigned char>(body[i]);
  const size_t there = body.size() - kFramePrefix;
  if (length > there) {
    return absl::InvalidArgumentError(
        absl::StrCat("request body: frame of ", length, " bytes, of which ", there, " came"));
  }
  if (length < there) {
    return absl::UnimplementedError(absl::StrCat(
        "request body: ", there - length,
        " bytes behind the first message; only one is allowed: client streaming needs gRPC"));
  }
  return body.substr(kFramePrefix);
}

absl::StatusOr<std::optional<std::chrono::nanoseconds>> ParseTimeout(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr std::array<std::pair<char, int64_t>, 6> kUnits = {{{'H', 3'600'000'000'000},
                                                               {'M', 60'000'000'000},
                                                               {'S', 1'000'000'000},
                                                               {'m', 1'000'000},
                                                               {'u', 1'000},
                                                               {'n', 1}}};
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                 [&](const auto& each) { return each.first == text.back(); });
  const std::string digits(text.substr(0, text.size() - 1));
  int64_t number = 0;
  if (unit == kUnits.end() || digits.empty() || digits.size() > 8 ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(digits, &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("grpc-timeout: '", std::string(text),
                     "' is not 1 to 8 digits and one of H, M, S, m, u, n"));
  }
  // Beyond what a clock can hold there is no deadline.
  constexpr int64_t kLongest = std::chrono::nanoseconds(std::chrono::hours(24 * 365)).count();
  if (number > kLongest / unit->second) return std::nullopt;
  return std::chrono::nanoseconds(number * unit->second);
}

absl::StatusOr<Fields> MetadataOf(const Request& request) {
  Fields metadata;
  for (const auto& [field, value] : request.headers) {
    const std::string name = absl::AsciiStrToLower(std::string(field));
    if (!IsMetadata(name)) continue;
    std::string text(value);
    const bool binary = absl::EndsWith(name, "-bin");
    if (binary && !absl::Base64Unescape(std::string(value), &text)) {
      return absl::InvalidArgumentError(absl::StrCat("metadata '", name, "': not base64"));
    }
    if (!IsLegalName(name) || (!binary && !IsPrintable(text))) {
      return absl::InvalidArgumentError(
          absl::StrCat("metadata '", name,
                       "': names have letters, digits, '_', '-', '.'; values printable ASCII"));
    }
    metadata.emplace_back(name, std::move(text));
  }
  return metadata;
}

void AppendMetadata(const ReceivedMetadata& metadata, std::string& out) {
  for (const auto& [key, value] : metadata) {
    const std::string name(key.data(), key.size());
    if (absl::StartsWith(name, "grpc-") || name == "content-type") continue;
    AppendLine(name, std::string(value.data(), value.size()), out);
  }
}

void AppendMessage(const grpc::ByteBuffer& message, std::string& out) {
  AppendPrefix(0, message.Length(), out);
  std::vector<grpc::Slice> slices;
  if (!message.Dump(&slices).ok()) return;
  for (const grpc::Slice& slice : slices) {
    out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
}

void AppendTrailers(const grpc::Status& status, const ReceivedMetadata& trailing,
                    std::string& out) {
  std::string lines = absl::StrCat("grpc-status: ", status.error_code(), "\r\n");
  if (!status.error_message().empty()) {
    lines += "grpc-message: ";
    AppendEncoded(status.error_message(), lines);
    lines += "\r\n";
  }
  if (!status.error_details().empty()) AppendLine(kDetails, status.error_details(), lines);
  AppendMetadata(trailing, lines);
  AppendPrefix(kTrailersFlag, lines.size(), out);
  out += lines;
}

}  // namespace thalweg::web
