#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/cli/context.h"
#include "client/cpp/error.h"
#include "client/cpp/iterates_view.h"
#include "thalweg/v1/optimization_service.pb.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// Shows a run while it is watched: as JSON, as lines, or as a panel that is redrawn.
class Progress {
 public:
  virtual ~Progress() = default;
  /// The run as it is: at first, at each change of state.
  virtual void Run(const v1::Run& run) = 0;
  /// The next iterates. The run has been shown before.
  virtual void Iterates(const client::IteratesView& batch) = 0;
  /// Something happened; after the iterate that it led to.
  virtual void Event(const v1::RunEvent& event) = 0;
  /// Iterates that will not come.
  virtual void Gap(const v1::Gap& gap) = 0;
  /// The run from its start, thinned; comes once at its end where iterates were passed over.
  virtual void History(const client::IteratesView& /*batch*/) {}
  /// The connection was lost and is tried again.
  virtual void Lost(const client::Error& reason) = 0;
  /// The run is over: its result.
  virtual void Finished(const v1::Run& run) = 0;
};

/// What the user asked to see.
struct ProgressOptions {
  bool json = false;
  bool quiet = false;            ///< The result alone.
  std::optional<int64_t> every;  ///< Iterates whose number divides by it, the first and the last.
};

/// JSON where asked for, else nothing but the result for `quiet`, else a panel on a terminal, else
/// lines.
std::unique_ptr<Progress> MakeProgress(const ProgressOptions& options, Context& context);

/// Whether MakeProgress gives a panel, for which a few updates a second are enough.
bool ShowsPanel(const ProgressOptions& options, const Context& context);

std::unique_ptr<Progress> MakeJsonProgress(const ProgressOptions& options, Context& context);
std::unique_ptr<Progress> MakeLineProgress(const ProgressOptions& options, Context& context);
std::unique_ptr<Progress> MakePanelProgress(Context& context);

}  // namespace thalweg::cli
