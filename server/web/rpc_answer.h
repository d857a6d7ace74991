#pragma once

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "server/web/call.h"
#include "server/web/connection.h"

namespace thalweg::web {

/// The answer of one RPC on its way to a connection: what the call gives is sent in chunks, as much
/// of it at a time as has come, and the next is read when the client took the last. A client that
/// leaves ends the call at once, also where nothing is being sent. All of it runs on the strand.
class RpcAnswer final : public CallClient, public std::enable_shared_from_this<RpcAnswer> {
 public:
  /// Called once. `intact`: all was sent, and the connection can take another request.
  using Done = std::function<void(bool intact)>;

  /// `owner` keeps `connection` and `pipelined` alive; the latter takes what the client sends
  /// meanwhile, which belongs to later requests. `head` is the answer's status line and header
  /// without its last, empty line.
  RpcAnswer(std::shared_ptr<void> owner, Connection& connection,
            boost::beast::flat_buffer& pipelined, std::chrono::milliseconds write_timeout,
            std::string head, Done done);

  /// `start` makes the call, with this as its client.
  void Run(const std::function<std::shared_ptr<Call>(std::shared_ptr<CallClient>)>& start);

  void OnNews() override;

 private:
  using Error = boost::beast::error_code;

  void Send(Call::Output output);
  void OnSent(Error error);
  void Watch();
  void OnRead(Error error, size_t bytes);
  void End(bool intact);

  const std::shared_ptr<void> owner_;
  Connection& connection_;
  boost::beast::flat_buffer& pipelined_;
  const std::chrono::milliseconds write_timeout_;
  Done done_;
  std::shared_ptr<Call> call_;

  std::string head_;    // emptied when it is sent
  std::string before_;  // what is being sent: this, the frames, what is after
  std::string frames_;
  bool watching_ = false;
  bool writing_ = false;
  bool last_ = false;  // what is being sent is the last
  bool ended_ = false;
};

}  // namespace thalweg::web
