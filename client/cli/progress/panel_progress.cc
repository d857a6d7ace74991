// The panel on a terminal: redrawn in place, at most twenty times a second.
#include <algorithm>
#include <chrono>
#include <ostream>

#include "client/cli/output/summary.h"
#include "client/cli/progress/panel.h"
#include "client/cli/progress/progress.h"

namespace thalweg::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBetweenFrames{50};

class PanelProgress final : public Progress {
 public:
  explicit PanelProgress(Context& context) : context_(context) { context_.out << "\x1b[?25l"; }
  ~PanelProgress() override { context_.out << "\x1b[?25h" << std::flush; }

  void Run(const v1::Run& run) override {
    panel_.Update(run);
    Redraw();
  }

  void Iterates(const client::IteratesView& batch) override {
    panel_.Update(batch);
    if (Clock::now() - drawn_ >= kBetweenFrames) Redraw();
  }

  void Event(const v1::RunEvent& event) override { panel_.Update(event); }

  void Gap(const v1::Gap&) override {}  // History will fill it

  void History(const client::IteratesView& batch) override { panel_.Redraw(batch); }

  void Lost(const client::Error& reason) override {
    panel_.Lost(reason.message);
    Redraw();
  }

  void Finished(const v1::Run& run) override {
    panel_.Update(run);
    Redraw();
    context_.out << Summary(run, context_.terminal) << std::flush;
  }

 private:
  /// Goes up over the last frame and writes the next one, clearing what is left of each line.
  void Redraw() {
    // One column is left free: a full line would wrap, and the way up would be longer. One row too:
    // what has left the screen at the top cannot be redrawn.
    const Terminal::Size size = context_.terminal.size();
    std::vector<std::string> lines = panel_.Lines(std::max(size.columns - 1, 1));
    if (static_cast<int>(lines.size()) >= size.rows) {
      lines.resize(static_cast<size_t>(std::max(size.rows - 1, 1)));
    }
    std::string frame;
    if (height_ > 0) frame += "\x1b[" + std::to_string(height_) + "A\r";
    frame += "\x1b[J";
    for (const std::string& line : lines) frame += line + "\n";
    context_.out << frame << std::flush;
    height_ = lines.size();
    drawn_ = Clock::now();
  }

  Context& context_;
  Panel panel_;
  size_t height_ = 0;  // lines of the last frame
  Clock::time_point drawn_;
};

}  // namespace

std::unique_ptr<Progress> MakePanelProgress(Context& context) {
  return std::make_unique<PanelProgress>(context);
}

}  // namespace thalweg::cli
