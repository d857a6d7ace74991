// LANGUAGE.md: every example has the value it says and a gradient that is its slope, and the table
// of functions is the one in the code. THALWEG_WRITE=1 writes the table instead.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"
#include "tests/support/json.h"

namespace thalweg::expression {
namespace {

using thalweg::testing::Json;

const std::string kPath = std::string(THALWEG_SOURCE_DIR) + "/server/core/expression/LANGUAGE.md";
constexpr char kBegin[] = "<!-- functions -->\n";
constexpr char kEnd[] = "<!-- end -->\n";

std::string Manual() {
  std::ifstream file(kPath);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A number, a list, or a list of rows.
Parameter ValueFrom(const Json& json) {
  if (json.is_number()) return {true, {json.number()}};
  std::vector<double> values;
  int64_t columns = 0;
  for (const Json& element : json.array()) {
    if (element.is_number()) {
      values.push_back(element.number());
      continue;
    }
    const std::vector<double> row = element.Numbers();
    values.insert(values.end(), row.begin(), row.end());
    columns = static_cast<int64_t>(row.size());
  }
  return {false, values, columns};
}

/// "x = [1, 2]; s = 3"
std::vector<std::pair<std::string, Parameter>> Named(std::string_view text) {
  std::vector<std::pair<std::string, Parameter>> named;
  const std::string whole(text);
  for (const std::string& piece : std::vector<std::string>(absl::StrSplit(whole, "; "))) {
    const std::vector<std::string> sides = absl::StrSplit(piece, " = ");
    named.emplace_back(sides.at(0), ValueFrom(Json::Parse(sides.at(1))));
  }
  return named;
}

struct Example {
  std::string text;  // comments included: they are part of the language
  std::vector<Variable> variables;
  Parameters parameters;
  std::vector<double> x;
  double value = 0;
};

std::vector<Example> Examples() {
  std::vector<Example> examples;
  const std::string manual = Manual();
  std::vector<std::string> pieces = absl::StrSplit(manual, "```python\n");
  for (size_t i = 1; i < pieces.size(); ++i) {
    Example example;
    example.text = pieces[i].substr(0, pieces[i].find("```"));
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(example.text, '\n'))) {
      if (absl::StartsWith(line, "# variables: ")) {
        for (const auto& [name, value] : Named(line.substr(13))) {
          example.variables.push_back(
              {name, value.scalar, static_cast<Index>(value.values.size()), value.columns});
          example.x.insert(example.x.end(), value.values.begin(), value.values.end());
        }
      } else if (absl::StartsWith(line, "# data: ")) {
        for (const auto& [name, value] : Named(line.substr(8))) example.parameters[name] = value;
      } else if (absl::StartsWith(line, "# value: ")) {
        example.value = std::stod(line.substr(9));
      }
    }
    examples.push_back(std::move(example));
  }
  return examples;
}

TEST(Manual, ExamplesHaveTheirValueAndTheGradientOfTheirSlope) {
  const std::vector<Example> examples = Examples();
  EXPECT_GE(examples.size(), 10U);
  for (const Example& example : examples) {
    Formula f(example.text, example.variables, example.parameters);
    const Vector x = Point(example.x);
    // Written with all digits; sums in another order and elementary functions may differ.
    EXPECT_NEAR(f.Value(x), example.value, 1e-14 * std::max(1.0, std::abs(example.value)))
        << example.text;
    const Vector slope = Differences([&](const Vector& at) { return f.Value(at); }, x);
    const double scale = std::max({1.0, slope.cwiseAbs().maxCoeff(), std::abs(example.value)});
    EXPECT_LT((f.Gradient(x) - slope).cwiseAbs().maxCoeff(), 1e-7 * scale) << example.text;
  }
}

std::string Cell(const std::string& text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

std::string FunctionTable() {
  std::string table =
      "| function | meaning | domain | derivative | also |\n|---|---|---|---|---|\n";
  for (const FunctionInfo& info : Functions()) {
    const std::string other =
        info.other_name.empty() ? "" : absl::StrCat(", `", info.other_name, "`");
    absl::StrAppend(&table, "| `", info.name, "`", other, " | ", Cell(info.meaning), " | ",
                    Cell(info.domain), " | ", Cell(info.derivative), " | ", info.takes, " |\n");
  }
  return table;
}

TEST(Manual, ListsEveryFunctionAsItIsInTheCode) {
  const std::string manual = Manual();
  const size_t begin = manual.find(kBegin);
  const size_t end = manual.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const size_t first = begin + std::string(kBegin).size();
  if (std::getenv("THALWEG_WRITE") != nullptr) {
    std::ofstream(kPath) << manual.substr(0, first) << FunctionTable() << manual.substr(end);
    return;
  }

  EXPECT_EQ(manual.substr(first, end - first), FunctionTable())
      << "THALWEG_WRITE=1 core_test --gtest_filter=Manual.* writes it anew";
}

}  // namespace
}  // namespace thalweg::expression
