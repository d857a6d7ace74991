#pragma once

#include <string>
#include <vector>

#include "google/protobuf/map.h"
#include "google/protobuf/repeated_field.h"
#include "thalweg/v1/values.pb.h"

/// What --set, --stop and --label give, for every command that takes them. Failures are kRefused.
namespace thalweg::cli {

/// Adds the settings of `texts`; none may come twice.
void AddSettings(const std::vector<std::string>& texts, v1::Part& part,
                 const std::string& flag = "--set");

void AddRules(const std::vector<std::string>& texts,
              google::protobuf::RepeatedPtrField<v1::Part>& rules);

void AddLabels(const std::vector<std::string>& texts,
               google::protobuf::Map<std::string, std::string>& labels);

}  // namespace thalweg::cli
