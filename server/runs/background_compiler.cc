#include "server/runs/background_compiler.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "server/core/expression/content.h"

namespace thalweg::runs {

using expression::NativeCode;

/// The code of one content, when there is some; evaluators hold it.
class BackgroundCompiler::Entry final : public expression::PendingCode {
 public:
  const NativeCode* Ready() const override { return ready_.load(std::memory_order_acquire); }

  void Set(std::shared_ptr<const NativeCode> code) {
    code_ = std::move(code);
    ready_.store(code_.get(), std::memory_order_release);
  }

 private:
  std::shared_ptr<const NativeCode> code_;
  std::atomic<const NativeCode*> ready_{nullptr};
};

BackgroundCompiler::BackgroundCompiler(EventSink& events, const BackgroundCompilerOptions& options)
    : events_(events), options_(options), thread_([this] { Work(); }) {}

BackgroundCompiler::~BackgroundCompiler() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::shared_ptr<const expression::PendingCode> BackgroundCompiler::Request(
    std::shared_ptr<const void> owner, const expression::Program& program,
    expression::Points points) {
  if (program.ops.size() > expression::kMostNativeOperations) return std::make_shared<Entry>();
  std::string content = expression::ContentOf(program);
  content += static_cast<char>(points);
  const std::lock_guard lock(mutex_);
  if (const auto known = entries_.find(content); known != entries_.end()) {
    if (auto entry = known->second.lock()) return entry;
  }
  auto entry = std::make_shared<Entry>();
  if (waiting_.size() >= options_.max_waiting || ending_) return entry;
  Sweep();
  entries_[std::move(content)] = entry;
  waiting_.push_back({entry, std::move(owner), &program, points});
  changed_.notify_one();
  return entry;
}

/// Forgets contents that nobody uses, now and then.
void BackgroundCompiler::Sweep() {
  if (entries_.size() < sweep_at_) return;
  std::erase_if(entries_, [](const auto& entry) { return entry.second.expired(); });
  sweep_at_ = std::max<size_t>(64, 2 * entries_.size());
}

void BackgroundCompiler::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    const Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (const auto entry = job.entry.lock()) {
      const auto began = std::chrono::steady_clock::now();
      auto code = expression::CompileNative(*job.program, job.points);
      events_.On(MachineCodeMade{code.ok(), std::chrono::steady_clock::now() - began});
      if (code.ok()) entry->Set(*std::move(code));
    }
    lock.lock();
  }
}

}  // namespace thalweg::runs
