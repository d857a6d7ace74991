#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace thalweg::testing {

/// A TCP connection, under TLS or not, that says exactly what a test wants said.
class RawClient {
 public:
  /// `address`: "127.0.0.1:port". With a `context`, the server is asked for TLS at once; where that
  /// comes to nothing, everything else fails.
  explicit RawClient(const std::string& address, SSL_CTX* context = nullptr) {
    const size_t colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      close(socket_);
      throw std::runtime_error("cannot connect to " + address);
    }
    if (context == nullptr) return;
    ssl_.reset(SSL_new(context), SSL_free);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_set_fd(ssl_.get(), socket_);
    shaken_ = SSL_connect(ssl_.get()) == 1;
  }
  RawClient(RawClient&& from) noexcept
      : socket_(std::exchange(from.socket_, -1)),
        ssl_(std::move(from.ssl_)),
        shaken_(from.shaken_),
        read_(std::move(from.read_)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (socket_ >= 0) close(socket_);
  }

  /// False once the server has closed.
  bool Send(const std::string& text) {
    if (ssl_) {
      return shaken_ && SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
    }
    return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  bool shaken() const { return shaken_; }  ///< Whether the server and this one agreed on TLS.
  SSL* ssl() { return ssl_.get(); }
  void CloseWriting() { shutdown(socket_, SHUT_WR); }

  /// One answer: its header and as much body as its Content-Length says (none for `head_only`).
  /// What there was, if the connection closed before or nothing came in time.
  std::string ReadAnswer(bool head_only = false) {
    size_t end = std::string::npos;
    while ((end = read_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadSome()) return std::exchange(read_, "");
    }
    size_t length = end + 4;
    const std::string field = "Content-Length: ";
    if (const size_t at = read_.find(field); !head_only && at < end) {
      length += std::stoul(read_.substr(at + field.size()));
    }
    while (read_.size() < length && ReadSome()) {
    }
    std::string answer = read_.substr(0, length);
    read_.erase(0, length);
    return answer;
  }

  /// Appends what comes next; false when the server has closed or nothing came in time.
  bool Receive(std::string& to) {
    if (read_.empty() && !ReadSome()) return false;
    to += std::exchange(read_, "");
    return true;
  }
  /// Whether something is there to receive within `patience`.
  bool HasNews(std::chrono::milliseconds patience) const {
    pollfd readable{socket_, POLLIN, 0};
    return !read_.empty() || poll(&readable, 1, static_cast<int>(patience.count())) > 0;
  }
  /// Bytes that the kernel keeps for this client; before anything is received.
  void LimitBuffer(int bytes) { setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }

  /// Whether the server closes within `patience`; what it still sends is dropped.
  bool ClosesWithin(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    patience_ = patience;
    while (std::chrono::steady_clock::now() < end) {
      if (!ReadSome()) return closed_;
    }
    return closed_;
  }

 private:
  bool ReadSome() {
    pollfd readable{socket_, POLLIN, 0};
    const bool waiting = ssl_ && SSL_pending(ssl_.get()) > 0;
    if (!waiting && poll(&readable, 1, static_cast<int>(patience_.count())) <= 0) return false;
    char bytes[65536];
    const ssize_t count =
        ssl_ ? SSL_read(ssl_.get(), bytes, sizeof bytes) : recv(socket_, bytes, sizeof bytes, 0);
    closed_ = count <= 0;
    if (!closed_) read_.append(bytes, static_cast<size_t>(count));
    return !closed_;
  }

  int socket_ = -1;
  std::shared_ptr<SSL> ssl_;
  bool shaken_ = false;
  std::string read_;
  bool closed_ = false;
  std::chrono::milliseconds patience_{10'000};
};

}  // namespace thalweg::testing
