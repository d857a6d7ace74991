#pragma once

#include <string>
#include <vector>

namespace thalweg::cli {

/// "; did you mean 'adam'?", or nothing where no name of `known` is near to `name`.
std::string DidYouMean(const std::string& name, const std::vector<std::string>& known);

}  // namespace thalweg::cli
