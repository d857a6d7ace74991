#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "client/cli/progress/curve.h"
#include "client/cpp/iterates_view.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// What the panel shows of a run, and how it looks; knows nothing of terminals.
class Panel {
 public:
  void Update(const v1::Run& run);
  void Update(const client::IteratesView& batch);
  void Update(const v1::RunEvent& event) { event_ = event; }
  /// Draws the curves anew from `batch`, which spans the whole run.
  void Redraw(const client::IteratesView& batch);
  void Lost(const std::string& why) { lost_ = why; }

  /// Lines of at most `width` columns.
  std::vector<std::string> Lines(int width) const;

 private:
  void Draw(const client::IteratesView& batch);
  std::vector<std::string> CurveLines(int width) const;
  std::vector<std::string> LearningCurves(int width) const;

  v1::Run run_;
  std::string lost_;  // why there is no connection just now
  int64_t iteration_ = -1;
  double value_ = 0;
  double best_ = 0;
  double gradient_norm_ = 0;
  double learning_rate_ = 0;
  int64_t values_ = 0;     // evaluations
  int64_t gradients_ = 0;  // likewise
  double elapsed_ = 0;     // s of stepping
  double epoch_ = 0;       // of models, as the two below; NaN: not computed yet
  double training_ = std::numeric_limits<double>::quiet_NaN();
  double validation_ = std::numeric_limits<double>::quiet_NaN();
  v1::RunEvent event_;  // the latest; none while its code is empty
  Curve gradient_norms_;
  Curve objective_values_;
  Curve training_values_, validation_values_;  // of models, where they were computed
};

/// `text`, cut to `width` characters (not bytes: it is UTF-8).
std::string Clipped(const std::string& text, int width);

}  // namespace thalweg::cli
