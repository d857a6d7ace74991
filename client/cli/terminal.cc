#include "client/cli/terminal.h"

#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

namespace thalweg::cli {

Terminal FindTerminal() {
  const char* const kind = std::getenv("TERM");
  const char* const no_colour = std::getenv("NO_COLOR");
  Terminal terminal;
  terminal.live = isatty(STDOUT_FILENO) != 0 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
  terminal.colour = terminal.live && (no_colour == nullptr || *no_colour == '\0');
  terminal.size = [] {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? Terminal::Size{size.ws_col, size.ws_row} : Terminal::Size{80, 24};
  };
  return terminal;
}

void ShowCursorNow() {
  if (isatty(STDOUT_FILENO) == 0) return;
  static constexpr char kShow[] = "\x1b[?25h\n";
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, kShow, sizeof kShow - 1);
}

std::string Coloured(const Terminal& terminal, const std::string& text, const char* code) {
  return terminal.colour ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
}

}  // namespace thalweg::cli
