#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "server/core/expression/code_maker.h"
#include "server/events/events.h"

namespace thalweg::runs {

struct BackgroundCompilerOptions {
  /// Operations an evaluator interprets before it asks: about a fifth of a millisecond's work, less
  /// than the two to ten that compiling takes.
  int64_t worthwhile = 200'000;
  /// Programs waiting for the compiler; those asked for beyond stay interpreted.
  size_t max_waiting = 1000;
};

/// Makes machine code on a thread of its own, so that neither calls nor runs ever wait for LLVM.
/// Programs with the same content share their code, which is freed with its last user. A program
/// that is too large, or that nobody wants any more when its turn comes, is not compiled.
class BackgroundCompiler final : public expression::CodeMaker {
 public:
  /// `events` outlives the compiler, which outlives everything it is lent to.
  explicit BackgroundCompiler(EventSink& events, const BackgroundCompilerOptions& options = {});
  ~BackgroundCompiler() override;

  int64_t worthwhile() const override { return options_.worthwhile; }
  std::shared_ptr<const expression::PendingCode> Request(std::shared_ptr<const void> owner,
                                                         const expression::Program& program,
                                                         expression::Points points) override;

 private:
  class Entry;
  struct Job {
    std::weak_ptr<Entry> entry;
    std::shared_ptr<const void> owner;  // of the program
    const expression::Program* program = nullptr;
    expression::Points points = expression::Points::kOne;
  };

  void Work();
  void Sweep();

  EventSink& events_;
  const BackgroundCompilerOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, std::weak_ptr<Entry>> entries_;  // by content
  size_t sweep_at_ = 64;                                           // entries
  std::deque<Job> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace thalweg::runs
