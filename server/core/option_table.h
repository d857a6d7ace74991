#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/option_info.h"
#include "server/core/part.h"
#include "server/core/schedule.h"

namespace thalweg {

/// Marks a row whose option has no default.
struct Required {};
inline constexpr Required kRequired;

/// Says which catalogue a row's part, or parts, come from: "optimizer", "line search".
struct From {
  explicit From(std::string its_catalogue) : catalogue(std::move(its_catalogue)) {}
  std::string catalogue;
};

/// One option of a struct `Options`: the row from which reading, checking, listing and help follow.
///
///   {"beta1", &Options::beta1, kUnitHalfOpen, "decay of the mean gradient"},
///   {"norm", &Options::norm, {}, "which norm is compared", {"two", "max"}},
///   {"steps", &Options::steps, kCount, "iterations until the last value", kRequired},
///   {"line_search", &Options::line_search, From("line search"), "how step lengths are found"},
///
/// Of a part only the form is checked here; whether it can be made is for Kind::Make to say.
template <typename Options>
struct OptionRow {
  using Field =
      std::variant<double Options::*, int64_t Options::*, bool Options::*, std::string Options::*,
                   Schedule Options::*, std::vector<double> Options::*,
                   std::vector<Schedule> Options::*, Part Options::*, std::vector<Part> Options::*>;

  // Constructors because g++ 12 dies on the default member initializers of this aggregate.
  OptionRow(std::string its_name, Field its_field, Range its_range, std::string its_meaning,
            std::vector<std::string> its_choices = {})
      : name(std::move(its_name)),
        field(its_field),
        range(its_range),
        meaning(std::move(its_meaning)),
        choices(std::move(its_choices)) {}
  OptionRow(std::string its_name, Field its_field, Range its_range, std::string its_meaning,
            Required)
      : OptionRow(std::move(its_name), its_field, its_range, std::move(its_meaning)) {
    required = true;
  }
  OptionRow(std::string its_name, Field its_field, From from, std::string its_meaning)
      : OptionRow(std::move(its_name), its_field, Range{}, std::move(its_meaning)) {
    catalogue = std::move(from.catalogue);
  }
  OptionRow(std::string its_name, Field its_field, From from, std::string its_meaning, Required)
      : OptionRow(std::move(its_name), its_field, std::move(from), std::move(its_meaning)) {
    required = true;
  }

  std::string name;
  Field field;
  Range range;  // of numbers; {} where there are none
  std::string meaning;
  std::vector<std::string> choices;  // for a text
  bool required = false;
  std::string catalogue;  // for parts; empty means "schedule"
};

template <typename Options>
using OptionTable = std::vector<OptionRow<Options>>;

// What follows is the part of the work that does not depend on `Options`; in option_table.cc.
namespace internal {
using OptionField =
    std::variant<double*, int64_t*, bool*, std::string*, Schedule*, std::vector<double>*,
                 std::vector<Schedule>*, Part*, std::vector<Part>*>;
OptionType TypeOf(const OptionField& field);
std::string TextOf(const OptionField& field);  // the default, as text
/// The catalogue of a field that holds parts or schedules; empty for others.
std::string CatalogueOf(const OptionField& field, const std::string& named);
/// Puts `setting` into `field`; an error says what is wrong and what is allowed.
absl::Status Assign(const OptionInfo& info, const Setting& setting, OptionField field);
/// Reads `part.settings` into the fields of the same position; all violations at once, each under
/// "settings[name]".
absl::Status ReadAll(const Part& part, const std::vector<OptionInfo>& infos,
                     const std::vector<OptionField>& fields);
}  // namespace internal

/// The table as a catalogue lists it.
template <typename Options>
std::vector<OptionInfo> Describe(const OptionTable<Options>& table) {
  Options defaults;
  std::vector<OptionInfo> infos;
  for (const OptionRow<Options>& row : table) {
    const internal::OptionField field = std::visit(
        [&](auto member) -> internal::OptionField { return &(defaults.*member); }, row.field);
    infos.push_back({row.name, internal::TypeOf(field), row.required ? "" : internal::TextOf(field),
                     row.range, row.choices, row.meaning,
                     internal::CatalogueOf(field, row.catalogue)});
  }
  return infos;
}

/// Options with their defaults, changed by the settings of `part`. Refuses unknown names, wrong
/// types, numbers out of range, and required options that are absent.
template <typename Options>
absl::StatusOr<Options> ReadOptions(const Part& part, const OptionTable<Options>& table) {
  Options options;
  std::vector<internal::OptionField> fields;
  for (const OptionRow<Options>& row : table) {
    fields.push_back(std::visit(
        [&](auto member) -> internal::OptionField { return &(options.*member); }, row.field));
  }
  absl::Status status = internal::ReadAll(part, Describe(table), fields);
  if (!status.ok()) return status;
  return options;
}

/// The rows of `more` after those of `table`: how shared options join an optimizer's own. `Base` is
/// a base class of `Options`.
template <typename Options, typename Base>
OptionTable<Options> Joined(OptionTable<Options> table, const OptionTable<Base>& more) {
  for (const OptionRow<Base>& row : more) {
    const auto field = std::visit(
        [](auto member) -> typename OptionRow<Options>::Field {
          using Value = std::remove_reference_t<decltype(std::declval<Base&>().*member)>;
          return static_cast<Value Options::*>(member);
        },
        row.field);
    table.push_back({row.name, field, row.range, row.meaning, row.choices});
    table.back().required = row.required;
    table.back().catalogue = row.catalogue;
  }
  return table;
}

}  // namespace thalweg
