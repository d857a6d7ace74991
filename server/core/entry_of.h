#pragma once

#include <memory>
#include <string>
#include <utility>

#include "server/core/catalog_entry.h"
#include "server/core/option_table.h"

namespace thalweg {

/// How a kind is presented to people; see CatalogEntry.
struct Label {
  std::string name;
  std::string title;
  std::string summary;
  std::string formula;
  std::string source;
  std::string advice = {};
  std::string example = {};
};

/// The catalogue row of `Kind`, a `Thing` that is made from Kind::Options, which Kind::Table()
/// describes. Where options must fit together, Kind::Check(options) says whether they do; its
/// errors name their field: "settings[values]". A kind that is made of parts, or of options that
/// may not fit, has Kind::Make(options) -> absl::StatusOr<std::unique_ptr<Thing>> instead of a
/// constructor.
template <typename Thing, typename Kind>
CatalogEntry<Thing> EntryOf(Label label) {
  using Options = typename Kind::Options;
  const auto make = [](const Part& part) -> absl::StatusOr<std::unique_ptr<Thing>> {
    absl::StatusOr<Options> options = ReadOptions<Options>(part, Kind::Table());
    if (!options.ok()) return options.status();
    if constexpr (requires { Kind::Check(*options); }) {
      absl::Status status = Kind::Check(*options);
      if (!status.ok()) return status;
    }
    if constexpr (requires { Kind::Make(*options); }) {
      return Kind::Make(*options);
    } else {
      return std::make_unique<Kind>(*std::move(options));
    }
  };
  return {std::move(label.name),    std::move(label.title),  std::move(label.summary),
          std::move(label.formula), std::move(label.source), std::move(label.advice),
          std::move(label.example), Describe(Kind::Table()), make};
}

}  // namespace thalweg
