// Plain lines, for a pipe or a log: a table that grows, then the result.
#include <cmath>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/str_format.h"

#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/summary.h"
#include "client/cli/progress/progress.h"
#include "client/cli/progress/selection.h"

namespace thalweg::cli {
namespace {

class LineProgress final : public Progress {
 public:
  LineProgress(const ProgressOptions& options, Context& context)
      : context_(context),
        quiet_(options.quiet),
        every_iterate_(options.every.has_value()),
        selection_(options.every) {}

  void Run(const v1::Run& run) override {
    if (quiet_ || headed_) return;
    headed_ = true;
    model_ = run.objective().has_model();
    const std::string& batches = run.batches().kind();
    by_epoch_ = !every_iterate_ && model_ && !batches.empty() && batches != "full";
    context_.out << Headline(run) << "\n" << Head() << std::flush;
  }

  void Iterates(const client::IteratesView& batch) override {
    if (quiet_) return;
    for (size_t i = 0; i < batch.size(); ++i) {
      newest_.reset();
      if (IsShown(batch, i)) {
        context_.out << Line(batch, i);
      } else if (i + 1 == batch.size()) {
        newest_ = Line(batch, i);
      }
    }
    context_.out.flush();
  }

  void Event(const v1::RunEvent& event) override {
    if (quiet_) return;
    context_.out << absl::StrFormat("%12d %s\n", event.iteration(), EventText(event)) << std::flush;
  }

  void Gap(const v1::Gap&) override {}  // the numbers in the first column say it

  void Lost(const client::Error& reason) override {
    if (!quiet_) context_.err << "connection lost (" << reason.message << "), trying again\n";
  }

  void Finished(const v1::Run& run) override {
    if (newest_) context_.out << *newest_;
    context_.out << Summary(run, context_.terminal) << std::flush;
  }

 private:
  /// With batches the ends of epochs count, where the training value is known.
  bool IsShown(const client::IteratesView& batch, size_t i) {
    if (!by_epoch_) return selection_.Contains(batch.iteration()[i]);
    return !std::isnan(batch.training_value(i)) &&
           selection_.Contains(std::llround(batch.epoch(i)));
  }

  std::string Head() const {
    if (!model_) {
      return absl::StrFormat("%12s %16s %16s %12s %12s %12s\n", "iteration", "value", "best",
                             "|gradient|", "|step|", "rate");
    }
    return absl::StrFormat("%12s %10s %14s %14s %14s %12s %12s\n", "iteration", "epoch", "value",
                           "training", "validation", "|gradient|", "rate");
  }

  std::string Line(const client::IteratesView& batch, size_t i) const {
    if (!model_) {
      return absl::StrFormat(
          "%12d %16s %16s %12s %12s %12s\n", batch.iteration()[i], ShortText(batch.value()[i], 10),
          ShortText(batch.best_value()[i], 10), KnownText(batch.gradient_norm()[i], 5),
          ShortText(batch.step_norm()[i], 5), ShortText(batch.learning_rate()[i], 5));
    }
    return absl::StrFormat(
        "%12d %10s %14s %14s %14s %12s %12s\n", batch.iteration()[i], ShortText(batch.epoch(i), 5),
        ShortText(batch.value()[i], 8), KnownText(batch.training_value(i), 8),
        KnownText(batch.validation_value(i), 8), KnownText(batch.gradient_norm()[i], 5),
        ShortText(batch.learning_rate()[i], 5));
  }

  Context& context_;
  const bool quiet_;
  const bool every_iterate_;  // asked for by number
  Selection selection_;
  bool headed_ = false;
  bool model_ = false;
  bool by_epoch_ = false;
  std::optional<std::string> newest_;  // when it has not been printed: it may be the last of all
};

}  // namespace

std::unique_ptr<Progress> MakeLineProgress(const ProgressOptions& options, Context& context) {
  return std::make_unique<LineProgress>(options, context);
}

}  // namespace thalweg::cli
