#pragma once

#include <limits>
#include <string>
#include <vector>

namespace thalweg {

enum class OptionType {
  kNumber,    ///< A double.
  kInteger,   ///< A whole number, exact up to 2^53.
  kFlag,      ///< true or false.
  kText,      ///< One of `choices`, or any where there are none.
  kSchedule,  ///< A number, or a schedule part.
  kNumbers,   ///< A list of numbers.
  kPart,      ///< A part of the catalogue that OptionInfo::catalogue names, or its name alone.
  kParts,     ///< A list of such parts; of schedules, a number stands for a constant one.
};

/// Permitted numbers: between low and high, each end included or not.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = true;
  bool high_open = true;

  /// NaN is in no range.
  bool Contains(double value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }
  std::string Text() const;  ///< "(0, inf)", "[0, 1)".
};

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr Range kPositive{0, kInfinity, true, true};
inline constexpr Range kNonNegative{0, kInfinity, false, true};
inline constexpr Range kUnitHalfOpen{0, 1, false, true};
inline constexpr Range kUnit{0, 1, false, false};
inline constexpr Range kAnyFinite{-kInfinity, kInfinity, true, true};
inline constexpr Range kCount{1, 9007199254740992.0, false, false};        ///< 1 .. 2^53
inline constexpr Range kCountOrZero{0, 9007199254740992.0, false, false};  ///< 0 .. 2^53

/// One option as a catalogue lists it. Names, defaults, ranges and help all come from here.
struct OptionInfo {
  std::string name;
  OptionType type = OptionType::kNumber;
  std::string default_text;          ///< "0.001"; empty where the option must be given.
  Range range;                       ///< For kNumber, kInteger, kNumbers and a constant kSchedule.
  std::vector<std::string> choices;  ///< For kText; none: any text.
  std::string meaning;               ///< One sentence with the unit.
  std::string catalogue = {};        ///< For parts: "schedule", "optimizer", "line search" ...
};

}  // namespace thalweg
