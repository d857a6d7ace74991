#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/web/support/raw_client.h"

namespace thalweg::testing {

/// A message as gRPC-Web frames it.
inline std::string Framed(const std::string& message, char flags = 0) {
  std::string frame(1, flags);
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>(message.size() >> shift & 0xFF);
  }
  return frame + message;
}

/// A POST as browsers send it; `headers` are lines that end in CR LF.
inline std::string Post(const std::string& path, const std::string& body,
                        const std::string& headers = "") {
  return absl::StrCat(
      "POST ", path, " HTTP/1.1\r\nHost: test:1\r\n",
      absl::StrContains(headers, "Content-Type") ? ""
                                                 : "Content-Type: application/grpc-web+proto\r\n",
      "X-Grpc-Web: 1\r\n", headers, "Content-Length: ", body.size(), "\r\n\r\n", body);
}

/// One frame of an answer.
struct Frame {
  bool trailers = false;
  std::string bytes;
};

/// The whole of an answer.
struct WebAnswer {
  std::string head = {};      ///< The status line and the header.
  std::string messages = {};  ///< One behind the other.
  int count = 0;              ///< Of the messages.
  std::string trailers = {};  ///< Lines that end in CR LF; empty where there were none.

  /// The value of a line of the trailers or of the header.
  static std::string LineOf(const std::string& lines, const std::string& name) {
    const size_t at = absl::StrCat("\r\n", lines).find(absl::StrCat("\r\n", name, ": "));
    if (at == std::string::npos) return "";
    const size_t begin = at + name.size() + 2;
    return lines.substr(begin, lines.find("\r\n", begin) - begin);
  }
  int status() const {
    int code = -1;
    return absl::SimpleAtoi(LineOf(trailers, "grpc-status"), &code) ? code : -1;
  }
  std::string message() const { return LineOf(trailers, "grpc-message"); }
};

/// A browser's side of gRPC-Web, on one connection.
class WebCaller {
 public:
  explicit WebCaller(const std::string& address, SSL_CTX* context = nullptr)
      : client_(address, context) {}

  RawClient& raw() { return client_; }

  void Send(const std::string& path, const std::string& message, const std::string& headers = "") {
    client_.Send(Post(path, Framed(message), headers));
  }

  /// The status line and the header of the answer that comes next.
  std::string Head() {
    size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!client_.Receive(received_)) return std::exchange(received_, "");
    }
    const std::string head = received_.substr(0, end + 4);
    received_.erase(0, end + 4);
    body_.clear();
    at_ = 0;
    chunked_ = absl::StrContains(head, "Transfer-Encoding: chunked");
    over_ = false;
    left_ = 0;
    absl::SimpleAtoi(WebAnswer::LineOf(head, "Content-Length"), &left_);
    return head;
  }

  /// The next frame; none at the end of the body, or when it breaks off.
  std::optional<Frame> Next() {
    while (body_.size() - at_ < 5 || body_.size() - at_ < 5 + Length()) {
      body_.erase(0, std::exchange(at_, 0));
      if (!MoreBody()) return std::nullopt;
    }
    Frame frame{(body_[at_] & 0x80) != 0, body_.substr(at_ + 5, Length())};
    at_ += 5 + frame.bytes.size();
    return frame;
  }

  /// All of an answer: `whole` tells whether its body came to its proper end.
  WebAnswer Finish(bool* whole = nullptr) {
    WebAnswer answer{.head = Head()};
    while (const auto frame = Next()) {
      if (frame->trailers) answer.trailers = frame->bytes;
      if (frame->trailers) continue;
      answer.messages += frame->bytes;
      ++answer.count;
    }
    if (whole != nullptr) *whole = over_ && at_ == body_.size();
    return answer;
  }
  WebAnswer Call(const std::string& path, const std::string& message,
                 const std::string& headers = "") {
    Send(path, message, headers);
    return Finish();
  }

 private:
  size_t Length() const {
    size_t length = 0;
    for (size_t i = 1; i < 5; ++i) {
      length = length << 8 | static_cast<unsigned char>(body_[at_ + i]);
    }
    return length;
  }

  bool MoreBody() {
    if (!chunked_) {
      if (left_ == 0) over_ = true;
      while (left_ > 0 && received_.empty()) {
        if (!client_.Receive(received_)) return false;
      }
      const size_t count = std::min(received_.size(), static_cast<size_t>(left_));
      body_ += received_.substr(0, count);
      received_.erase(0, count);
      left_ -= count;
      return count > 0;
    }
    if (over_) return false;
    size_t line = std::string::npos;
    while ((line = received_.find("\r\n")) == std::string::npos) {
      if (!client_.Receive(received_)) return false;
    }
    const size_t size = std::stoul(received_.substr(0, line), nullptr, 16);
    while (received_.size() < line + 2 + size + 2) {
      if (!client_.Receive(received_)) return false;
    }
    body_ += received_.substr(line + 2, size);
    received_.erase(0, line + 2 + size + 2);
    over_ = size == 0;
    return !over_;
  }

  RawClient client_;
  std::string received_;  // not yet understood
  std::string body_;      // handed out up to at_
  size_t at_ = 0;
  bool chunked_ = false;
  bool over_ = true;
  uint64_t left_ = 0;  // of a body with a length
};

}  // namespace thalweg::testing
