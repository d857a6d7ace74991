#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cpp/iterates_view.h"
#include "thalweg/v1/study.pb.h"

namespace thalweg::cli {

/// What is shown of a study while it is watched: a line an arm. Knows nothing of terminals.
class StudyPanel {
 public:
  void Update(const v1::Study& study);
  void Update(int64_t arm, const v1::Run& run);
  void Update(int64_t arm, const std::string& run, const client::IteratesView& batch);

  /// Lines of at most `width` columns, at most `height` of them: a headline, then the arms, those
  /// that are best first where not all fit.
  std::vector<std::string> Lines(int width, int height) const;

 private:
  struct Arm {
    int64_t iteration = -1;  // of the run heard of last
    double best = 0;         // of all its runs
    bool begun = false;
    int over = 0;       // runs
    std::string state;  // of the run heard of last
  };

  std::string Line(size_t arm) const;
  bool Better(size_t a, size_t b) const;
  void Best(Arm& arm, double value);

  v1::Study study_;
  std::vector<Arm> arms_;
};

}  // namespace thalweg::cli
