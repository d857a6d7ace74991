#include "server/runs/event_log.h"

namespace thalweg::runs {
namespace {

constexpr size_t kLongestCode = 64;   // bytes
constexpr size_t kLongestText = 500;  // bytes

// `text`, cut where a character begins.
std::string Cut(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most) + "...";
}

}  // namespace

void EventLog::Add(int64_t iteration, const Note& note) {
  kept_.push_back({iteration, Cut(note.code, kLongestCode), Cut(note.text, kLongestText)});
  ++count_;
  if (kept_.size() > 2 * kKeptAtEachEnd) kept_.erase(kept_.begin() + kKeptAtEachEnd);
}

void EventLog::Remember(State& state) {
  auto kept = static_cast<int64_t>(kept_.size());
  state.Keep("count", count_);
  state.Keep("kept", kept);
  if (kept < 0 || kept > static_cast<int64_t>(2 * kKeptAtEachEnd)) {
    state.Fail("more events than are ever kept");
    return;
  }
  kept_.resize(static_cast<size_t>(kept));
  for (RunEvent& event : kept_) {
    state.Keep("iteration", event.iteration);
    state.Keep("code", event.code);
    state.Keep("text", event.text);
  }
}

}  // namespace thalweg::runs
