#pragma once

#include <functional>

#include "server/core/vector.h"

namespace thalweg {

/// Threads that help with one evaluation. What they compute must not depend on how many there are:
/// work is cut into pieces of fixed size, each with a result of its own, which are put together in
/// order afterwards.
class Hands {
 public:
  virtual ~Hands() = default;
  /// Calls work(0) ... work(count - 1), each once, on any threads and in any order; returns when
  /// all are done. `work` must not throw, nor use hands itself. Safe for concurrent use.
  virtual void Do(Index count, const std::function<void(Index)>& work) = 0;
};

}  // namespace thalweg
