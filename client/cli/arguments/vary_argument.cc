#include "client/cli/arguments/vary_argument.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "client/cli/arguments/setting_argument.h"

namespace thalweg::cli {
namespace {

/// A bare name is an option of the method, but for the places that have such names themselves.
std::string PathOf(const std::string& text) {
  const bool bare = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
  const bool place = text == "optimizer" || text == "seed" || text == "start";
  return bare && !place ? absl::StrCat("optimizer.settings[", text, "]") : text;
}

/// "(0.001,1,7)" behind the name of a scale.
void ReadRange(Reader& reader, v1::StudyScale scale, v1::StudyAxis& axis) {
  const char* const wanted = "expected (from,to,count), such as log(0.001,1,7)";
  if (!reader.Take('(')) return reader.Fail(wanted);
  const std::optional<double> from = reader.Number();
  const bool first = from && reader.Take(',');
  const std::optional<double> to = reader.Number();
  const bool second = first && to && reader.Take(',');
  const std::optional<double> count = reader.Number();
  if (!second || !count || *count != std::trunc(*count) || std::abs(*count) > 1e6 ||
      !reader.Take(')')) {
    return reader.Fail(wanted);
  }
  v1::StudyRange& range = *axis.mutable_range();
  range.set_from(*from);
  range.set_to(*to);
  range.set_count(static_cast<int64_t>(*count));
  range.set_scale(scale);
}

void ReadValues(Reader& reader, v1::StudyAxis& axis) {
  do {
    *axis.add_values() = ReadSetting(reader);
  } while (reader.Take(','));
}

bool Begins(std::string_view text, std::string_view word) {
  return text.substr(0, word.size()) == word;
}

}  // namespace

Parsed<v1::StudyAxis> ParseVary(std::string_view flag, std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    Reader reader(flag, text);
    reader.Fail("expected a place and values, such as learning_rate=0.1,0.2 or seed=1,2,3");
    return reader.error();
  }
  v1::StudyAxis axis;
  axis.set_path(PathOf(std::string(text.substr(0, equals))));
  const std::string_view values = text.substr(equals + 1);
  const bool logarithmic = Begins(values, "log(");
  const bool linear = Begins(values, "linear(");
  Reader reader(flag, values);
  if (logarithmic || linear) {
    (void)reader.Name();
    ReadRange(reader, logarithmic ? v1::STUDY_SCALE_LOGARITHMIC : v1::STUDY_SCALE_LINEAR, axis);
  } else {
    ReadValues(reader, axis);
  }
  if (!reader.AtEnd()) reader.Fail("expected ',' and another value, or the end");
  if (reader.failed()) return reader.error();
  return axis;
}

Parsed<v1::StudyAxis> ParseMethods(std::string_view flag, std::string_view text) {
  Reader reader(flag, text);
  v1::StudyAxis axis;
  axis.set_path("optimizer");
  do {
    *axis.add_values()->mutable_part() = ReadPart(reader);
  } while (reader.Take(','));
  if (!reader.AtEnd()) reader.Fail("expected ',' and another method, or the end");
  if (reader.failed()) return reader.error();
  return axis;
}

}  // namespace thalweg::cli
