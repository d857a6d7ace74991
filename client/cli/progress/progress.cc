#include "client/cli/progress/progress.h"

namespace thalweg::cli {

bool ShowsPanel(const ProgressOptions& options, const Context& context) {
  return context.terminal.live && !options.json && !options.quiet && !options.every;
}

std::unique_ptr<Progress> MakeProgress(const ProgressOptions& options, Context& context) {
  if (options.json) return MakeJsonProgress(options, context);
  if (ShowsPanel(options, context)) return MakePanelProgress(context);
  return MakeLineProgress(options, context);
}

}  // namespace thalweg::cli
