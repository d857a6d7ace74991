#pragma once

#include <string>

namespace thalweg {

/// What marks the log lines of one call, so that they are found together, and beside those of other
/// programs. All but the request's id may be empty.
struct CallTags {
  std::string request_id;
  std::string trace_id;  ///< W3C Trace Context: 32 hexadecimal digits.
  std::string span_id;   ///< The caller's span: 16.
  std::string tenant;
};

/// While it lives, its thread works for the call of these tags. Scopes may be nested; the innermost
/// counts.
///
///   const CallScope scope(tags);
///   events.On(RunCreated{...});   // whose line has the request's id
class CallScope {
 public:
  /// `tags` outlive the scope.
  explicit CallScope(const CallTags& tags) : before_(current_) { current_ = &tags; }
  ~CallScope() { current_ = before_; }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  /// Null where this thread works for no call.
  static const CallTags* Current() { return current_; }

 private:
  static inline thread_local const CallTags* current_ = nullptr;
  const CallTags* const before_;
};

}  // namespace thalweg
