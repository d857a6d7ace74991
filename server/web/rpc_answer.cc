#include "server/web/rpc_answer.h"

#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::web {
namespace {

namespace asio = boost::asio;

/// Of later requests, so much is taken from the socket while an answer is under way. A client that
/// sends more is not seen leaving until something is sent to it.
constexpr size_t kMostPipelined = 16 << 10;

constexpr size_t kMostPerWrite = 256 << 10;

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunkEnd = "\r\n0\r\n\r\n";

asio::const_buffer Buffer(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RpcAnswer::RpcAnswer(std::shared_ptr<void> connection, boost::beast::tcp_stream& stream,
                     boost::beast::flat_buffer& pipelined, std::chrono::milliseconds write_timeout,
                     std::string head, Done done)
    : connection_(std::move(connection)),
      stream_(stream),
      pipelined_(pipelined),
      write_timeout_(write_timeout),
      done_(std::move(done)),
      head_(std::move(head)) {}

void RpcAnswer::Run(
    const std::function<std::shared_ptr<Call>(std::shared_ptr<CallClient>)>& start) {
  call_ = start(shared_from_this());
  Watch();
  OnNews();
}

void RpcAnswer::OnNews() {
  if (writing_ || ended_) return;
  Call::Output output = call_->Take();
  if (output.began && !(head_.empty() && output.frames.empty())) Send(std::move(output));
}

void RpcAnswer::Send(Call::Output output) {
  writing_ = true;
  last_ = output.over;
  frames_ = std::move(output.frames);
  before_.clear();
  if (!head_.empty()) before_ = absl::StrCat(std::exchange(head_, ""), output.head, "\r\n");
  std::string_view after;
  if (!frames_.empty()) {
    absl::StrAppend(&before_, absl::Hex(frames_.size()), "\r\n");
    after = last_ ? kLastChunkEnd : kChunkEnd;
  }
  const std::array buffers = {Buffer(before_), Buffer(frames_), Buffer(after)};

  stream_.expires_after(write_timeout_);
  const auto as_long_as_some_is_taken = [this](Error error, size_t) -> size_t {
    if (error) return 0;
    stream_.expires_after(write_timeout_);
    return kMostPerWrite;
  };
  asio::async_write(stream_, buffers, as_long_as_some_is_taken,
                    [self = shared_from_this()](Error error, size_t) { self->OnSent(error); });
}

void RpcAnswer::OnSent(Error error) {
  writing_ = false;
  std::string().swap(frames_);
  if (error || ended_) return End(/*intact=*/false);
  if (last_) return End(/*intact=*/true);
  OnNews();
}

void RpcAnswer::Watch() {
  stream_.socket().async_wait(asio::socket_base::wait_read,
                              [self = shared_from_this()](Error error) {
                                if (self->ended_) return;
                                if (error || !self->ClientIsThere()) return self->End(false);
                                if (self->pipelined_.size() < kMostPipelined) self->Watch();
                              });
}

/// That the socket is readable is no proof of anything: the news may be stale, or of bytes.
bool RpcAnswer::ClientIsThere() {
  const auto room = pipelined_.prepare(kMostPipelined - pipelined_.size());
  const ssize_t count =
      recv(stream_.socket().native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  if (count > 0) pipelined_.commit(static_cast<size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

void RpcAnswer::End(bool intact) {
  if (std::exchange(ended_, true)) return;
  if (intact) {
    Error ignored;
    stream_.socket().cancel(ignored);  // the watch
  } else {
    call_->Cancel();
  }
  call_.reset();
  std::exchange(done_, nullptr)(intact);
}

}  // namespace thalweg::web
