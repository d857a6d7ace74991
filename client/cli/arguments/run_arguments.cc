#include "client/cli/arguments/run_arguments.h"

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/setting_argument.h"
#include "client/cli/arguments/stop_argument.h"
#include "client/cli/failure.h"

namespace thalweg::cli {

void AddSettings(const std::vector<std::string>& texts, v1::Part& part, const std::string& flag) {
  for (const std::string& text : texts) {
    const NamedSetting read = ValueOf(ParseSetting(flag, text));
    if (part.settings().contains(read.name)) {
      throw Failure(kRefused, absl::StrCat(flag, ": '", read.name, "' is given twice"));
    }
    (*part.mutable_settings())[read.name] = read.setting;
  }
}

void AddRules(const std::vector<std::string>& texts,
              google::protobuf::RepeatedPtrField<v1::Part>& rules) {
  for (const std::string& text : texts) *rules.Add() = ValueOf(ParseStop("--stop", text));
}

void AddLabels(const std::vector<std::string>& texts,
               google::protobuf::Map<std::string, std::string>& labels) {
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Failure(kRefused, absl::StrCat("--label: expected KEY=VALUE, not '", text, "'"));
    }
    labels[text.substr(0, equals)] = text.substr(equals + 1);
  }
}

}  // namespace thalweg::cli
