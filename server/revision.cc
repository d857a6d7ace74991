#include "server/revision.h"

namespace thalweg {

const char* Revision() { return THALWEG_REVISION; }

}  // namespace thalweg
