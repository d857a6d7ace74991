#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "server/core/data/tenant_tables.h"
#include "server/core/models/model_spec.h"
#include "server/datasets/dataset.h"
#include "server/rpc/call_context.h"
#include "server/runs/run_book.h"
#include "server/runs/tenant_runs.h"
#include "server/studies/study_book.h"
#include "server/studies/tenant_studies.h"

namespace thalweg::rpc {

/// The one way from a call to the runs and studies: as its caller may see them. Safe for concurrent
/// use.
class Books {
 public:
  /// All outlive it.
  Books(runs::RunBook& runs, studies::StudyBook& studies, const models::Means& means = {})
      : runs_(runs), studies_(studies), means_(means) {}

  /// They live as long as this, so that streams may hold them.
  runs::RunBook& RunsOf(const CallContext& call) { return ViewOf(call.caller).runs; }
  studies::StudyBook& StudiesOf(const CallContext& call) { return ViewOf(call.caller).studies; }
  /// What models are made with for the caller: of tables, only those that it may see.
  const models::Means& MeansOf(const CallContext& call) { return ViewOf(call.caller).means; }
  /// What the caller may see of the datasets.
  static datasets::Viewer ViewerOf(const CallContext& call) {
    return {.tenant = call.caller.tenant, .sees_all = call.caller.sees_all_tenants()};
  }
  /// For what the server does by itself.
  runs::RunBook& Everyones() { return runs_; }

 private:
  struct View {
    runs::TenantRuns runs;
    studies::TenantStudies studies;
    std::unique_ptr<data::TenantTables> tables;  // null: it sees all, or there are none
    models::Means means;
  };

  View& ViewOf(const access::Caller& caller) {
    const bool all = caller.sees_all_tenants();
    const std::lock_guard lock(mutex_);
    // Callers come from the tokens file, so there are as many as an operator ever wrote.
    std::unique_ptr<View>& view = views_[{caller.tenant, all}];
    if (!view) {
      using RunSight = runs::TenantRuns::Sight;
      using StudySight = studies::TenantStudies::Sight;
      view = std::make_unique<View>(
          View{{runs_, caller.tenant, all ? RunSight::kAll : RunSight::kOwn},
               {studies_, caller.tenant, all ? StudySight::kAll : StudySight::kOwn},
               nullptr,
               means_});
      if (!all && means_.tables != nullptr) {
        view->tables = std::make_unique<data::TenantTables>(*means_.tables, caller.tenant);
        view->means.tables = view->tables.get();
      }
    }
    return *view;
  }

  runs::RunBook& runs_;
  studies::StudyBook& studies_;
  const models::Means means_;
  std::mutex mutex_;
  std::map<std::pair<std::string, bool>, std::unique_ptr<View>> views_;
};

}  // namespace thalweg::rpc
