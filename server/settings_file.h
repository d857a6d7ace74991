#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace thalweg {

/// One line of a file of settings.
struct SettingLine {
  std::string place;  ///< As "thalwegd.conf:3".
  std::string key;
  std::string value;
};

/// The lines of a file of settings:
///
///     # where it listens
///     grpc-address = 0.0.0.0:50051
///     http-allowed-origins = "https://a.example, https://b.example"   # quotes keep spaces and #
///
/// A value may stand in '...', taken as it is, or in "...", where \" and \\ stand for " and \.
/// INVALID_ARGUMENT, with one line that names file and line, for what is none of this and for a key
/// that comes twice. (CLI11 reads such files as well, but forgets the lines and lets keys repeat.)
absl::StatusOr<std::vector<SettingLine>> ParseSettings(std::string_view text,
                                                       const std::string& name);

/// The same, of a file.
absl::StatusOr<std::vector<SettingLine>> ReadSettingsFile(const std::string& path);

/// `value` as ParseSettings() reads it again: in quotes where it needs them.
std::string AsFileValue(const std::string& value);

}  // namespace thalweg
