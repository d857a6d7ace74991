#include "server/web/rpc_answer.h"

#include <boost/asio/write.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::web {
namespace {

namespace asio = boost::asio;

/// Of later requests, so much is taken from the socket while an answer is under way. A client that
/// sends more is not seen leaving until something is sent to it.
constexpr size_t kMostPipelined = 16 << 10;
constexpr size_t kReadBytes = 512;  // kept for each stream

constexpr size_t kMostPerWrite = 256 << 10;

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunkEnd = "\r\n0\r\n\r\n";

asio::const_buffer Buffer(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RpcAnswer::RpcAnswer(std::shared_ptr<void> owner, Connection& connection,
                     boost::beast::flat_buffer& pipelined, std::chrono::milliseconds write_timeout,
                     std::string head, Done done)
    : owner_(std::move(owner)),
      connection_(connection),
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

  connection_.ExpireAfter(write_timeout_);
  const auto as_long_as_some_is_taken = [this](Error error, size_t) -> size_t {
    if (error) return 0;
    connection_.ExpireAfter(write_timeout_);
    return kMostPerWrite;
  };
  asio::async_write(connection_, buffers, as_long_as_some_is_taken,
                    [self = shared_from_this()](Error error, size_t) { self->OnSent(error); });
}

void RpcAnswer::OnSent(Error error) {
  writing_ = false;
  std::string().swap(frames_);
  connection_.ExpireNever();  // until there is something to send
  if (error || ended_) return End(/*intact=*/false);
  if (last_) return End(/*intact=*/true);
  OnNews();
}

/// Reads all the while, since that is how a client's leaving is told. Under TLS nothing less will
/// do: what is readable on the socket may be a record that is no data.
void RpcAnswer::Watch() {
  watching_ = true;
  connection_.ExpireNever();
  connection_.async_read_some(
      pipelined_.prepare(kReadBytes),
      [self = shared_from_this()](Error error, size_t bytes) { self->OnRead(error, bytes); });
}

void RpcAnswer::OnRead(Error error, size_t bytes) {
  watching_ = false;
  pipelined_.commit(bytes);
  if (ended_ && done_)
    return std::exchange(done_, nullptr)(!error || error == asio::error::operation_aborted);
  if (ended_) return;
  if (error) return End(/*intact=*/false);
  if (pipelined_.size() < kMostPipelined) Watch();
}

void RpcAnswer::End(bool intact) {
  if (std::exchange(ended_, true)) return;
  if (!intact) call_->Cancel();
  call_.reset();
  if (intact && watching_) return connection_.CancelRead();  // whose end is the answer's
  std::exchange(done_, nullptr)(intact);
}

}  // namespace thalweg::web
