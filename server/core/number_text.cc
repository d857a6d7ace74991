#include "server/core/number_text.h"

#include <charconv>

namespace thalweg {

std::string NumberText(double value) {
  char text[32];  // the longest shortest form is 24 characters
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

}  // namespace thalweg
