#include "tests/differential/python.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace thalweg::testing {
namespace {

namespace fs = std::filesystem;

std::string Hex(double value) { return absl::StrFormat("\"%a\"", value); }

std::string HexList(const double* values, Index count) {
  std::vector<std::string> texts;
  for (Index i = 0; i < count; ++i) texts.push_back(Hex(values[i]));
  return absl::StrCat("[", absl::StrJoin(texts, ","), "]");
}

/// One line of JSON. Formulas have no character that JSON escapes but the line end.
std::string ToJson(const RandomProgram& program, bool bounds) {
  std::vector<std::string> variables;
  for (const Variable& variable : program.source.variables) {
    variables.push_back(
        absl::StrFormat("[\"%s\",%d]", variable.name, variable.scalar ? 0 : variable.length));
  }
  std::vector<std::string> parameters;
  for (const auto& [name, of] : program.source.parameters) {
    parameters.push_back(
        absl::StrCat("\"", name, "\":",
                     of.scalar ? Hex(of.values[0])
                               : HexList(of.values.data(), static_cast<Index>(of.values.size()))));
  }
  std::vector<std::string> points;
  for (const Vector& point : program.points) points.push_back(HexList(point.data(), point.size()));
  return absl::StrCat("{\"text\":\"", absl::StrReplaceAll(program.source.text, {{"\n", "\\n"}}),
                      "\",\"bounds\":", bounds ? "true" : "false", ",\"variables\":[",
                      absl::StrJoin(variables, ","), "],\"parameters\":{",
                      absl::StrJoin(parameters, ","), "},\"points\":[", absl::StrJoin(points, ","),
                      "]}\n");
}

std::string Contents(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::string PythonWith(const std::string& modules) {
  // Debian's own first: its packages are what deploy/packages.txt installs.
  for (const char* python : {"/usr/bin/python3", "python3"}) {
    const std::string command =
        absl::StrCat(python, " -c 'import ", modules, "' >/dev/null 2>/dev/null");
    if (std::system(command.c_str()) == 0) return python;
  }
  return "";
}

std::vector<std::vector<double>> Ask(const std::string& python, const std::string& script,
                                     const std::vector<RandomProgram>& programs, bool bounds) {
  char folder_name[] = "/tmp/thalweg-differential-XXXXXX";
  if (mkdtemp(folder_name) == nullptr) {
    ADD_FAILURE() << "no folder for the exchange";
    return {};
  }
  const fs::path folder = folder_name;
  std::ofstream questions(folder / "programs");
  for (const RandomProgram& program : programs) questions << ToJson(program, bounds);
  questions.close();
  const std::string command =
      absl::StrCat(python, " -B ", THALWEG_SOURCE_DIR, "/tests/differential/", script, " <",
                   (folder / "programs").string(), " >", (folder / "answers").string(), " 2>",
                   (folder / "errors").string());
  const bool fine = std::system(command.c_str()) == 0;
  std::vector<std::vector<double>> answers;
  std::istringstream lines(Contents(folder / "answers"));
  for (std::string line; std::getline(lines, line);) {
    std::vector<double>& numbers = answers.emplace_back();
    const char* at = line.c_str();
    for (char* end = nullptr;; at = end) {
      const double number = std::strtod(at, &end);
      if (end == at) break;
      numbers.push_back(number);
    }
  }
  size_t points = 0;
  for (const RandomProgram& program : programs) points += program.points.size();
  if (!fine || answers.size() != points) {
    ADD_FAILURE() << script << " failed after " << answers.size() << " answers:\n"
                  << Contents(folder / "errors");
    answers.clear();
  }
  fs::remove_all(folder);
  return answers;
}

}  // namespace thalweg::testing
