#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "server/core/violation.h"

namespace thalweg::expression {

/// A place in the formula, counted from one. Columns are bytes; outside comments a formula is
/// ASCII, so they are characters as well.
struct Position {
  int64_t line = 1;
  int64_t column = 1;
};
Position PositionOf(std::string_view text, size_t offset);

/// "line 1, column 14".
std::string PlaceOf(std::string_view text, size_t offset);

/// A piece of the formula for a message: white space squeezed, long pieces cut in the middle.
std::string Excerpt(std::string_view text, size_t begin, size_t end);

/// The errors found in one formula, in the order found, at most kMaxErrors.
class Complaints {
 public:
  explicit Complaints(std::string_view text) : text_(text) {}

  /// "line 1, column 14: <what>", then the source line and a caret under the place.
  void Add(Reason reason, size_t offset, const std::string& what);
  /// About the whole formula: no place.
  void Add(Reason reason, const std::string& what);

  bool empty() const { return violations_.empty(); }
  bool full() const;  ///< Nothing more is kept: no need to find more.
  absl::Status ToStatus() const { return empty() ? absl::OkStatus() : Refuse(violations_); }

 private:
  std::string_view text_;
  std::vector<Violation> violations_;
};

}  // namespace thalweg::expression
