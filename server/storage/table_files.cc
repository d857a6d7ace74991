#include "server/storage/table_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "server/runs/crc32c.h"
#include "server/storage/file.h"
#include "server/storage/table_codec.h"

namespace thalweg::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'t', 'h', 'a', 'l', 't', 'a', 'b', '1'};
constexpr std::string_view kEnding = ".table";
constexpr size_t kHeadBytes = 4096;  // a page, so that cells lie at the beginning of one
constexpr uint64_t kMostCells = uint64_t{1} << 48;

/// The beginning of a file; all else in its page is 0.
struct Head {
  char magic[8];
  uint64_t rows;
  uint64_t columns;
  uint64_t tail_bytes;  // behind the cells
  uint32_t tail_crc;
  uint32_t crc;  // of the page, with this as 0
};

absl::Status Corrupt(const std::string& id, std::string_view what) {
  return absl::DataLossError(absl::StrCat("table '", id, "' is damaged: ", std::string(what)));
}

int64_t CellBytes(uint64_t rows, uint64_t columns) {
  return static_cast<int64_t>(rows * columns * sizeof(double));
}

uint32_t CrcOf(const char* at, size_t size) { return runs::Crc32c({at, size}); }

std::string HeadPage(Head head) {
  std::string page(kHeadBytes, '\0');
  head.crc = 0;
  std::memcpy(page.data(), &head, sizeof(head));
  head.crc = runs::Crc32c(page);
  std::memcpy(page.data(), &head, sizeof(head));
  return page;
}

std::string RandomName() {
  std::random_device device;
  return absl::StrCat(absl::Hex((uint64_t{device()} << 32U) | device(), absl::kZeroPad16));
}

class FileDraft final : public datasets::TableDraft {
 public:
  static absl::StatusOr<std::unique_ptr<datasets::TableDraft>> Begin(const std::string& folder,
                                                                     Index rows, size_t columns) {
    const std::string path = absl::StrCat(folder, "/making/", RandomName());
    absl::StatusOr<File> file = File::Create(path);
    if (!file.ok()) return file.status();
    std::unique_ptr<FileDraft> draft(
        new FileDraft(*std::move(file), folder, path, static_cast<uint64_t>(rows), columns));
    const int64_t bytes =
        static_cast<int64_t>(kHeadBytes) + CellBytes(draft->rows_, draft->columns_);
    if (absl::Status status = draft->file_.Reserve(bytes); !status.ok()) return status;
    auto memory = draft->file_.Map(bytes, /*writable=*/true);
    if (!memory.ok()) return memory.status();
    draft->memory_ = *std::move(memory);
    return draft;
  }
  ~FileDraft() override {
    if (!path_.empty()) unlink(path_.c_str());
  }

  double* cells() override { return reinterpret_cast<double*>(memory_.get() + kHeadBytes); }

  absl::StatusOr<int64_t> Keep(const std::string& id,
                               const std::vector<data::ColumnInfo>& columns) override {
    std::string tail;
    const size_t column_bytes = rows_ * sizeof(double);
    for (size_t i = 0; i < columns_; ++i) {
      const uint32_t crc =
          CrcOf(reinterpret_cast<const char*>(cells()) + i * column_bytes, column_bytes);
      tail.append(reinterpret_cast<const char*>(&crc), sizeof(crc));
    }
    tail += EncodeColumns(columns);
    Head head{.magic = {},
              .rows = rows_,
              .columns = columns_,
              .tail_bytes = tail.size(),
              .tail_crc = runs::Crc32c(tail),
              .crc = 0};
    std::memcpy(head.magic, kMagic, sizeof(kMagic));
    const int64_t behind = static_cast<int64_t>(kHeadBytes) + CellBytes(rows_, columns_);
    absl::Status status = file_.Write(behind, tail);
    if (status.ok()) status = file_.Write(0, HeadPage(head));
    if (status.ok()) status = file_.Sync();  // what was written through the map as well
    if (!status.ok()) return status;
    const std::string name = absl::StrCat(folder_, "/", id, std::string(kEnding));
    if (std::rename(path_.c_str(), name.c_str()) != 0) return absl::ErrnoToStatus(errno, "rename");
    path_.clear();
    if (status = SyncFolder(folder_); !status.ok()) return status;
    return behind + static_cast<int64_t>(tail.size());
  }

 private:
  FileDraft(File file, std::string folder, std::string path, uint64_t rows, uint64_t columns)
      : file_(std::move(file)),
        folder_(std::move(folder)),
        path_(std::move(path)),
        rows_(rows),
        columns_(columns) {}

  File file_;
  const std::string folder_;
  std::string path_;  // empty: it has its name
  const uint64_t rows_;
  const uint64_t columns_;
  std::shared_ptr<char> memory_;
};

class FileStaging final : public datasets::Staging {
 public:
  explicit FileStaging(File file) : file_(std::move(file)) {}
  absl::Status Write(int64_t offset, std::string_view bytes) override {
    return file_.Write(offset, bytes);
  }
  absl::StatusOr<size_t> Read(int64_t offset, std::span<char> to) override {
    return file_.Read(offset, to.data(), to.size());
  }

 private:
  File file_;
};

/// Whether the head is one and fits the file's size.
absl::Status CheckHead(const std::string& id, const Head& head, const char* page, int64_t size) {
  if (std::memcmp(head.magic, kMagic, sizeof(kMagic)) != 0) return Corrupt(id, "its head");
  std::string copy(page, kHeadBytes);
  Head zeroed = head;
  zeroed.crc = 0;
  std::memcpy(copy.data(), &zeroed, sizeof(zeroed));
  if (runs::Crc32c(copy) != head.crc) return Corrupt(id, "its head");
  if (head.rows == 0 || head.columns == 0 || head.rows > kMostCells / head.columns) {
    return Corrupt(id, "its shape");
  }
  const int64_t cells = CellBytes(head.rows, head.columns);
  const auto wanted = static_cast<uint64_t>(cells) + kHeadBytes + head.tail_bytes;
  if (wanted != static_cast<uint64_t>(size)) return Corrupt(id, "its length");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableFiles>> TableFiles::In(const std::string& folder) {
  std::error_code error;
  const fs::path making = fs::path(folder) / "making";
  fs::create_directory(folder, error);
  if (!error) fs::remove_all(making, error);  // what a crash left
  if (!error) fs::create_directory(making, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("folder '", folder, "'"));
  return std::unique_ptr<TableFiles>(new TableFiles(folder));
}

absl::StatusOr<std::unique_ptr<datasets::TableDraft>> TableFiles::Draft(Index rows,
                                                                        size_t columns) {
  return FileDraft::Begin(folder_, rows, columns);
}

absl::StatusOr<std::unique_ptr<datasets::Staging>> TableFiles::Stage() {
  absl::StatusOr<File> file = File::Nameless(folder_ + "/making");
  if (!file.ok()) return file.status();
  return std::make_unique<FileStaging>(*std::move(file));
}

absl::StatusOr<std::shared_ptr<const data::Table>> TableFiles::Open(const std::string& id) {
  absl::StatusOr<File> file = File::Open(absl::StrCat(folder_, "/", id, std::string(kEnding)));
  if (!file.ok()) return file.status();
  const absl::StatusOr<int64_t> size = file->Size();
  if (!size.ok()) return size.status();
  if (*size < static_cast<int64_t>(kHeadBytes)) return Corrupt(id, "its length");
  const absl::StatusOr<std::shared_ptr<char>> mapped = file->Map(*size, /*writable=*/false);
  if (!mapped.ok()) return mapped.status();
  const std::shared_ptr<char>& memory = *mapped;
  Head head;
  std::memcpy(&head, memory.get(), sizeof(head));
  if (absl::Status status = CheckHead(id, head, memory.get(), *size); !status.ok()) return status;

  const char* const cells = memory.get() + kHeadBytes;
  const char* const tail = cells + CellBytes(head.rows, head.columns);
  const size_t crc_bytes = head.columns * sizeof(uint32_t);
  if (head.tail_bytes < crc_bytes || CrcOf(tail, head.tail_bytes) != head.tail_crc) {
    return Corrupt(id, "its columns' description");
  }
  auto columns = DecodeColumns(std::string(tail + crc_bytes, head.tail_bytes - crc_bytes));
  if (!columns.ok() || columns->size() != head.columns) {
    return Corrupt(id, "its columns' description");
  }
  const size_t column_bytes = head.rows * sizeof(double);
  for (size_t i = 0; i < head.columns; ++i) {
    uint32_t crc = 0;
    std::memcpy(&crc, tail + i * sizeof(crc), sizeof(crc));
    if (CrcOf(cells + i * column_bytes, column_bytes) != crc) {
      return Corrupt(id, absl::StrCat("column '", (*columns)[i].name, "'"));
    }
  }
  return std::make_shared<data::Table>(*std::move(columns), static_cast<Index>(head.rows),
                                       reinterpret_cast<const double*>(cells), memory);
}

absl::StatusOr<std::vector<std::string>> TableFiles::Ids() {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() == kEnding) ids.push_back(entry.path().stem());
  }
  if (error) return absl::ErrnoToStatus(error.value(), "list");
  return ids;
}

absl::Status TableFiles::Remove(const std::string& id) {
  const std::string name = absl::StrCat(folder_, "/", id, std::string(kEnding));
  if (unlink(name.c_str()) != 0 && errno != ENOENT) return absl::ErrnoToStatus(errno, "remove");
  return SyncFolder(folder_);
}

}  // namespace thalweg::storage
