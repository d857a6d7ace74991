#pragma once

#include <string>
#include <string_view>

#include "client/cli/arguments/parsed.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// An option with its value.
struct NamedSetting {
  std::string name;
  v1::Setting setting;
};

/// Reads what --set takes:
///
///   learning_rate=0.1                                       a number
///   nesterov=true                                           a flag
///   norm=max                                                a text; 'true' or "1" in quotes too
///   milestones=10,20,30                                     a list of numbers; also [10,20,30]
///   learning_rate=cosine(initial=0.1,final=0.001,steps=100) a part
///   schedules=[constant(value=1),cosine(initial=0.1)]       a list of parts
///
/// Parts nest. Inside a part a list needs its brackets, since commas part the options.
Parsed<NamedSetting> ParseSetting(std::string_view flag, std::string_view text);

/// A part by itself: "adam", "stall(threshold=1e-9,window=50)". Reads up to the part's end.
v1::Part ReadPart(Reader& reader);

/// What may stand behind a '=' inside a part.
v1::Setting ReadSetting(Reader& reader);

}  // namespace thalweg::cli
