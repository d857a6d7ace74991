// Uploads over connections that break, and `thalweg datasets`, against a fake server.
#include "client/cpp/upload.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "client/cli/cli.h"
#include "client/cli/exit_code.h"
#include "client/cpp/client.h"
#include "client/cpp/crc32c.h"

namespace thalweg::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr size_t kMiB = size_t{1} << 20;

/// Keeps one upload and the table "datasets/a"; fails as its script says.
class FakeDatasets final : public v1::DatasetService::Service {
 public:
  struct Script {
    int lost_writes = 0;     ///< From the second on, so many are kept and answered UNAVAILABLE.
    int damaged_writes = 0;  ///< So many are DATA_LOSS.
    int forgotten = 0;       ///< At the second write the upload is forgotten, so often.
    int lost_ends = 0;       ///< FinishUpload is UNAVAILABLE so often.
    grpc::Status refusal = {};
  };

  explicit FakeDatasets(Script script) : script_(std::move(script)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeDatasets() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string bytes() const { return Locked(bytes_); }
  v1::UploadSpec spec() const { return Locked(spec_); }
  int starts() const { return Locked(starts_); }
  bool cancelled() const { return Locked(cancelled_); }

  grpc::Status StartUpload(grpc::ServerContext*, const v1::StartUploadRequest* request,
                           v1::StartUploadResponse* response) override {
    const std::lock_guard lock(mutex_);
    spec_ = request->spec();
    bytes_.clear();
    ++starts_;
    open_ = true;
    return Answer(*response->mutable_upload());
  }
  grpc::Status WriteUpload(grpc::ServerContext*, const v1::WriteUploadRequest* request,
                           v1::WriteUploadResponse* response) override {
    const std::lock_guard lock(mutex_);
    if (request->crc32c() != Crc32c(request->data())) return {grpc::StatusCode::DATA_LOSS, "crc"};
    if (!bytes_.empty() && script_.forgotten-- > 0) open_ = false;
    if (!open_) return {grpc::StatusCode::NOT_FOUND, "no such upload"};
    if (script_.damaged_writes-- > 0) return {grpc::StatusCode::DATA_LOSS, "damaged"};
    if (request->offset() != static_cast<int64_t>(bytes_.size())) {
      return {grpc::StatusCode::OUT_OF_RANGE, "not the next bytes"};
    }
    const bool first = bytes_.empty();
    bytes_ += request->data();
    if (!first && script_.lost_writes-- > 0) return {grpc::StatusCode::UNAVAILABLE, "lost"};
    return Answer(*response->mutable_upload());
  }
  grpc::Status GetUpload(grpc::ServerContext*, const v1::GetUploadRequest*,
                         v1::GetUploadResponse* response) override {
    const std::lock_guard lock(mutex_);
    return Answer(*response->mutable_upload());
  }
  grpc::Status FinishUpload(grpc::ServerContext*, const v1::FinishUploadRequest*,
                            v1::FinishUploadResponse* response) override {
    const std::lock_guard lock(mutex_);
    if (script_.lost_ends-- > 0) return {grpc::StatusCode::UNAVAILABLE, "lost"};
    if (!script_.refusal.ok()) return script_.refusal;
    *response->mutable_dataset() = Table();
    return grpc::Status::OK;
  }
  grpc::Status CancelUpload(grpc::ServerContext*, const v1::CancelUploadRequest*,
                            v1::CancelUploadResponse*) override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    return grpc::Status::OK;
  }
  grpc::Status GetDataset(grpc::ServerContext*, const v1::GetDatasetRequest* request,
                          v1::GetDatasetResponse* response) override {
    if (request->name() != "datasets/a") return {grpc::StatusCode::NOT_FOUND, "no such dataset"};
    *response->mutable_dataset() = Table();
    return grpc::Status::OK;
  }
  grpc::Status ListDatasets(grpc::ServerContext*, const v1::ListDatasetsRequest*,
                            v1::ListDatasetsResponse* response) override {
    *response->add_datasets() = Table();
    return grpc::Status::OK;
  }
  grpc::Status ReadDataset(grpc::ServerContext*, const v1::ReadDatasetRequest*,
                           v1::ReadDatasetResponse* response) override {
    for (const int row : {0, 1}) response->add_rows(row);
    v1::ColumnValues& height = *response->add_columns();
    height.set_name("height");
    height.add_values(1.5);
    height.add_values(NAN);
    v1::ColumnValues& species = *response->add_columns();
    species.set_name("species");
    species.add_values(1);
    species.add_values(0);
    return grpc::Status::OK;
  }
  grpc::Status DeleteDataset(grpc::ServerContext*, const v1::DeleteDatasetRequest* request,
                             v1::DeleteDatasetResponse*) override {
    return request->name() == "datasets/a"
               ? grpc::Status::OK
               : grpc::Status(grpc::StatusCode::NOT_FOUND, "no such dataset");
  }

 private:
  template <typename T>
  T Locked(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }
  grpc::Status Answer(v1::Upload& upload) const {
    if (!open_) return {grpc::StatusCode::NOT_FOUND, "no such upload"};
    upload.set_name("uploads/u");
    upload.set_received(static_cast<int64_t>(bytes_.size()));
    return grpc::Status::OK;
  }
  static v1::Dataset Table() {
    v1::Dataset table;
    table.set_name("datasets/a");
    table.set_display_name("trees");
    table.set_row_count(3);
    table.set_stored_bytes(5000);
    v1::Column& height = *table.add_columns();
    height.set_name("height");
    height.set_type(v1::COLUMN_TYPE_NUMBER);
    height.set_missing(1);
    height.set_least(1.5);
    height.set_greatest(2.5);
    height.set_mean(2);
    height.set_deviation(0.5);
    v1::Column& species = *table.add_columns();
    species.set_name("species");
    species.set_type(v1::COLUMN_TYPE_CATEGORY);
    species.set_distinct(2);
    for (const char* name : {"beech", "oak"}) species.add_categories(name);
    for (const int count : {1, 2}) species.add_counts(count);
    return table;
  }

  mutable std::mutex mutex_;
  Script script_;
  std::string bytes_;
  v1::UploadSpec spec_;
  int starts_ = 0;
  bool open_ = false;
  bool cancelled_ = false;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// So many bytes, no two MiB of them alike.
std::string Bytes(size_t count) {
  std::string bytes(count, ' ');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>('a' + (i * 31 + i / kMiB) % 26);
  return bytes;
}

Result<v1::FinishUploadResponse> UploadTo(const FakeDatasets& server, const std::string& bytes,
                                          const UploadOptions& options = {}) {
  std::istringstream stream(bytes);
  return Client::Connect(server.address())->Upload({}, stream, options);
}

TEST(Crc32c, IsCastagnolis) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(Crc32c(""), 0U);
}

TEST(Upload, SendsAllBytesAndTheirNumberAndTellsHowFarItIs) {
  const FakeDatasets server({});
  const std::string bytes = Bytes(2 * kMiB + 7);
  std::vector<int64_t> received;
  UploadOptions options;
  options.on_progress = [&](int64_t now, int64_t size) {
    received.push_back(now);
    EXPECT_EQ(size, static_cast<int64_t>(bytes.size()));
  };

  const auto kept = UploadTo(server, bytes, options);

  ASSERT_TRUE(kept.ok()) << kept.error().Text();
  EXPECT_EQ(kept->dataset().name(), "datasets/a");
  EXPECT_TRUE(server.bytes() == bytes);
  EXPECT_EQ(server.spec().size(), static_cast<int64_t>(bytes.size()));
  EXPECT_THAT(received, ::testing::ElementsAre(0, kMiB, 2 * kMiB, bytes.size()));
}

TEST(Upload, GoesOnFromWhereTheServerIs) {
  const FakeDatasets server({.lost_writes = 1, .lost_ends = 1});
  const std::string bytes = Bytes(3 * kMiB);
  int losses = 0;
  UploadOptions options;
  options.on_lost = [&](const Error& error) {
    EXPECT_EQ(error.message, "lost");
    ++losses;
  };

  const auto kept = UploadTo(server, bytes, options);

  ASSERT_TRUE(kept.ok()) << kept.error().Text();
  EXPECT_TRUE(server.bytes() == bytes) << "nothing twice, nothing left out";
  EXPECT_EQ(server.starts(), 1);
  EXPECT_EQ(losses, 2);
}

TEST(Upload, SendsAPieceAgainThatArrivedDamaged) {
  const FakeDatasets server({.damaged_writes = 1});
  const std::string bytes = Bytes(kMiB + 1);

  ASSERT_TRUE(UploadTo(server, bytes).ok());
  EXPECT_TRUE(server.bytes() == bytes);
}

TEST(Upload, BeginsAgainWhereTheServerHasForgottenIt) {
  const FakeDatasets server({.forgotten = 1});
  const std::string bytes = Bytes(2 * kMiB);

  ASSERT_TRUE(UploadTo(server, bytes).ok());
  EXPECT_TRUE(server.bytes() == bytes);
  EXPECT_EQ(server.starts(), 2);
}

TEST(Upload, EndsWhereTheServerForgetsItAgainAndAgain) {
  const FakeDatasets server({.forgotten = 1000});

  const auto kept = UploadTo(server, Bytes(2 * kMiB));

  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.error().code, grpc::StatusCode::NOT_FOUND);
}

TEST(Upload, GivesUpAfterASilenceAndLeavesNothingBehind) {
  const FakeDatasets server({.lost_ends = 1000});
  UploadOptions options;
  options.give_up_after = std::chrono::milliseconds(0);

  const auto kept = UploadTo(server, Bytes(10), options);

  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(server.cancelled());
}

TEST(Upload, IsOverWhereTheTableIsRefused) {
  const FakeDatasets server({.refusal = {grpc::StatusCode::INVALID_ARGUMENT, "row 3"}});
  const auto kept = UploadTo(server, Bytes(10));
  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.error().message, "row 3");
  EXPECT_EQ(server.starts(), 1);
}

TEST(Upload, IsCancelledByAStop) {
  const FakeDatasets server({.lost_ends = 1000});
  std::stop_source stop;
  UploadOptions options;
  options.stop = stop.get_token();
  options.on_lost = [&](const Error&) { stop.request_stop(); };

  ASSERT_FALSE(UploadTo(server, Bytes(10), options).ok());
  EXPECT_TRUE(server.cancelled());
}

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// `thalweg datasets` with these arguments.
Outcome Datasets(const FakeDatasets& server, std::vector<std::string> arguments,
                 cli::Terminal terminal = {}) {
  arguments.insert(arguments.begin(), "datasets");
  arguments.insert(arguments.end(), {"--server", server.address()});
  std::ostringstream out;
  std::ostringstream err;
  cli::Interrupt interrupt;
  cli::Context context{out, err, std::move(terminal), interrupt};
  const int code = cli::RunCli(arguments, context);
  return {code, out.str(), err.str()};
}

/// A file of this content while the test runs.
class File {
 public:
  explicit File(const std::string& content)
      : path_(::testing::TempDir() +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv") {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST(DatasetsUpload, SaysHowTheFileIsRead) {
  const FakeDatasets server({});
  const File file("a;b=c\n1;2\n");

  const Outcome outcome = Datasets(
      server, {"upload", file.path(), "--name", "trees", "--delimiter", ";", "--no-header",
               "--type", "b=c=category", "--type", "a=number", "--missing", "-99", "--missing=."});

  EXPECT_EQ(outcome.code, cli::kEndedWell) << outcome.err;
  EXPECT_EQ(outcome.out, "datasets/a\n");
  EXPECT_EQ(outcome.err, "datasets/a: 3 rows, 2 columns\n");
  EXPECT_EQ(server.bytes(), "a;b=c\n1;2\n");
  const v1::UploadSpec spec = server.spec();
  EXPECT_EQ(spec.display_name(), "trees");
  EXPECT_EQ(spec.csv().delimiter(), ";");
  EXPECT_TRUE(spec.csv().has_header());
  EXPECT_FALSE(spec.csv().header());
  EXPECT_EQ(spec.csv().types().at("b=c"), v1::COLUMN_TYPE_CATEGORY);
  EXPECT_EQ(spec.csv().types().at("a"), v1::COLUMN_TYPE_NUMBER);
  EXPECT_THAT(spec.csv().missing(), ::testing::ElementsAre("-99", "."));
}

TEST(DatasetsUpload, LeavesToTheServerWhatIsNotSaid) {
  const FakeDatasets server({});
  const File file("a\n1\n");

  Datasets(server, {"upload", file.path()});

  EXPECT_EQ(server.spec().display_name(), "LeavesToTheServerWhatIsNotSaid.csv");
  EXPECT_FALSE(server.spec().csv().has_header());
  EXPECT_THAT(server.spec().csv().delimiter(), IsEmpty());
}

TEST(DatasetsUpload, ShowsItsProgressOnATerminalAlone) {
  const FakeDatasets server({});
  const File file(Bytes(2 * kMiB));
  cli::Terminal terminal;
  terminal.live = true;

  EXPECT_THAT(Datasets(server, {"upload", file.path()}, terminal).err,
              HasSubstr("uploading: 1 of 2 MiB, 50 %"));
  EXPECT_THAT(Datasets(server, {"upload", file.path()}).err, Not(HasSubstr("MiB")));
  EXPECT_THAT(Datasets(server, {"upload", file.path(), "--json"}, terminal).err, IsEmpty());
}

TEST(DatasetsUpload, RefusesWhatItCannotUse) {
  const FakeDatasets server({});
  const File file("a\n1\n");
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"upload", "/nowhere.csv"},
        {"upload", "/tmp"},
        {"upload", file.path(), "--type", "a=text"},
        {"upload", file.path(), "--type", "a"},
        {"upload", file.path(), "--delimiter", ";;"},
        {"upload", file.path(), "--header", "--no-header"}}) {
    EXPECT_EQ(Datasets(server, wrong).code, cli::kRefused) << wrong.back();
  }
  EXPECT_EQ(server.starts(), 0);
}

TEST(DatasetsList, HasALineForEach) {
  const FakeDatasets server({});
  EXPECT_THAT(Datasets(server, {"list"}).out, HasSubstr("datasets/a"));
  EXPECT_THAT(Datasets(server, {"ls", "--json"}).out,
              HasSubstr(R"("rows":3,"stored_bytes":5000,)"));
}

TEST(DatasetsShow, SaysWhatColumnsAreLike) {
  const FakeDatasets server({});
  const std::string text = Datasets(server, {"show", "a"}).out;
  EXPECT_THAT(text, HasSubstr("3 rows, 2 columns, 4.9 KiB"));
  EXPECT_THAT(text, HasSubstr("species, 0 missing: oak (2), beech (1)\n"));
  const std::string json = Datasets(server, {"show", "datasets/a", "--json"}).out;
  EXPECT_THAT(json, HasSubstr(R"("name":"height","type":"number","missing":1,)"));
  EXPECT_THAT(json, HasSubstr(R"("mean":2,"deviation":0.5})"));
  EXPECT_THAT(json, HasSubstr(R"("categories":[{"name":"beech","count":1},)"));
  EXPECT_EQ(Datasets(server, {"show", "b"}).code, cli::kRefused);
}

TEST(DatasetsHead, ShowsRowsWithTheirCategories) {
  const FakeDatasets server({});
  EXPECT_EQ(Datasets(server, {"head", "a"}).out,
            "  row  height  species\n    0     1.5      oak\n    1       -    beech\n");
  EXPECT_EQ(Datasets(server, {"head", "a", "--json"}).out,
            R"({"row":0,"height":1.5,"species":"oak"}
{"row":1,"height":null,"species":"beech"}
)");
  EXPECT_EQ(Datasets(server, {"head", "a", "--rows", "0"}).code, cli::kRefused);
}

TEST(DatasetsDelete, ForgetsOneAfterTheOther) {
  const FakeDatasets server({});
  const Outcome outcome = Datasets(server, {"delete", "a", "b"});
  EXPECT_EQ(outcome.out, "datasets/a: deleted\n");
  EXPECT_EQ(outcome.code, cli::kRefused) << "b is not there";
}

}  // namespace
}  // namespace thalweg::client
