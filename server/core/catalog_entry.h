#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/option_info.h"
#include "server/core/part.h"
#include "server/core/violation.h"

namespace thalweg {

/// One row of a catalogue: how a kind is named, described, configured and made.
template <typename Thing>
struct CatalogEntry {
  std::string name;     ///< "adam": lower case, words joined by underscores.
  std::string title;    ///< "Adam".
  std::string summary;  ///< One or two plain sentences.
  std::string formula;  ///< The update in plain text, "x -= a*m/(sqrt(v)+e)"; may be empty.
  std::string source;   ///< Paper or book; may be empty for common knowledge.
  std::string advice;   ///< When to use it and when not, a few sentences; may be empty.
  std::string example;  ///< A command line that shows it: "thalweg minimize ..."; may be empty.
  std::vector<OptionInfo> options;
  std::function<absl::StatusOr<std::unique_ptr<Thing>>(const Part&)> make;
};

template <typename Thing>
const CatalogEntry<Thing>* FindEntry(std::span<const CatalogEntry<Thing>> entries,
                                     std::string_view name) {
  for (const auto& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

/// Makes the thing that `part` names. Errors carry field paths under the part: "kind",
/// "settings[learning_rate]". `what` is the noun for messages: "optimizer".
template <typename Thing>
absl::StatusOr<std::unique_ptr<Thing>> MakeFrom(std::span<const CatalogEntry<Thing>> entries,
                                                std::string_view what, const Part& part) {
  if (const auto* entry = FindEntry(entries, part.kind)) return entry->make(part);
  std::vector<std::string> known;
  for (const auto& entry : entries) known.push_back(entry.name);
  return Refuse("kind", Reason::kUnknownName, UnknownName(what, part.kind, known));
}

}  // namespace thalweg
