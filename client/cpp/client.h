#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "client/cpp/connection_options.h"
#include "client/cpp/error.h"
#include "client/cpp/upload.h"
#include "client/cpp/watch.h"
#include "client/cpp/watch_many.h"
#include "client/cpp/watch_study.h"
#include "thalweg/v1/catalog_service.pb.h"
#include "thalweg/v1/dataset_service.pb.h"
#include "thalweg/v1/model_service.pb.h"
#include "thalweg/v1/objective_service.pb.h"
#include "thalweg/v1/optimization_service.pb.h"
#include "thalweg/v1/run.pb.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::client {

/// How one call is made.
struct CallOptions {
  std::chrono::milliseconds timeout{30'000};  ///< The whole call, its repetitions included.
  std::stop_token stop = {};                  ///< Requesting a stop ends the call: CANCELLED.
};

/// Which runs ListRuns gives.
struct RunFilter {
  v1::RunState state = v1::RUN_STATE_UNSPECIFIED;  ///< Unspecified: all.
  std::string label = {};                          ///< "key=value"; empty: all.
  int64_t limit = 100;                             ///< At most so many, newest first.
};

/// A connection to a Thalweg server. Cheap to copy; copies share the connection. Safe to use from
/// many threads. Every call has a deadline and ends with a value or an Error, never an exception.
///
///   const auto client = Client::Connect();                 // THALWEG_SERVER or localhost:50051
///   if (!client.ok()) return Report(client.error());
///   const auto run = client->CreateRun(Minimize("(x-2.5)**2-1").Start("x", 0)
///                                          .Optimizer(Part("adam").Set("learning_rate", 0.1)));
///   if (!run.ok()) return Report(run.error());
///   const auto result = client->Watch(run->name(), {.on_iterates = [](const IteratesView& batch) {
///     for (double value : batch.value()) std::cout << value << "\n";
///   }});
///   if (result.ok()) std::cout << result->best().value() << "\n";
///
/// Reads, CreateRun and ForkRun are repeated while the server cannot be reached, a few times within
/// a second (channel.h); Watch goes on over lost connections (watch.h).
class Client {
 public:
  /// For `address`, or THALWEG_SERVER where it is empty, or localhost:50051. Does not wait for a
  /// connection; fails only for an address that cannot be one.
  static Result<Client> Connect(const std::string& address = "");
  /// With TLS and a token, if wanted; what is not given is taken from the environment. Fails also
  /// for files that cannot be used.
  static Result<Client> Connect(const ConnectionOptions& options);

  /// "localhost:50051".
  const std::string& address() const;

  // Runs. Names are "runs/{run}"; a bare id is completed.

  /// Makes a run durable and queues it. `request_id` makes the call safe to repeat by hand; without
  /// one a random one is sent, so that the library may repeat it. `validate_only`: check, keep
  /// nothing.
  Result<v1::Run> CreateRun(const v1::Run& run, const CallOptions& options = {},
                            const std::string& request_id = "", bool validate_only = false) const;
  Result<v1::Run> GetRun(const std::string& name, const CallOptions& options = {}) const;
  Result<std::vector<v1::Run>> ListRuns(const RunFilter& filter = {},
                                        const CallOptions& options = {}) const;
  /// Ends a run; its best so far is in the answer.
  Result<v1::Run> CancelRun(const std::string& name, const CallOptions& options = {}) const;
  Result<v1::Run> PauseRun(const std::string& name, const CallOptions& options = {}) const;
  /// `iterations`: it pauses again after so many; 0: it goes on to its end.
  Result<v1::Run> ResumeRun(const std::string& name, const CallOptions& options = {},
                            int64_t iterations = 0) const;
  /// Changes settings of a run that is not over, from the iterate on that it has reached, and its
  /// pace. An optimizer without a kind: settings of the one there is.
  Result<v1::ChangeRunResponse> ChangeRun(const v1::ChangeRunRequest& request,
                                          const CallOptions& options = {}) const;
  /// Makes a run that leaves another at an iterate. Without a request_id a random one is sent, so
  /// that the library may repeat the call.
  Result<v1::Run> ForkRun(v1::ForkRunRequest request, const CallOptions& options = {}) const;
  /// Forgets a run that is over. The answer is empty.
  Result<v1::DeleteRunResponse> DeleteRun(const std::string& name,
                                          const CallOptions& options = {}) const;
  /// One page of the past; see v1::ListIteratesRequest.
  Result<v1::ListIteratesResponse> ListIterates(const v1::ListIteratesRequest& request,
                                                const CallOptions& options = {}) const;

  /// Follows a run to its end and gives it as it then is, over lost connections; see watch.h.
  Result<v1::Run> Watch(const std::string& name, const WatchHandlers& handlers = {},
                        const WatchOptions& options = {}) const;

  // Studies. Names are "studies/{study}"; a bare id is completed.

  /// Makes a study and begins to make its runs; `request_id` and `validate_only` as for CreateRun.
  Result<v1::Study> CreateStudy(const v1::Study& study, const CallOptions& options = {},
                                const std::string& request_id = "",
                                bool validate_only = false) const;
  Result<v1::Study> GetStudy(const std::string& name, const CallOptions& options = {}) const;
  /// At most `limit`, newest first, in brief.
  Result<std::vector<v1::Study>> ListStudies(int64_t limit = 20,
                                             const CallOptions& options = {}) const;
  /// Cancels a study's runs; its results are in the answer.
  Result<v1::Study> CancelStudy(const std::string& name, const CallOptions& options = {}) const;
  /// Forgets a study that is over, and its runs. The answer is empty.
  Result<v1::DeleteStudyResponse> DeleteStudy(const std::string& name,
                                              const CallOptions& options = {}) const;
  /// Follows a study and all its runs to its end, over lost connections; see watch_study.h.
  Result<v1::Study> WatchStudy(const std::string& name, const StudyHandlers& handlers = {},
                               const WatchOptions& options = {}) const;

  /// Follows many runs and studies, and the list of runs, in one stream, over lost connections; see
  /// watch_many.h. Names in `request` are whole.
  std::optional<Error> WatchMany(const v1::WatchRequest& request, const ManyHandlers& handlers,
                                 const WatchOptions& options = {}) const;

  // Objectives by themselves.

  Result<v1::CompileObjectiveResponse> CompileObjective(const v1::CompileObjectiveRequest& request,
                                                        const CallOptions& options = {}) const;
  Result<v1::EvaluateObjectiveResponse> EvaluateObjective(
      const v1::EvaluateObjectiveRequest& request, const CallOptions& options = {}) const;
  Result<v1::CheckGradientResponse> CheckGradient(const v1::CheckGradientRequest& request,
                                                  const CallOptions& options = {}) const;
  Result<v1::SampleLandscapeResponse> SampleLandscape(const v1::SampleLandscapeRequest& request,
                                                      const CallOptions& options = {}) const;

  // Tables. Names are "datasets/{dataset}"; a bare id is completed.

  /// Uploads all of `bytes`, over lost connections; see upload.h.
  Result<v1::FinishUploadResponse> Upload(const v1::UploadSpec& spec, std::istream& bytes,
                                          const UploadOptions& options = {}) const;
  /// In one stream, for bytes that cannot be read twice. Give a timeout that fits their number.
  Result<v1::UploadDatasetResponse> UploadDataset(const v1::UploadSpec& spec, std::istream& bytes,
                                                  const CallOptions& options = {}) const;
  /// With the statistics of its columns.
  Result<v1::Dataset> GetDataset(const std::string& name, const CallOptions& options = {}) const;
  /// At most `limit`, newest first, in brief.
  Result<std::vector<v1::Dataset>> ListDatasets(int64_t limit = 100,
                                                const CallOptions& options = {}) const;
  /// Rows; see v1::ReadDatasetRequest.
  Result<v1::ReadDatasetResponse> ReadDataset(v1::ReadDatasetRequest request,
                                              const CallOptions& options = {}) const;
  /// Forgets a dataset that no unfinished run needs. The answer is empty.
  Result<v1::DeleteDatasetResponse> DeleteDataset(const std::string& name,
                                                  const CallOptions& options = {}) const;

  // Models, as runs fit them.

  Result<v1::EvaluateModelResponse> EvaluateModel(const v1::EvaluateModelRequest& request,
                                                  const CallOptions& options = {}) const;
  /// Hands the answer on part after part; ends early, CANCELLED, where `on_part` gives false.
  std::optional<Error> Predict(const v1::PredictRequest& request,
                               const std::function<bool(const v1::PredictResponse&)>& on_part,
                               const CallOptions& options = {}) const;
  Result<v1::PredictPointsResponse> PredictPoints(const v1::PredictPointsRequest& request,
                                                  const CallOptions& options = {}) const;

  // The catalogue; all pages.

  Result<std::vector<v1::CatalogEntry>> ListOptimizers(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListSchedules(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListLineSearches(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListStoppingRules(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListModels(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListLosses(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListPenalties(const CallOptions& options = {}) const;
  Result<std::vector<v1::CatalogEntry>> ListBatches(const CallOptions& options = {}) const;
  Result<std::vector<v1::Function>> ListFunctions(const CallOptions& options = {}) const;
  Result<std::vector<v1::LanguageFunction>> ListLanguageFunctions(
      const CallOptions& options = {}) const;
  Result<v1::GetServerInfoResponse> GetServerInfo(const CallOptions& options = {}) const;

 private:
  struct Stubs;
  explicit Client(std::shared_ptr<const Stubs> stubs) : stubs_(std::move(stubs)) {}

  std::shared_ptr<const Stubs> stubs_;
};

/// "runs/a" for "a" and for "runs/a".
std::string RunName(const std::string& name_or_id);
/// "studies/a" for "a" and for "studies/a".
std::string StudyName(const std::string& name_or_id);
/// "datasets/a" for "a" and for "datasets/a".
std::string DatasetName(const std::string& name_or_id);

}  // namespace thalweg::client
