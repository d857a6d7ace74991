// Studies as the callers of one tenant see them: what is another's is not there.
#include "server/studies/tenant_studies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "server/runs/tenant_runs.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::studies {
namespace {

using runs::Bell;
using testing::ElementsAre;

constexpr char kMissing[] = "abcdefghijkmnpqr";

class TenantsStudies : public testing::Test {
 protected:
  TenantsStudies() { Open(); }

  void Open() {
    studies_.reset();
    runs_.reset();
    runs_ = *runs::RunBook::Open(store_, events_, runs::SmallOptions());
    studies_ = *StudyBook::Open(*runs_, store_, events_, {});
  }
  TenantStudies Of(const std::string& tenant) {
    const bool admin = tenant == "ops";
    return {*studies_, tenant, admin ? TenantStudies::Sight::kAll : TenantStudies::Sight::kOwn};
  }
  static StudySpec Spec() {
    StudySpec spec;
    spec.base.objective.expression = "x**2";
    spec.base.start = {{"x", {1}}};
    spec.base.optimizer = {"gradient_descent", {}};
    spec.base.stopping = {{"iterations", {{"threshold", 5.0}}}};
    spec.vary = {{"optimizer.settings[learning_rate]", {Setting(0.1), Setting(0.2)}}};
    return spec;
  }
  static Study Make(StudyBook& studies, const std::string& request = "") {
    auto study = studies.Create(Spec(), request, false);
    EXPECT_TRUE(study.ok()) << study.status();
    return study.ok() ? *std::move(study) : Study();
  }
  static Study WaitForEnd(StudyBook& studies, const std::string& id) {
    Bell bell;
    const auto watcher = studies.Watch(id, {}, bell.Wake());
    EXPECT_TRUE(watcher.ok()) << watcher.status();
    while (!IsOver(studies.Get(id)->state)) {
      while ((*watcher)->Next(std::chrono::steady_clock::now())->update) {
      }
      bell.WaitUntil(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
    }
    return *studies.Get(id);
  }
  static std::vector<std::string> Listed(StudyBook& studies) {
    std::vector<std::string> ids;
    const auto page = studies.List({});
    for (const Study& study : page->studies) ids.push_back(study.id);
    return ids;
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<runs::RunBook> runs_;
  std::unique_ptr<StudyBook> studies_;
};

std::vector<std::string> AnswersOf(StudyBook& book, const std::string& id) {
  std::vector<std::string> answers;
  for (const absl::Status& status :
       {book.Get(id).status(), book.TenantOf(id).status(), book.Cancel(id).status(),
        book.Delete(id), book.Watch(id, {}, [] {}).status()}) {
    answers.push_back(absl::StrReplaceAll(status.ToString(), {{id, "ID"}}));
  }
  return answers;
}

TEST_F(TenantsStudies, AreNotThereForOthers) {
  TenantStudies vision = Of("vision");
  TenantStudies speech = Of("speech");
  const Study study = Make(vision);
  WaitForEnd(vision, study.id);

  EXPECT_EQ(AnswersOf(speech, study.id), AnswersOf(speech, kMissing));
  EXPECT_THAT(Listed(speech), ElementsAre());
  EXPECT_THAT(Listed(vision), ElementsAre(study.id));
  TenantStudies admin = Of("ops");
  EXPECT_THAT(Listed(admin), ElementsAre(study.id));
  EXPECT_EQ(admin.Get(study.id)->spec.base.tenant, "vision");
}

TEST_F(TenantsStudies, MakeRunsOfTheSameTenant) {
  TenantStudies vision = Of("vision");
  const Study study = WaitForEnd(vision, Make(vision).id);
  runs::TenantRuns own(*runs_, "vision", runs::TenantRuns::Sight::kOwn);
  runs::TenantRuns others(*runs_, "speech", runs::TenantRuns::Sight::kOwn);
  ASSERT_EQ(study.runs.size(), 2U);
  for (const std::string& run : study.runs) {
    EXPECT_TRUE(own.Get(run).ok());
    EXPECT_FALSE(others.Get(run).ok());
  }
}

TEST_F(TenantsStudies, KeepTheirTenantAndRequestIdsApart) {
  TenantStudies vision = Of("vision");
  TenantStudies speech = Of("speech");
  const std::string a = Make(vision, "nightly").id;
  const std::string b = Make(speech, "nightly").id;
  EXPECT_NE(a, b);
  Open();
  TenantStudies again = Of("vision");
  EXPECT_EQ(Make(again, "nightly").id, a);
  EXPECT_THAT(Listed(again), ElementsAre(a));
  EXPECT_EQ(again.Get(a)->spec.base.tenant, "vision");
}

}  // namespace
}  // namespace thalweg::studies
