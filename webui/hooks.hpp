// What the composition root does for the API beyond what the rooms offer. Control thread.
#pragma once

#include <functional>

#include "config/settings.hpp"
#include "store/history.hpp"

namespace pf::webui {

class Actions;
class Diagnostics;

struct Hooks {
  // Checks and stores all changes or none, and puts in force what applies now.
  std::function<Result<>(const config::Changes&)> change_settings;
  // Opens every encoder anew, in the background; the status follows.
  std::function<void()> probe_again;
  Diagnostics* diagnostics = nullptr;
  Actions* actions = nullptr;
  // The streams that were, newest first, at most that many.
  std::function<Result<std::vector<store::HistoryRow>>(std::int64_t limit)> history;
};

}  // namespace pf::webui
