// Commands that run before an application and take back afterwards what they did.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace pf::store {
class Database;
}

namespace pf::apps {

struct StepRun {
  std::vector<std::string> command;  // argv, without a shell
  std::map<std::string, std::string> environment;
  std::string folder;  // empty = the home folder
  bool operator==(const StepRun&) const = default;
};

// After this long a step is ended and counts as failed.
inline constexpr std::chrono::seconds kStepLimit{30};

// Worker thread. Runs it and waits. Errc::StartFailed says which command, and whether it did not
// start, took too long, or with which number it ended.
Result<> run_step(const StepRun& step, std::chrono::milliseconds limit = kStepLimit);

// What must still be taken back, kept on disk: a host that is killed does it at its next start.
// Control thread.
class UndoJournal {
 public:
  explicit UndoJournal(store::Database& database) : database_(database) {}
  // Before the step that it takes back runs.
  Result<std::int64_t> remember(const StepRun& undo);
  // After it ran. A failure is logged: at worst it runs once more.
  void forget(std::int64_t id);
  struct Left {
    std::int64_t id = 0;
    StepRun undo;
  };
  // In the order of undoing. What cannot be read any more is forgotten.
  Result<std::vector<Left>> left();

 private:
  store::Database& database_;
};

}  // namespace pf::apps
