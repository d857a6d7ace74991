// Tables that cannot be learnt from, through the real command and the real server: what is said of
// each, and what is left of it in the data folder.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/end_to_end/server_process.h"
#include "thalweg/v1/dataset_service.grpc.pb.h"

namespace thalweg::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Outcome {
  int code = -1;
  std::string text;  // of both streams
};

class TablesOverTheWire : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.WaitUntilReady()) << server_.Errors(); }

  Outcome Fit(const std::string& table, const std::string& options) {
    std::ofstream(folder_ / "table.csv", std::ios::binary) << table;
    const std::string line = "THALWEG_SERVER=" + server_.ready().grpc +
                             " '" THALWEG_BINARY_DIR "/thalweg' fit " + (folder_ / "table.csv") +
                             " " + options + " 2>&1";
    Outcome outcome;
    FILE* const pipe = popen(line.c_str(), "r");
    char bytes[4096];
    while (const size_t count = fread(bytes, 1, sizeof bytes, pipe))
      outcome.text.append(bytes, count);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
  }

  /// Files in the folder of the tables, at any depth.
  std::vector<std::string> Stored() const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder_ / "data/datasets")) {
      if (entry.is_regular_file()) names.push_back(entry.path().filename());
    }
    return names;
  }
  static v1::WriteUploadRequest Piece(const std::string& upload, size_t bytes) {
    v1::WriteUploadRequest request;
    request.set_name(upload);
    request.set_data("a,b\n" + std::string(bytes - 4, '1'));
    return request;
  }

  TemporaryFolder folder_;
  ServerProcess server_{{"--data-dir=" + (folder_ / "data")}};
};

struct BadTable {
  std::string name;
  std::string text;
  std::vector<std::string> says;
  /// Of a table that is good in itself, and bad for this model alone.
  bool kept = false;
  std::string options = "--target y";
};

void PrintTo(const BadTable& table, std::ostream* out) { *out << table.name; }

class ABadTable : public TablesOverTheWire, public ::testing::WithParamInterface<BadTable> {};

TEST_P(ABadTable, IsRefusedWithItsPlaceAndLeavesNothingHalfStored) {
  const Outcome outcome = Fit(GetParam().text, GetParam().options);

  EXPECT_EQ(outcome.code, 1) << outcome.text;
  for (const std::string& part : GetParam().says) EXPECT_THAT(outcome.text, HasSubstr(part));
  if (GetParam().kept) {
    ASSERT_THAT(Stored(), SizeIs(1)) << "it is whole, and another model may learn from it";
    EXPECT_EQ(std::filesystem::path(Stored().front()).extension(), ".table");
  } else {
    EXPECT_THAT(Stored(), IsEmpty());
  }
}

// Rows of a file count its line of names, as editors do; rows of a table that was stored do not.
INSTANTIATE_TEST_SUITE_P(
    Every, ABadTable,
    ::testing::ValuesIn(std::vector<BadTable>{
        {"ShortRow", "x,y\n1,2\n3\n4,5\n", {"row 3 has 1 cells", "expected 2"}},
        {"LongRow", "x,y\n1,2\n3,4,5\n", {"row 3 has 3 cells", "expected 2"}},
        {"TextInANumber", "x,y\n1,2\n3,4\n5,6\nabc,7\n8,9\n", {"row 5, column 'x'", "'abc'"}},
        {"Infinity", "x,y\n1,2\ninf,3\n2,4\n", {"row 3, column 'x'", "'inf' is not finite"}},
        {"NameTwice", "x,x,y\n1,2,3\n", {"row 1, column 2", "'x' is that of column 1"}},
        {"OpenQuote", "x,y\n1,2\n\"3,4\n", {"row 3, column 1", "quote"}},
        {"NotUtf8", "x,y\n1,2\n\xff\xfe,3\n", {"row 3, column 1", "\\xff\\xfe", "not UTF-8"}},
        {"NulByte", std::string("x,y\n1,\0\n", 8), {"row 2, column 2", "NUL"}},
        {"Empty", "", {"the file is empty"}},
        {"HeaderOnly", "x,y\n", {"a line of names and no row below it"}},
        {"MissingCell", "x,y\n1,2\nnan,3\n2,4\n", {"row 2, column 'x'", "no value"}, true},
        {"MissingColumn", "x,z,y\n1,,2\n2,,3\n", {"column 'z'", "any of the 2 rows"}, true},
        {"WrongTarget",
         "x,price\n1,2\n2,3\n",
         {"--target", "unknown column 'prise'", "'price'"},
         true,
         "--target prise"},
        {"OneClass",
         "x,y\n1,yes\n2,yes\n",
         {"column 'y' is 'yes' in all 2 training rows"},
         true,
         "--target y --model logistic"},
    }),
    [](const auto& made) { return made.param.name; });

TEST_F(TablesOverTheWire, LearnOfAConstantColumnThatItTellsNothing) {
  const Outcome outcome = Fit("x,c,y\n1,7,2\n2,7,4\n3,7,7\n4,7,8\n", "--target y");
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("column 'c' holds 7 in every training row"));
}

TEST_F(TablesOverTheWire, KeepNothingWhereMuchIsPromisedAndLittleSent) {
  const auto stub = v1::DatasetService::NewStub(
      grpc::CreateChannel(server_.ready().grpc, grpc::InsecureChannelCredentials()));
  v1::StartUploadRequest start;
  start.mutable_spec()->set_size(10'000'000'000);
  v1::StartUploadResponse started;
  const auto call = [](auto method, auto& service, const auto& request, auto& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return (service.*method)(&context, request, &response);
  };
  using Stub = v1::DatasetService::Stub;
  EXPECT_EQ(call(&Stub::StartUpload, *stub, start, started).error_code(), grpc::RESOURCE_EXHAUSTED)
      << "10 GB are more than it takes";
  EXPECT_THAT(Stored(), IsEmpty());

  start.mutable_spec()->set_size(1'000'000'000);
  ASSERT_TRUE(call(&Stub::StartUpload, *stub, start, started).ok());
  v1::WriteUploadResponse written;
  ASSERT_TRUE(call(&Stub::WriteUpload, *stub, Piece(started.upload().name(), 1000), written).ok());
  v1::FinishUploadRequest finish;
  finish.set_name(started.upload().name());
  v1::FinishUploadResponse finished;
  const grpc::Status refused = call(&Stub::FinishUpload, *stub, finish, finished);
  EXPECT_EQ(refused.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("1000"));
  uintmax_t bytes = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder_ / "data/datasets")) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LE(bytes, 4096) << "nothing is set aside for what was promised";

  v1::CancelUploadRequest cancel;
  cancel.set_name(started.upload().name());
  v1::CancelUploadResponse cancelled;
  EXPECT_THAT(call(&Stub::CancelUpload, *stub, cancel, cancelled).error_code(),
              AnyOf(grpc::OK, grpc::NOT_FOUND));
  EXPECT_THAT(Stored(), IsEmpty());
}

}  // namespace
}  // namespace thalweg::testing
