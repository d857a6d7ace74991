#pragma once

#include <string_view>

#include "client/cli/arguments/parsed.h"
#include "thalweg/v1/study.pb.h"

namespace thalweg::cli {

/// Reads what --vary takes: a place, and the values that it is given one after the other:
///
///   learning_rate=0.1,0.2,0.5             an option of the method
///   learning_rate=log(0.001,1,7)          7 numbers at equal ratios; linear(0,1,5) at equal
///   distances learning_rate=0.1,cosine(initial=0.1) parts among them
///   optimizer=adam,momentum(momentum=0.9) methods
///   seed=1,2,3
///   start.values[x]=0,1,2                 any place, spelt as in the server's errors
///   stopping[0].settings[threshold]=1e-3,1e-6
Parsed<v1::StudyAxis> ParseVary(std::string_view flag, std::string_view text);

/// Reads what --methods takes: "adam,momentum(momentum=0.9)", the axis "optimizer".
Parsed<v1::StudyAxis> ParseMethods(std::string_view flag, std::string_view text);

}  // namespace thalweg::cli
