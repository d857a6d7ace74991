#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace thalweg::rpc {

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

}  // namespace thalweg::rpc
