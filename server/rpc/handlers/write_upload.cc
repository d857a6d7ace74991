#include "server/rpc/handlers/write_upload.h"

#include <optional>

#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::WriteUploadResponse> WriteUpload(datasets::DatasetBook& book,
                                                    const datasets::Viewer& viewer,
                                                    const v1::WriteUploadRequest& request) {
  const auto id = UploadId(request.name());
  if (!id.ok()) return id.status();
  std::optional<uint32_t> crc32c;
  if (request.has_crc32c()) crc32c = request.crc32c();
  const auto upload = book.Write(viewer, *id, request.offset(), request.data(), crc32c);
  if (!upload.ok()) return upload.status();
  v1::WriteUploadResponse response;
  ToWire(*upload, *response.mutable_upload());
  return response;
}

}  // namespace thalweg::rpc
