// DatasetService over real channels, with a real book: uploads in calls and in one stream, what is
// left of those that break, and who sees what.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "server/datasets/dataset_book.h"
#include "server/rpc/server.h"
#include "server/storage/memory_store.h"
#include "server/storage/memory_tables.h"
#include "server/studies/study_book.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/server_fixture.h"
#include "thalweg/v1/dataset_service.grpc.pb.h"

namespace thalweg::rpc {
namespace {

using access::Role;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Service = v1::DatasetService;

constexpr char kTable[] = "height,species\n1.5,oak\n,beech\n2.5,oak\n";

class DatasetServiceTest : public testing::Test {
 protected:
  DatasetServiceTest() {
    for (const char* tenant : {"vision", "speech"}) {
      tokens_.by_digest[access::DigestOf(tenant)] = {{tenant, tenant, Role::kUser}, std::nullopt};
    }
    tokens_.by_digest[access::DigestOf("admin")] = {{"admin", "", Role::kAdmin}, std::nullopt};
    book_->AskBeforeDeleting([this](const std::string& id) { return "datasets/" + id == in_use_; });
    Start(/*tokens=*/false);
  }
  ~DatasetServiceTest() override { server_.reset(); }

  void Start(bool tokens) {
    server_.reset();
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.datasets = book_.get();
    if (tokens) options.guard = &guard_.emplace(tokens_);
    server_ = *Server::Start(runs_, *studies_, calls_, options);
    server_->SetServing(true);
    stub_ = Service::NewStub(ChannelTo(server_->port()));
  }

  /// A unary call's answer, as the holder of the token where one is named.
  template <typename Response, typename Request>
  Response Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                const Request& request) {
    Context context;
    if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
    Response response;
    status_ = ((*stub_).*method)(&context, request, &response);
    return response;
  }
  template <typename Response, typename Request>
  Response Named(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                       Response*),
                 const std::string& name) {
    Request request;
    request.set_name(name);
    return Call(method, request);
  }

  std::string Begin(const v1::UploadSpec& spec = {}) {
    v1::StartUploadRequest request;
    *request.mutable_spec() = spec;
    return Call(&Service::Stub::StartUpload, request).upload().name();
  }
  v1::Upload Write(const std::string& upload, int64_t offset, const std::string& data,
                   std::optional<uint32_t> crc32c = {}) {
    v1::WriteUploadRequest request;
    request.set_name(upload);
    request.set_offset(offset);
    request.set_data(data);
    if (crc32c) request.set_crc32c(*crc32c);
    return Call(&Service::Stub::WriteUpload, request).upload();
  }
  v1::FinishUploadResponse Finish(const std::string& upload) {
    return Named(&Service::Stub::FinishUpload, upload);
  }
  /// The name of the dataset that a text has become.
  std::string Made(const std::string& text) {
    const std::string upload = Begin();
    Write(upload, 0, text);
    return Finish(upload).dataset().name();
  }
  std::vector<std::string> Listed() {
    std::vector<std::string> names;
    const auto page = Call(&Service::Stub::ListDatasets, v1::ListDatasetsRequest());
    for (const v1::Dataset& dataset : page.datasets()) names.push_back(dataset.name());
    return names;
  }

  /// Sends these messages in one stream: the spec where there is one, then the texts.
  v1::UploadDatasetResponse Stream(const std::optional<v1::UploadSpec>& spec,
                                   const std::vector<std::string>& texts) {
    Context context;
    v1::UploadDatasetResponse response;
    const auto writer = stub_->UploadDataset(&context, &response);
    v1::UploadDatasetRequest part;
    if (spec) {
      *part.mutable_spec() = *spec;
      writer->Write(part);
    }
    for (const std::string& text : texts) {
      part.set_data(text);
      writer->Write(part);
    }
    writer->WritesDone();
    status_ = writer->Finish();
    return response;
  }
  /// Nothing is stored and nothing on its way.
  void ExpectNothingLeft() {
    EXPECT_TRUE(Eventually([this] { return calls_.under_way() == 0; }));
    EXPECT_THAT(Listed(), IsEmpty());
    const std::lock_guard lock(kept_.mutex);
    EXPECT_EQ(kept_.counted.open_uploads, 0);
    EXPECT_EQ(kept_.counted.staged_bytes, 0);
    EXPECT_EQ(kept_.counted.bytes, 0);
  }

  struct Kept final : EventSink {
    void On(const DatasetsCounted& event) override {
      const std::lock_guard lock(mutex);
      counted = event;
    }
    std::mutex mutex;
    DatasetsCounted counted;
  };

  Kept kept_;
  Calls calls_;
  FakeRunBook runs_;
  storage::MemoryStore store_;
  storage::MemoryTables tables_;
  std::unique_ptr<datasets::DatasetBook> book_ =
      *datasets::DatasetBook::Open(store_, tables_, kept_, {});
  std::unique_ptr<studies::StudyBook> studies_ =
      *studies::StudyBook::Open(runs_, store_, calls_, {});
  access::Tokens tokens_;
  std::optional<access::Guard> guard_;
  std::string in_use_;
  std::string token_;
  grpc::Status status_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Service::Stub> stub_;
};

TEST_F(DatasetServiceTest, TakesATableInPieces) {
  v1::UploadSpec spec;
  spec.set_display_name("trees");
  spec.set_size(sizeof kTable - 1);
  const std::string text = kTable;
  const std::string upload = Begin(spec);
  EXPECT_EQ(Write(upload, 0, text.substr(0, 10)).received(), 10);
  EXPECT_EQ(Write(upload, 5, text.substr(5, 10)).received(), 15) << "five of them again";
  EXPECT_EQ(Named(&Service::Stub::GetUpload, upload).upload().received(), 15);
  Write(upload, 20, "x");
  EXPECT_EQ(status_.error_code(), grpc::OUT_OF_RANGE) << "a gap";
  Write(upload, 15, text.substr(15), 1);
  EXPECT_EQ(status_.error_code(), grpc::DATA_LOSS) << "not their checksum";
  Write(upload, 15, text.substr(15));

  const v1::Dataset dataset = Finish(upload).dataset();

  ASSERT_TRUE(status_.ok()) << status_.error_message();
  EXPECT_EQ(dataset.display_name(), "trees");
  EXPECT_EQ(dataset.row_count(), 3);
  ASSERT_THAT(dataset.columns(), SizeIs(2));
  EXPECT_EQ(dataset.columns(0).missing(), 1);
  EXPECT_EQ(dataset.columns(0).mean(), 2);
  EXPECT_THAT(dataset.columns(1).categories(), ElementsAre("beech", "oak"));
  Named(&Service::Stub::GetUpload, upload);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND) << "it is over";
}

TEST_F(DatasetServiceTest, GivesListsReadsAndForgetsATable) {
  const std::string name = Made(kTable);

  EXPECT_EQ(Named(&Service::Stub::GetDataset, name).dataset().row_count(), 3);
  EXPECT_THAT(Listed(), ElementsAre(name));

  v1::ReadDatasetRequest read;
  read.set_name(name);
  read.add_columns("height");
  read.set_row(1);
  const auto rows = Call(&Service::Stub::ReadDataset, read);
  EXPECT_THAT(rows.rows(), ElementsAre(1, 2));
  ASSERT_THAT(rows.columns(), SizeIs(1));
  EXPECT_TRUE(std::isnan(rows.columns(0).values(0)));
  EXPECT_EQ(rows.columns(0).values(1), 2.5);
  read.set_columns(0, "hight");
  Call(&Service::Stub::ReadDataset, read);
  EXPECT_THAT(status_, RefusedWith(grpc::INVALID_ARGUMENT, "UNKNOWN_NAME"));

  in_use_ = name;
  Named(&Service::Stub::DeleteDataset, name);
  EXPECT_THAT(status_, RefusedWith(grpc::FAILED_PRECONDITION, "DATASET_IN_USE"));
  in_use_.clear();
  Named(&Service::Stub::DeleteDataset, name);
  EXPECT_TRUE(status_.ok()) << status_.error_message();
  Named(&Service::Stub::GetDataset, name);
  EXPECT_THAT(status_, RefusedWith(grpc::NOT_FOUND, "DATASET_NOT_FOUND"));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, RefusesWhatIsNoUpload) {
  Call(&Service::Stub::StartUpload, v1::StartUploadRequest());
  EXPECT_THAT(status_, RefusedWith(grpc::INVALID_ARGUMENT, "MISSING_FIELD"));
  v1::UploadSpec spec;
  spec.mutable_csv()->set_delimiter(";;");
  Begin(spec);
  EXPECT_THAT(DetailsOf(status_).fields, ElementsAre("spec.csv.delimiter"));
  Finish("uploads/none");
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  Finish("runs/none");
  EXPECT_EQ(status_.error_code(), grpc::INVALID_ARGUMENT);
}

TEST_F(DatasetServiceTest, CancelsAnUpload) {
  const std::string upload = Begin();
  Write(upload, 0, kTable);
  Named(&Service::Stub::CancelUpload, upload);
  EXPECT_TRUE(status_.ok());
  Finish(upload);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, TakesATableInOneStream) {
  const auto kept = Stream(v1::UploadSpec(), {"a,b\n1", ",2\n3,", "4\n"});
  ASSERT_TRUE(status_.ok()) << status_.error_message();
  EXPECT_EQ(kept.dataset().row_count(), 2);
  EXPECT_FALSE(kept.existed());
  EXPECT_TRUE(Stream(v1::UploadSpec(), {"a,b\n1,2\n3,4\n"}).existed());
  EXPECT_TRUE(Eventually([this] { return calls_.under_way() == 0; }));
  EXPECT_THAT(calls_.finished(), Contains("client_stream UploadDataset OK"));
}

TEST_F(DatasetServiceTest, KeepsNothingOfARaggedTable) {
  Stream(v1::UploadSpec(), {"a,b\n1,2\n", "3\n"});
  EXPECT_EQ(status_.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("3")) << "the line";
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, RefusesAStreamWithoutItsSpecOrWithTwo) {
  Stream(std::nullopt, {"a\n1\n"});
  EXPECT_THAT(status_, RefusedWith(grpc::INVALID_ARGUMENT, "MISSING_FIELD"));
  Stream(std::nullopt, {});
  EXPECT_THAT(status_, RefusedWith(grpc::INVALID_ARGUMENT, "MISSING_FIELD"));

  Context context;
  v1::UploadDatasetResponse response;
  const auto writer = stub_->UploadDataset(&context, &response);
  v1::UploadDatasetRequest part;
  part.mutable_spec();
  writer->Write(part);
  writer->Write(part);
  writer->WritesDone();
  EXPECT_THAT(writer->Finish(), RefusedWith(grpc::INVALID_ARGUMENT, "INVALID_VALUE"));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, KeepsNothingWhereFewerOrMoreBytesComeThanWerePromised) {
  for (const int64_t promised : {11, 13}) {
    v1::UploadSpec spec;
    spec.set_size(promised);
    Stream(spec, {"a,b\n1,2\n3,4\n"});
    EXPECT_EQ(status_.error_code(), grpc::INVALID_ARGUMENT) << promised;
    ExpectNothingLeft();
  }
}

TEST_F(DatasetServiceTest, RefusesAtOnceMoreThanItTakes) {
  v1::UploadSpec spec;
  spec.set_size(int64_t{1} << 50);
  Begin(spec);
  EXPECT_EQ(status_.error_code(), grpc::RESOURCE_EXHAUSTED);
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, KeepsNothingOfAStreamThatIsCancelledOrOutOfTime) {
  for (const bool cancelled : {true, false}) {
    Context context(cancelled ? std::chrono::milliseconds(20'000) : std::chrono::milliseconds(300));
    v1::UploadDatasetResponse response;
    const auto writer = stub_->UploadDataset(&context, &response);
    v1::UploadDatasetRequest part;
    part.mutable_spec();
    writer->Write(part);
    part.set_data(kTable);
    writer->Write(part);
    if (cancelled) context.TryCancel();
    const grpc::Status ending = writer->Finish();  // without WritesDone: more could come
    EXPECT_EQ(ending.error_code(), cancelled ? grpc::CANCELLED : grpc::DEADLINE_EXCEEDED);
    ExpectNothingLeft();
  }
}

TEST_F(DatasetServiceTest, ShowsTenantsTheirOwnTablesAlone) {
  Start(/*tokens=*/true);
  token_ = "vision";
  const std::string name = Made(kTable);
  ASSERT_TRUE(status_.ok()) << status_.error_message();
  const std::string upload = Begin();

  token_ = "speech";
  EXPECT_THAT(Listed(), IsEmpty());
  Named(&Service::Stub::GetDataset, name);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  Named(&Service::Stub::ReadDataset, name);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  Named(&Service::Stub::DeleteDataset, name);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  Named(&Service::Stub::GetUpload, upload);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  Write(upload, 0, kTable);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  Named(&Service::Stub::CancelUpload, upload);
  EXPECT_EQ(status_.error_code(), grpc::NOT_FOUND);
  EXPECT_NE(Made(kTable), name) << "the same table is another's dataset";
  EXPECT_THAT(Listed(), SizeIs(1));

  token_ = "vision";
  EXPECT_THAT(Listed(), ElementsAre(name));
  token_ = "admin";
  EXPECT_THAT(Listed(), SizeIs(2));
}

}  // namespace
}  // namespace thalweg::rpc
