#pragma once

#include <string_view>

#include "client/cli/arguments/parsed.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// Reads what --model, --loss, --penalty and --batch take:
///
///   mlp                               a kind with its defaults
///   l2=0.1                            with the option that matters most, `main`
///   mlp(layers=[20,10],activation=relu)
///   mlp:layers=[20,10],activation=relu    the same without parentheses, which shells want quoted
///
/// An empty `main`: the kinds have no such option.
Parsed<v1::Part> ParsePart(std::string_view flag, std::string_view text, std::string_view main);

}  // namespace thalweg::cli
