#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "server/settings.h"

namespace thalweg {

/// What a setting's text stands for.
enum class TextKind {
  kAddress,
  kAddressOrNone,
  kFree,
  kMayBeEmpty,
  kOrigins,
  kFile,        ///< Of a file to read; empty: none.
  kSecretFile,  ///< The same, of a file that others must not read: keys, tokens.
};

/// What kind of value a setting has, and where it is kept.
struct TextValue {
  std::string Settings::*field;
  TextKind kind;
};
struct ChoiceValue {
  std::string Settings::*field;
  std::vector<std::string> choices;
};
struct NumberValue {
  int64_t Settings::*field;
  int64_t least;
  int64_t greatest;
};
struct FlagValue {
  bool Settings::*field;
};

/// One setting: its flag, its variable and its key in a file follow from it, and so does the help.
struct SettingRow {
  std::string flag;  ///< Without dashes.
  std::variant<TextValue, ChoiceValue, NumberValue, FlagValue> value;
  std::string standard;  ///< The default, as one would write it.
  std::string meaning;
};

struct SettingGroup {
  std::string title;
  std::vector<SettingRow> rows;
};

/// All settings, in the order of the help.
const std::vector<SettingGroup>& SettingGroups();

/// The same, without their groups.
const std::vector<SettingRow>& SettingRows();

/// --data-dir is THALWEG_DATA_DIR.
std::string VariableOf(const SettingRow& row);

/// What a row permits, in words; empty where it is anything.
std::string Permitted(const SettingRow& row);

/// Sets the row's field; false where `text` is not permitted.
bool Assign(const SettingRow& row, const std::string& text, Settings& settings);

/// The field's value as one would write it.
std::string Print(const SettingRow& row, const Settings& settings);

/// Origins separated by commas, one by one.
std::vector<std::string> SplitOrigins(const std::string& text);

}  // namespace thalweg
