#include "server/datasets/uploads.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/datasets/intake.h"
#include "server/runs/crc32c.h"

namespace thalweg::datasets {
namespace {

constexpr size_t kMostAtOnce = 4 << 20;

absl::Status NoSuchUpload(const std::string& id) {
  return RefuseWith(absl::StatusCode::kNotFound, Reason::kUploadNotFound,
                    absl::StrCat("there is no upload ", Quoted(id),
                                 "; it is over, or was forgotten: begin again"));
}

absl::Status Busy(const std::string& id) {
  return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
                    absl::StrCat("upload '", id, "' is being finished"));
}

absl::Status TooLarge(int64_t bytes, int64_t most) {
  return RefuseQuota(
      {.quota = "dataset_bytes", .limit = most, .subject = ""},
      absl::StrCat(bytes, " bytes are more than the ", most, " that this server allows a dataset"));
}

/// Sixteen letters and digits that nobody can guess.
std::string NewId() {
  constexpr char kAlphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device device;
  std::string id = "u";
  for (int i = 0; i < 16; ++i) id.push_back(kAlphabet[device() % 32]);
  return id;
}

}  // namespace

absl::Status Uploads::CheckRoomForOne(const std::string& tenant) {
  constexpr char kQuota[] = "open_uploads";
  if (static_cast<int>(entries_.size()) >= limits_.most) {
    return RefuseQuota(
        {.quota = kQuota, .limit = limits_.most, .subject = "", .retry_seconds = 10},
        absl::StrCat("there are ", limits_.most, " open uploads, as many as this server allows"));
  }
  const auto of_tenant = std::count_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry.second.session->tenant == tenant;
  });
  if (of_tenant >= limits_.most_of_tenant) {
    return RefuseQuota(
        {.quota = kQuota, .limit = limits_.most_of_tenant, .subject = tenant, .retry_seconds = 10},
        absl::StrCat("there are ", limits_.most_of_tenant,
                     " open uploads, as many as one caller may have"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Upload> Uploads::Start(const std::string& tenant, const UploadSpec& spec) {
  ForgetOld();
  if (absl::Status status = CheckSpec(spec); !status.ok()) return Under("spec", status);
  int64_t announced = spec.size.value_or(0);
  if (const auto* raw = std::get_if<RawFormat>(&spec.format)) {
    const auto bytes = raw->rows * static_cast<int64_t>(raw->columns.size() * sizeof(double));
    if (spec.size && *spec.size != bytes) {
      return Refuse("spec.size", Reason::kDatasetShapeMismatch,
                    absl::StrCat("is ", *spec.size, "; ", raw->rows, " rows of ",
                                 raw->columns.size(), " columns are ", bytes, " bytes"));
    }
    announced = bytes;
  }
  if (announced > limits_.max_bytes) return TooLarge(announced, limits_.max_bytes);
  if (absl::Status status = limits_.room(announced); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Staging>> bytes = store_.Stage();
  if (!bytes.ok()) return bytes.status();

  auto session = std::make_shared<Session>();
  session->upload = {.id = NewId(), .spec = spec};
  session->tenant = tenant;
  session->bytes = *std::move(bytes);
  session->share = ledger_.Open(tenant);
  const Upload upload = session->upload;
  const std::lock_guard lock(mutex_);
  if (absl::Status status = CheckRoomForOne(tenant); !status.ok()) return status;
  entries_[upload.id] = {std::move(session), limits_.now(), 0};
  return upload;
}

absl::StatusOr<std::shared_ptr<Uploads::Session>> Uploads::Find(const Viewer& viewer,
                                                                const std::string& id) {
  ForgetOld();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return NoSuchUpload(id);
  const std::shared_ptr<Session>& session = found->second.session;
  // Another's is not there, even for those who see all: nobody goes on with a stranger's upload.
  if (session->tenant != viewer.tenant) return NoSuchUpload(id);
  return session;
}

absl::StatusOr<Upload> Uploads::Write(const Viewer& viewer, const std::string& id, int64_t offset,
                                      std::string_view bytes, std::optional<uint32_t> crc32c) {
  if (bytes.size() > kMostAtOnce) {
    return Refuse(
        "data", Reason::kInvalidValue,
        absl::StrCat(bytes.size(), " bytes; at most ", kMostAtOnce, " are taken at once"));
  }
  if (crc32c && *crc32c != runs::Crc32c(bytes)) {
    return RefuseWith(absl::StatusCode::kDataLoss, Reason::kDataCorrupt,
                      "the bytes that came do not have the crc32c that was sent: send them again");
  }
  const auto found = Find(viewer, id);
  if (!found.ok()) return found.status();
  Session& session = **found;
  const std::lock_guard lock(session.mutex);
  if (session.over) return NoSuchUpload(id);
  if (session.busy) return Busy(id);
  const int64_t received = session.upload.received;
  if (offset < 0 || offset > received) {
    return RefuseWith(
        absl::StatusCode::kOutOfRange, Reason::kInvalidValue,
        absl::StrCat("offset: is ", offset, "; ", received, " bytes have come so far"));
  }
  const auto known =
      static_cast<size_t>(std::min<int64_t>(received - offset, static_cast<int64_t>(bytes.size())));
  std::vector<char> before(known);
  if (known > 0) {
    const absl::StatusOr<size_t> read = session.bytes->Read(offset, before);
    if (!read.ok()) return read.status();
    if (*read != known || bytes.substr(0, known) != std::string_view(before.data(), known)) {
      return Refuse("data", Reason::kInvalidValue,
                    absl::StrCat("the ", known, " bytes from ", offset,
                                 " on differ from those that came before"));
    }
  }
  if (absl::Status status = Append(session, bytes.substr(known)); !status.ok()) return status;
  Touch(session);
  return session.upload;
}

absl::Status Uploads::Append(Session& session, std::string_view bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t after = session.upload.received + size;
  const std::optional<int64_t>& announced = session.upload.spec.size;
  if (announced && after > *announced) {
    return Refuse("", Reason::kDatasetShapeMismatch,
                  absl::StrCat("more than the ", *announced, " bytes came that were announced"));
  }
  if (after > limits_.max_bytes) return TooLarge(after, limits_.max_bytes);
  if (absl::Status status = limits_.room(size); !status.ok()) return status;
  if (absl::Status status = session.share.Grow(size); !status.ok()) return status;
  absl::Status status = session.bytes->Write(session.upload.received, bytes);
  if (absl::IsResourceExhausted(status)) {
    return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kStorageFull,
                      std::string(status.message()));
  }
  if (status.ok()) session.upload.received = after;
  return status;
}

absl::StatusOr<Upload> Uploads::Get(const Viewer& viewer, const std::string& id) {
  const auto found = Find(viewer, id);
  if (!found.ok()) return found.status();
  const std::lock_guard lock((*found)->mutex);
  return (*found)->upload;
}

absl::Status Uploads::Cancel(const Viewer& viewer, const std::string& id) {
  const auto claimed = Claim(viewer, id);
  if (!claimed.ok()) return claimed.status();
  End(**claimed, "cancelled");
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Uploads::Session>> Uploads::Claim(const Viewer& viewer,
                                                                 const std::string& id) {
  const auto found = Find(viewer, id);
  if (!found.ok()) return found.status();
  const std::lock_guard lock((*found)->mutex);
  if ((*found)->over) return NoSuchUpload(id);
  if (std::exchange((*found)->busy, true)) return Busy(id);
  return found;
}

void Uploads::Release(Session& session) {
  const std::lock_guard lock(session.mutex);
  session.busy = false;
  Touch(session);
}

void Uploads::End(Session& session, std::string_view result) {
  {
    const std::lock_guard lock(session.mutex);
    session.over = true;
    session.bytes.reset();
    session.share = {};
  }
  {
    const std::lock_guard lock(mutex_);
    entries_.erase(session.upload.id);
  }
  events_.On(UploadFinished{result});
}

void Uploads::Touch(const Session& session) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(session.upload.id);
  if (entry == entries_.end()) return;
  entry->second.touched = limits_.now();
  entry->second.received = session.upload.received;
}

void Uploads::ForgetOld() {
  std::vector<std::shared_ptr<Session>> old;
  {
    const std::lock_guard lock(mutex_);
    const auto now = limits_.now();
    for (const auto& [id, entry] : entries_) {
      if (now - entry.touched > limits_.patience) old.push_back(entry.session);
    }
  }
  for (const auto& session : old) {
    {
      const std::lock_guard lock(session->mutex);
      if (session->over || std::exchange(session->busy, true)) continue;
    }
    End(*session, "forgotten");
  }
}

int64_t Uploads::count() {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(entries_.size());
}

int64_t Uploads::bytes() {
  const std::lock_guard lock(mutex_);
  int64_t bytes = 0;
  for (const auto& [id, entry] : entries_) bytes += entry.received;
  return bytes;
}

}  // namespace thalweg::datasets
