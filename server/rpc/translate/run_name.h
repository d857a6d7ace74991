#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace thalweg::rpc {

/// The id in `text`, which must be `collection` ("runs"), a slash and 1 to 63 of a-z, 0-9 and -. An
/// error is at the field "name".
absl::StatusOr<std::string> ParseName(std::string_view collection, std::string_view text);

/// The resource name of a run, "runs/{run}": parses and prints.
class RunName {
 public:
  /// Refuses anything but runs/[a-z0-9-]{1,63}, at the field "name".
  static absl::StatusOr<RunName> Parse(std::string_view text);
  static RunName Of(std::string id) { return RunName(std::move(id)); }

  const std::string& id() const { return id_; }
  std::string Text() const { return "runs/" + id_; }

 private:
  explicit RunName(std::string id) : id_(std::move(id)) {}
  std::string id_;
};

/// The resource name of a study, "studies/{study}".
class StudyName {
 public:
  static absl::StatusOr<StudyName> Parse(std::string_view text);
  static StudyName Of(std::string id) { return StudyName(std::move(id)); }

  const std::string& id() const { return id_; }
  std::string Text() const { return "studies/" + id_; }

 private:
  explicit StudyName(std::string id) : id_(std::move(id)) {}
  std::string id_;
};

}  // namespace thalweg::rpc
