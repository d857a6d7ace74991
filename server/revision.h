#pragma once

namespace thalweg {

/// The commit that was built, 12 digits of it; "unknown" where neither the builder nor Git said.
const char* Revision();

}  // namespace thalweg
