#include "server/rpc/self_probe.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace thalweg::rpc {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::string_view_literals;

// RFC 9113, section 3.4: the preface and an empty SETTINGS frame.
constexpr std::string_view kHttp2Hello = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"sv;
constexpr size_t kFrameHeaderBytes = 9;
constexpr size_t kFrameTypeAt = 3;
constexpr char kSettingsFrame = 4;

// RFC 5246, section 7.4.1.2: a ClientHello that offers TLS 1.2 with the suites, curves and
// signatures of every server of today, and ALPN "h2".
constexpr std::string_view kTlsHello =
    "\x16\x03\x01\x00\x68"                                      // a handshake record of 104 bytes
    "\x01\x00\x00\x64\x03\x03"                                  // ClientHello of 100 bytes, TLS 1.2
    "thalweg asks its own port if it"                           // random, 32 bytes with the next
    "!\x00"                                                     // no session
    "\x00\x0c\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8"  // ECDHE with AES-GCM, ChaCha20
    "\x01\x00"                                                  // no compression
    "\x00\x2f"                                                  // extensions, 47 bytes
    "\x00\x0a\x00\x08\x00\x06\x00\x1d\x00\x17\x00\x18"          // groups: X25519, P-256, P-384
    "\x00\x0b\x00\x02\x01\x00"                                  // points: uncompressed
    "\x00\x0d\x00\x10\x00\x0e\x04\x03\x05\x03\x06\x03\x08\x04\x08\x05\x04\x01\x05\x01"  // signatures
    "\x00\x10\x00\x05\x00\x03\x02h2"sv;                                                 // ALPN
constexpr char kHandshakeRecord = 0x16;
constexpr char kAlertRecord = 0x15;  // someone is there, if only with other suites

struct Descriptor {
  explicit Descriptor(int opened) : fd(opened) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int fd;
};

std::string Failed(std::string_view what) {
  return std::string(what) + ": " + std::strerror(errno);
}

/// Loopback where the address is "any".
sockaddr_storage Reachable(sockaddr_storage address) {
  if (address.ss_family == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else if (address.ss_family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) v6.sin6_addr = in6addr_loopback;
  }
  return address;
}

/// Waits for `events` of the socket; why not, where they do not come.
std::string Wait(int socket, short events, int stopper, Clock::time_point end) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return "no answer in time";
    pollfd ready[] = {{socket, events, 0}, {stopper, POLLIN, 0}};
    if (poll(ready, 2, static_cast<int>(left)) < 0) continue;  // a signal
    if (ready[1].revents != 0) return "stopped";
    if (ready[0].revents != 0) return "";
  }
}

bool IsAnswer(std::string_view bytes, bool tls) {
  if (tls) return !bytes.empty() && (bytes[0] == kHandshakeRecord || bytes[0] == kAlertRecord);
  return bytes.size() >= kFrameHeaderBytes && bytes[kFrameTypeAt] == kSettingsFrame;
}

}  // namespace

std::string WhyNotServed(const SelfProbeOptions& options, int stopper) {
  const auto end = Clock::now() + options.patience;
  const sockaddr_storage address = Reachable(options.address);
  const Descriptor socket(
      ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd < 0) return Failed("socket");
  if (connect(socket.fd, reinterpret_cast<const sockaddr*>(&address), options.address_size) != 0 &&
      errno != EINPROGRESS) {
    return Failed("connect");
  }
  if (std::string why = Wait(socket.fd, POLLOUT, stopper, end); !why.empty()) return why;
  const std::string_view hello = options.tls ? kTlsHello : kHttp2Hello;
  if (send(socket.fd, hello.data(), hello.size(), MSG_NOSIGNAL) < 0) return Failed("send");

  std::string answer;
  while (!IsAnswer(answer, options.tls)) {
    if (answer.size() >= kFrameHeaderBytes) return "the answer is not that of this server";
    if (std::string why = Wait(socket.fd, POLLIN, stopper, end); !why.empty()) return why;
    char bytes[64];
    const ssize_t got = recv(socket.fd, bytes, sizeof(bytes), 0);
    if (got == 0) return "closed at once";
    if (got < 0 && errno != EAGAIN && errno != EINTR) return Failed("recv");
    if (got > 0) answer.append(bytes, static_cast<size_t>(got));
  }
  return "";
}

SelfProbe::SelfProbe(EventSink& events, const SelfProbeOptions& options)
    : events_(events), options_(options), stopper_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { Work(); });
}

SelfProbe::~SelfProbe() {
  const uint64_t one = 1;
  while (write(stopper_, &one, sizeof(one)) < 0 && errno == EINTR) {
  }
  thread_.join();
  close(stopper_);
}

void SelfProbe::Work() {
  while (true) {
    const std::string why = WhyNotServed(options_, stopper_);
    pollfd stop{stopper_, POLLIN, 0};
    if (poll(&stop, 1, 0) > 0) return;  // an answer that came too late to matter
    events_.On(SelfProbed{why});
    if (poll(&stop, 1, static_cast<int>(options_.interval.count())) > 0) return;
  }
}

}  // namespace thalweg::rpc
