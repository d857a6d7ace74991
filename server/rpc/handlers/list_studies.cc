#include "server/rpc/handlers/list_studies.h"

#include <utility>

#include "server/rpc/translate/page.h"
#include "server/rpc/translate/study.h"

namespace thalweg::rpc {
namespace {

constexpr int kUsualPage = 20;
constexpr int kMostPage = 100;

}  // namespace

absl::StatusOr<v1::ListStudiesResponse> ListStudies(studies::StudyBook& studies,
                                                    const v1::ListStudiesRequest& request) {
  const auto page_size = PageSize(request.page_size(), kUsualPage, kMostPage);
  if (!page_size.ok()) return page_size.status();
  auto page = studies.List({*page_size, request.page_token()});
  if (!page.ok()) return page.status();
  v1::ListStudiesResponse response;
  for (const studies::Study& study : page->studies) {
    ToWire(study, StudyView::kListed, *response.add_studies());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
