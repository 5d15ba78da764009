// Sessions that ended, as rows of the history.
#pragma once

#include "session/manager.hpp"
#include "store/history.hpp"

namespace pf::app {

store::HistoryRow history_row(const session::EndedSession& session);

}  // namespace pf::app
