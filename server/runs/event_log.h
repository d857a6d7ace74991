#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/core/iterate.h"
#include "server/core/state.h"

namespace thalweg::runs {

/// Something that happened in a run and is worth a line: a restart, a change of settings.
struct RunEvent {
  int64_t iteration = 0;  ///< Of the iterate that it led to.
  std::string code;       ///< "restart": lower case, stable.
  std::string text;       ///< One sentence.

  friend bool operator==(const RunEvent&, const RunEvent&) = default;
};

/// The events of a run, in order. Of a long story the first and the last 64 are kept, and how many
/// there were in all: its size is bounded.
class EventLog {
 public:
  static constexpr size_t kKeptAtEachEnd = 64;

  /// Texts of more than 500 bytes are cut.
  void Add(int64_t iteration, const Note& note);

  const std::vector<RunEvent>& kept() const { return kept_; }
  int64_t count() const { return count_; }  ///< Of all there were.

  friend bool operator==(const EventLog&, const EventLog&) = default;

  /// Both ways; see State.
  void Remember(State& state);

 private:
  std::vector<RunEvent> kept_;
  int64_t count_ = 0;
};

}  // namespace thalweg::runs
