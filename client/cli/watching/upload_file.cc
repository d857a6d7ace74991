#include "client/cli/watching/upload_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/failure.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

constexpr double kMiB = 1 << 20;

/// One line that is written over and over, on a terminal alone.
class UploadLine {
 public:
  UploadLine(bool shown, Context& context) : shown_(shown), context_(context) {}
  ~UploadLine() { Clear(); }
  UploadLine(const UploadLine&) = delete;
  UploadLine& operator=(const UploadLine&) = delete;

  void Show(int64_t received, int64_t size) {
    const int percent =
        size == 0
            ? 100
            : static_cast<int>(100.0 * static_cast<double>(received) / static_cast<double>(size));
    if (!shown_ || percent == percent_) return;
    percent_ = percent;
    context_.err << "\r\x1b[K";
    if (received < size) {
      context_.err << absl::StrFormat("uploading: %.0f of %.0f MiB, %d %%",
                                      static_cast<double>(received) / kMiB,
                                      static_cast<double>(size) / kMiB, percent);
    } else {
      context_.err << "uploaded; the server reads the table ...";
    }
    context_.err << std::flush;
  }
  void Clear() {
    if (percent_ >= 0) context_.err << "\r\x1b[K" << std::flush;
    percent_ = -1;
  }

 private:
  const bool shown_;
  Context& context_;
  int percent_ = -1;  // -1: no line
};

struct Kept {
  v1::Dataset dataset;
  bool existed = false;
};

template <typename Response>
Kept KeptOf(client::Result<Response> response, const Context& context) {
  if (!response.ok() && context.interrupt.triggered()) {
    throw Failure(kInterrupted, "the upload was stopped, and nothing is kept");
  }
  Response kept = ValueOf(std::move(response));
  return {std::move(*kept.mutable_dataset()), kept.existed()};
}

Kept Upload(const client::Client& client, const v1::UploadSpec& spec, std::istream& file,
            const CommonOptions& options, Context& context) {
  UploadLine line(context.terminal.live && !options.json, context);
  client::UploadOptions upload;
  upload.piece_timeout = CallOf(options, context).timeout;
  upload.finish_timeout = std::max(upload.finish_timeout, upload.piece_timeout);
  upload.stop = context.interrupt.token();
  upload.on_progress = [&line](int64_t received, int64_t size) { line.Show(received, size); };
  upload.on_lost = [&](const client::Error& reason) {
    line.Clear();
    context.err << "connection lost (" << Printable(reason.message) << "), trying again\n";
  };
  return KeptOf(client.Upload(spec, file, upload), context);
}

}  // namespace

v1::Dataset UploadTable(const client::Client& client, const std::string& path, v1::UploadSpec spec,
                        const CommonOptions& options, Context& context) {
  std::ifstream file(path, std::ios::binary);
  std::error_code failure;
  if (!file || std::filesystem::is_directory(path, failure)) {
    throw Failure(kRefused, absl::StrCat("'", path, "' cannot be read"));
  }
  if (spec.display_name().empty()) {
    spec.set_display_name(std::filesystem::path(path).filename().string());
  }
  // What a pipe gives cannot be sent again.
  const Kept kept =
      std::filesystem::is_regular_file(path, failure)
          ? Upload(client, spec, file, options, context)
          : KeptOf(client.UploadDataset(spec, file, CallOf(options, context)), context);
  if (!options.json) {
    context.err << kept.dataset.name() << ": " << CountText(kept.dataset.row_count()) << " rows, "
                << kept.dataset.columns_size() << " columns"
                << (kept.existed ? ", which were there before" : "") << "\n";
  }
  return kept.dataset;
}

std::string UploadFile(const client::Client& client, const std::string& path,
                       const CommonOptions& options, Context& context) {
  v1::UploadSpec spec;
  spec.mutable_csv();
  return UploadTable(client, path, std::move(spec), options, context).name();
}

}  // namespace thalweg::cli
