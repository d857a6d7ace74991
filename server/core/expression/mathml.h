#pragma once

#include <string>
#include <string_view>

namespace thalweg::expression {

/// Bytes of the longest formula that is worth reading.
inline constexpr size_t kMostMathMlSource = 4096;

/// The formula as it is written in books: presentation MathML Core, one <math> element, for a
/// formula of the language that compiles. Empty for one that is longer, does not parse, or nests
/// too deeply to be read.
std::string WriteMathMl(std::string_view formula);

}  // namespace thalweg::expression
