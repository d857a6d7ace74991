#pragma once

#include <string_view>

namespace thalweg::data {

/// ASCII without NUL: nothing else needs to be looked at.
bool IsPlainText(std::string_view text);

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace thalweg::data
