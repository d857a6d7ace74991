#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/core/expression/complaints.h"
#include "server/core/expression/limits.h"

namespace thalweg::expression {

enum class TokenKind : uint8_t {
  kNumber,
  kName,      ///< Also keywords; `np.` and `math.` prefixes are already gone.
  kOperator,  ///< Spelled by `symbol`.
  kNewline,   ///< End of a statement: a line's end outside brackets, or ';'.
  kEnd,
};

/// Operators and brackets, one value per spelling that the parser tells apart.
enum class Symbol : uint8_t {
  kNone,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
  kOpen,
  kClose,
  kOpenSquare,
  kCloseSquare,
  kComma,
  kAssign,
  kAt,  ///< @, the matrix product
  kColon,
  kDot,  ///< Before an attribute or method.
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Symbol symbol = Symbol::kNone;
  uint32_t begin = 0;  ///< Byte range in the formula.
  uint32_t end = 0;
  double number = 0;
};

/// Cuts the formula into tokens; the last is kEnd. Stops at the first error, which it adds to
/// `complaints`. Line ends inside brackets, blank lines and comments leave no token.
std::vector<Token> Tokenize(std::string_view text, const Limits& limits, Complaints& complaints);

}  // namespace thalweg::expression
