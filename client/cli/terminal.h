#pragma once

#include <functional>
#include <string>

namespace thalweg::cli {

/// What stands at the other end of the output.
struct Terminal {
  bool live = false;    ///< A terminal: lines may be redrawn.
  bool colour = false;  ///< A terminal, and NO_COLOR is not set.
  struct Size {
    int columns = 80;
    int rows = 24;
  };
  std::function<Size()> size = [] { return Size{80, 24}; };  ///< As it is now.
};

/// For standard output.
Terminal FindTerminal();

/// Undoes a hidden cursor; safe from any thread, for when the program is left at once.
void ShowCursorNow();

/// `text` in a colour where the terminal has them: "1" bold, "2" dim, "31" red, "32" green,
/// "33" yellow.
std::string Coloured(const Terminal& terminal, const std::string& text, const char* code);

}  // namespace thalweg::cli
