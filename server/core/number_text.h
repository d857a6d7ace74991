#pragma once

#include <string>

namespace thalweg {

/// The shortest decimal that reads back as the same double: "0.1", "1e-08", "inf", "nan".
std::string NumberText(double value);

}  // namespace thalweg
