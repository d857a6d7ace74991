#pragma once

#include <string>

#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// A setting as --set takes it: "0.1", "true", "[1,2]", "cosine(initial=0.1,steps=100)". What
/// ParseSetting reads back as the same.
std::string SettingText(const v1::Setting& setting);

/// A part as --stop takes it: "stall(threshold=1e-09,window=50)", "adam" without settings.
std::string PartText(const v1::Part& part);

}  // namespace thalweg::cli
