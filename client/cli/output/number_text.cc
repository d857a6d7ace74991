#include "client/cli/output/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace thalweg::cli {

std::string NumberText(double number) {
  char buffer[32];
  const auto [end, failure] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end);
}

std::string ShortText(double number, int digits) { return absl::StrFormat("%.*g", digits, number); }

std::string KnownText(double number, int digits) {
  return std::isnan(number) ? "-" : ShortText(number, digits);
}

std::string CountText(int64_t count) {
  std::string text = absl::StrCat(count);
  const size_t first_digit = count < 0 ? 1 : 0;
  for (size_t at = text.size(); at > first_digit + 3;) {
    at -= 3;
    text.insert(at, " ");
  }
  return text;
}

std::string VectorText(std::span<const double> numbers, int digits, size_t most) {
  const size_t shown = numbers.size() <= most ? numbers.size() : most - 1;
  std::string text = "[";
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", ShortText(numbers[i], digits));
  }
  if (shown < numbers.size()) {
    absl::StrAppend(&text, ", ..., ", ShortText(numbers.back(), digits));
  }
  return text + "]";
}

}  // namespace thalweg::cli
