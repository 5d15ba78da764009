// What is well with this host and what is not, in words for people: each check says what it found,
// what that means, and what to do.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pf::webui {

enum class CheckStatus : std::uint8_t { Ok = 1, Warning, Failed, Skipped };
const char* name(CheckStatus status);  // "ok", "warning", "failed", "skipped"

struct Check {
  std::string id;     // "input"
  std::string title;  // "Game controllers"
  CheckStatus status = CheckStatus::Skipped;
  std::string meaning;          // what was found and what follows from it, as sentences
  std::string fix;              // what to do, as a sentence; empty when nothing is to be done
  std::string command;          // that does it; empty when there is none
  std::int64_t since_unix = 0;  // when it took this status
};

// Control thread.
class Diagnostics {
 public:
  virtual ~Diagnostics() = default;
  // As they stand: what costs nothing is looked at now, the rest is as of its last run.
  virtual std::vector<Check> checks() = 0;
  // When all of them were last run; 0: not yet.
  virtual std::int64_t ran_unix() const = 0;
  // Runs one check again, or all of them (empty), in the background; `done` follows on the control
  // thread. False when there is no such check (and `done` is not called).
  virtual bool refresh(const std::string& id, std::function<void()> done) = 0;
};

}  // namespace pf::webui
