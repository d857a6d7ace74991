#include "client/cli/arguments/array_argument.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/build.h"

namespace thalweg::cli {
namespace {

constexpr double kMostNumbers = 1e7;

struct Values {
  std::vector<double> numbers;
  bool vector = false;    // written as one, whatever its length
  size_t columns = 0;     // of a matrix
  bool infinite = false;  // whether inf is a number here
};

/// A count after '*' or in zeros(...): a whole number from 1 on that still fits.
std::optional<size_t> ReadCount(Reader& reader, size_t so_far) {
  const std::optional<double> count = reader.Number();
  if (count && *count >= 1 && *count == std::floor(*count) &&
      *count + static_cast<double>(so_far) <= kMostNumbers) {
    return static_cast<size_t>(*count);
  }
  reader.Fail(
      "expected a count here: a whole number, at least 1; a vector has at most 10000000 "
      "numbers");
  return std::nullopt;
}

/// zeros(n) or ones(n).
void ReadFilled(Reader& reader, Values& values) {
  const std::string name = reader.Name();
  if ((name != "zeros" && name != "ones") || !reader.Take('(')) {
    return reader.Fail("expected a number, zeros(n) or ones(n)");
  }
  const std::optional<size_t> count = ReadCount(reader, values.numbers.size());
  if (!count) return;
  if (!reader.Take(')')) return reader.Fail("expected ')'");
  values.numbers.insert(values.numbers.end(), *count, name == "ones" ? 1.0 : 0.0);
  values.vector = true;
}

/// A number, or value*count, or zeros(n), ones(n).
void ReadItem(Reader& reader, Values& values) {
  const std::optional<double> number = reader.Number();
  if (!number) return ReadFilled(reader, values);
  if (std::isnan(*number) || (std::isinf(*number) && !values.infinite)) {
    return reader.Fail("the number before this place is not finite");
  }
  if (!reader.Take('*')) return values.numbers.push_back(*number);
  const std::optional<size_t> count = ReadCount(reader, values.numbers.size());
  if (!count) return;
  values.numbers.insert(values.numbers.end(), *count, *number);
  values.vector = true;
}

/// `[1,2],[3,4]]`: rows of one length, after the first bracket.
void ReadRows(Reader& reader, Values& values) {
  do {
    const size_t before = values.numbers.size();
    if (!reader.Take('[')) return reader.Fail("expected '[' and a row");
    do {
      ReadItem(reader, values);
    } while (reader.Take(','));
    if (!reader.Take(']')) return reader.Fail("expected ',' or ']'");
    const size_t length = values.numbers.size() - before;
    if (before == 0) values.columns = length;
    if (length != values.columns) {
      return reader.Fail(absl::StrCat("the row before this place has ", length,
                                      " numbers, the first row ", values.columns));
    }
  } while (reader.Take(','));
  if (!reader.Take(']')) reader.Fail("expected ',' or ']'");
}

Values ReadValues(Reader& reader, bool infinite) {
  Values values;
  values.infinite = infinite;
  const bool bracket = reader.Take('[');
  values.vector = bracket;
  if (bracket && reader.Next('[')) {
    ReadRows(reader, values);
    if (!reader.AtEnd()) reader.Fail("expected the end");
    return values;
  }
  ReadItem(reader, values);
  while (reader.Take(',')) {
    values.vector = true;
    if (reader.AtEnd() || reader.Next(']')) break;  // a comma at the end: a vector
    ReadItem(reader, values);
  }
  if (bracket && !reader.Take(']')) reader.Fail("expected ',' or ']'");
  if (!reader.AtEnd()) reader.Fail("expected ',' or the end");
  return values;
}

}  // namespace

Parsed<NamedArray> ParseArray(std::string_view flag, std::string_view text, bool infinite) {
  Reader reader(flag, text);
  const std::string name = reader.Name();
  if (name.empty()) {
    reader.Fail("expected a name and a value, such as x=0 or x=1,2,3");
  } else if (!reader.Take('=')) {
    reader.Fail(absl::StrCat("expected '=' and a value after '", name, "'"));
  }
  const Values values = ReadValues(reader, infinite);
  if (reader.failed()) return reader.error();
  if (values.columns > 0) return NamedArray{name, client::Matrix(values.numbers, values.columns)};
  if (values.vector) return NamedArray{name, client::Vector(values.numbers)};
  return NamedArray{name, client::Scalar(values.numbers.front())};
}

}  // namespace thalweg::cli
