#pragma once

#include <string>

#include "server/core/part.h"

namespace thalweg {

/// For people: "0.1", "true", "[1, 2, 3]", "cosine(initial=0.1, steps=100)". Long lists are cut.
std::string TextOf(const Setting& setting);
std::string TextOf(const Part& part);

}  // namespace thalweg
