#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace thalweg {

struct Part;

/// A setting's value as a caller gave it: a number, a flag, a text, a list of numbers,
/// a part (a list of exactly one) or a list of parts.
using Setting = std::variant<double, bool, std::string, std::vector<double>, std::vector<Part>>;

/// Something chosen from a catalogue by name, with its settings: an optimizer, a schedule, a
/// stopping rule. {kind: "adam", settings: {learning_rate: {kind: "cosine", ...}}}.
struct Part {
  std::string kind;
  std::map<std::string, Setting> settings;

  friend bool operator==(const Part&, const Part&) = default;
};

}  // namespace thalweg
