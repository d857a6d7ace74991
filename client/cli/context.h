#pragma once

#include <iosfwd>

#include "client/cli/interrupt.h"
#include "client/cli/terminal.h"

namespace thalweg::cli {

/// The world around a command: handed in, so that tests can be it.
struct Context {
  std::ostream& out;
  std::ostream& err;
  Terminal terminal;  ///< What `out` is.
  Interrupt& interrupt;
};

}  // namespace thalweg::cli
