#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace thalweg::cli {

/// The shortest decimal text that reads back as the same double: "2.5", "1e-08", "nan", "-inf".
std::string NumberText(double number);

/// About `digits` significant digits, for people: "2.4999", "-1.23e-07".
std::string ShortText(double number, int digits = 6);

/// As ShortText; "-" for NaN, where that stands for what is not known.
std::string KnownText(double number, int digits = 6);

/// "12 345 678".
std::string CountText(int64_t count);

/// "[1, 2, ..., 9]": at most `most` numbers, with `digits` digits.
std::string VectorText(std::span<const double> numbers, int digits, size_t most = 8);

}  // namespace thalweg::cli
