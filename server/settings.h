#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/datasets/dataset_book.h"
#include "server/machine.h"
#include "server/runs/run_book.h"
#include "server/studies/study_book.h"

namespace thalweg {

/// How thalwegd is set up. Each field is a row of the table in settings_table.cc, which has its
/// flag, its default, its range and its meaning; the environment variable is the flag's name in
/// capitals,
/// --data-dir being THALWEG_DATA_DIR. A flag wins over its variable.
struct Settings {
  std::string grpc_address;
  std::string http_address;
  std::string metrics_address;  ///< Empty: none.
  std::string data_dir;
  std::string store;    ///< URL of a store; empty: SQLite in data_dir.
  int64_t workers = 0;  ///< 0: one per CPU.
  int64_t slice_us = 0;
  int64_t max_unfinished_runs = 0;
  int64_t max_unfinished_studies = 0;
  int64_t max_runs_per_study = 0;
  int64_t max_dataset_mib = 0;
  int64_t max_datasets_mib = 0;
  int64_t max_variables = 0;
  int64_t max_expression_bytes = 0;
  int64_t max_program_operations = 0;
  int64_t max_evaluation_operations = 0;
  int64_t max_objective_memory_mib = 0;  ///< 0: a share of the memory.
  int64_t max_pending_mib = 0;           ///< Per run; 0: a share of the memory.
  int64_t max_trace_mib = 0;             ///< Per run.
  int64_t trace_memory_mib = 0;          ///< 0: a share of the memory.
  int64_t grpc_memory_mib = 0;           ///< 0: a share of the memory.
  int64_t max_message_mib = 0;
  int64_t max_watches = 0;
  int64_t max_connections = 0;  ///< To gRPC; 0: by the limit of file descriptors.
  int64_t max_http_connections = 0;
  std::string http_allowed_origins;  ///< Separated by commas.
  bool plaintext = false;            ///< Beyond this machine, too.
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string tls_client_ca_file;
  std::string tokens_file;
  bool reflection = false;
  bool machine_code = false;
  int64_t drain_seconds = 0;
  int64_t drain_delay_seconds = 0;
  std::string log_level;
  std::string log_format;
  int64_t metrics_runs = 0;
  int64_t metrics_runs_minutes = 0;
  std::string config;  ///< The file of settings; empty: none.

  /// These settings, with what is left to the machine (0) filled in.
  Settings On(const Machine& machine) const;

  /// Of the store to open.
  std::string StoreUrl() const;
  std::vector<std::string> AllowedOrigins() const;
  /// Of one objective.
  expression::Limits Limits() const;
  runs::RunBookOptions ForRuns() const;
  datasets::DatasetBookOptions ForDatasets() const;
  studies::StudyBookOptions ForStudies() const;
};

}  // namespace thalweg
