#include "client/cli/watching/upload_file.h"

#include <filesystem>
#include <fstream>
#include <ostream>

#include "absl/strings/str_cat.h"

#include "client/cli/failure.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {

std::string UploadFile(const client::Client& client, const std::string& path,
                       const CommonOptions& options, Context& context) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(kRefused, absl::StrCat("'", path, "' cannot be read"));
  v1::UploadSpec spec;
  spec.mutable_csv();
  spec.set_display_name(std::filesystem::path(path).filename().string());
  const v1::UploadDatasetResponse response =
      ValueOf(client.UploadDataset(spec, file, CallOf(options, context)));
  if (!options.json) {
    const v1::Dataset& dataset = response.dataset();
    context.err << dataset.name() << ": " << CountText(dataset.row_count()) << " rows, "
                << dataset.columns_size() << " columns"
                << (response.existed() ? ", which were there before" : "") << "\n";
  }
  return response.dataset().name();
}

}  // namespace thalweg::cli
