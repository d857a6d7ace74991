#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace thalweg::rpc {

/// Whose turn it is among the members 0 .. n-1: those who have asked, in the order of asking. Safe
/// for concurrent use.
class Turns {
 public:
  explicit Turns(size_t members) : waits_(members) {}

  /// One that waits already keeps its place.
  void Ask(size_t member);
  /// Takes the first of those who wait; none when nobody does.
  std::optional<size_t> Next();

 private:
  std::mutex mutex_;
  std::deque<size_t> queue_;
  std::vector<bool> waits_;  // by member
};

}  // namespace thalweg::rpc
