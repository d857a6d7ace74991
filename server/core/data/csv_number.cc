#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "absl/strings/charconv.h"
#include "server/core/data/csv.h"

namespace thalweg::data {

bool ReadNumber(std::string_view text, double& value) {
  const bool plus = !text.empty() && text.front() == '+';
  if (plus) text.remove_prefix(1);
  if (text.empty()) return false;
  const char first = text.front() == '-' && text.size() > 1 ? text[1] : text.front();
  // A minus after a plus, and "nan", which says that there is no number.
  if ((plus && text.front() == '-') || first == 'n' || first == 'N') return false;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end) return false;
  if (read.ec == std::errc()) return true;
  if (read.ec != std::errc::result_out_of_range) return false;
  absl::from_chars(text.data(), end, value);  // the nearest double: the greatest, or one near 0
  if (std::abs(value) > 1) value = std::copysign(std::numeric_limits<double>::infinity(), value);
  return true;
}

}  // namespace thalweg::data
