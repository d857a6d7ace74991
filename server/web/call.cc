#include "server/web/call.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "server/web/grpc_web.h"

namespace thalweg::web {
namespace {

/// The message as gRPC takes it: the bytes stay where they are, and last as long as any reader,
/// which may be the service after the call is over.
grpc::ByteBuffer MessageOf(std::string body, size_t offset) {
  auto* const owned = new std::string(std::move(body));
  const grpc::Slice slice(
      owned->data() + offset, owned->size() - offset,
      [](void* bytes) { delete static_cast<std::string*>(bytes); }, owned);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

void CallCount::Add() {
  const std::lock_guard lock(mutex_);
  ++calls_;
}

void CallCount::Remove() {
  const std::lock_guard lock(mutex_);
  if (--calls_ == 0) none_.notify_all();
}

void CallCount::WaitForNone() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [this] { return calls_ == 0; });
}

Call::Call(CallRequest request, const Executor& executor, std::shared_ptr<CallClient> client,
           CallCount& count)
    : message_(MessageOf(std::move(request.body), request.offset)),
      count_(count),
      work_(executor),
      client_(std::move(client)) {
  for (const auto& [name, value] : request.metadata) context_.AddMetadata(name, value);
  if (request.timeout) {
    context_.set_deadline(std::chrono::system_clock::now() +
                          std::chrono::duration_cast<std::chrono::microseconds>(*request.timeout));
  }
}

std::shared_ptr<Call> Call::Start(grpc::GenericStub& stub, CallRequest request,
                                  const Executor& executor, std::shared_ptr<CallClient> client,
                                  CallCount& count) {
  count.Add();
  const std::string method = std::move(request.method);
  std::shared_ptr<Call> call(new Call(std::move(request), executor, std::move(client), count));
  call->self_ = call;
  stub.PrepareBidiStreamingCall(&call->context_, method, {}, call.get());
  call->AddHold();  // reads are also begun by Take
  call->StartWriteLast(&call->message_, grpc::WriteOptions());
  call->StartRead(&call->response_);
  call->StartCall();
  return call;
}

Call::Output Call::Take() {
  std::unique_lock lock(mutex_);
  if (!began_) {
    awaited_ = true;
    return {};
  }
  Output taken = std::exchange(output_, {});
  taken.began = true;
  being_sent_ = taken.frames.size();
  awaited_ = taken.frames.empty() && !taken.over;
  const bool read = !reading_ && !read_all_ && being_sent_ < kEnough;
  if (read) reading_ = true;
  lock.unlock();
  if (read) StartRead(&response_);
  return taken;
}

void Call::Cancel() {
  context_.TryCancel();
  std::unique_lock lock(mutex_);
  cancelled_ = true;
  output_.frames.clear();
  if (reading_ || read_all_) return;
  reading_ = true;
  lock.unlock();
  StartRead(&response_);
}

void Call::OnReadInitialMetadataDone(bool ok) {
  const std::lock_guard lock(mutex_);
  if (ok) AppendMetadata(context_.GetServerInitialMetadata(), output_.head);
  began_ = true;
  Announce();
}

void Call::OnReadDone(bool ok) {
  std::unique_lock lock(mutex_);
  reading_ = false;
  if (!ok) {
    read_all_ = true;
    lock.unlock();
    return RemoveHold();
  }
  if (!cancelled_) AppendMessage(response_, output_.frames);
  response_.Clear();
  // After a cancellation until there is no more: the hold ends with the read that fails.
  reading_ = cancelled_ || output_.frames.size() + being_sent_ < kEnough;
  const bool read = reading_;
  Announce();
  lock.unlock();
  if (read) StartRead(&response_);
}

void Call::OnDone(const grpc::Status& status) {
  CallCount& count = count_;
  {
    const std::shared_ptr<Call> self = std::move(self_);
    const std::lock_guard lock(mutex_);
    AppendTrailers(status, context_.GetServerTrailingMetadata(), output_.frames);
    began_ = true;
    output_.over = true;
    // Whatever the server's thread lets go of last, it is there that it ends, not here.
    boost::asio::post(work_.get_executor(), [self, client = std::move(client_)] {
      client->OnNews();
      self->work_.reset();
    });
  }
  count.Remove();
}

void Call::Announce() {
  if (!began_ || !std::exchange(awaited_, false)) return;
  boost::asio::post(work_.get_executor(), [client = client_] { client->OnNews(); });
}

}  // namespace thalweg::web
