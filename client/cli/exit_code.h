#pragma once

namespace thalweg::cli {

/// What the command leaves with; part of its contract, and in its help.
enum ExitCode {
  kEndedWell = 0,   ///< The run converged, stalled or used up a limit; the question was answered.
  kRefused = 1,     ///< Wrong usage, or the server refused the request.
  kEndedBadly = 2,  ///< The run diverged, was not finite, failed or was cancelled by someone else;
                    ///< a gradient check did not pass; the server failed.
  kNotReached = 3,  ///< The server could not be reached, or was lost for good.
  kInterrupted = 130  ///< Ctrl-C.
};

}  // namespace thalweg::cli
