// Keeps what the checks of the running host found. Control thread; the checks themselves run on a
// worker.
#pragma once

#include <map>
#include <memory>

#include "app/checks.hpp"
#include "base/event_loop.hpp"

namespace pf::app {

class HostDiagnostics final : public webui::Diagnostics {
 public:
  struct Needs {
    Executor& executor;
    // Control thread: the host as it is now.
    std::function<CheckInput()> input;
    // Control thread: tries every back end again; `done` follows when `input` shows the outcome.
    std::function<void(std::function<void()> done)> probe;
    // A check took another status.
    std::function<void()> changed;
  };
  explicit HostDiagnostics(Needs needs) : needs_(std::move(needs)) {}

  std::vector<webui::Check> checks() override;
  std::int64_t ran_unix() const override { return ran_unix_; }
  bool refresh(const std::string& id, std::function<void()> done) override;

 private:
  using Findings = std::vector<std::pair<const CheckDefinition*, Finding>>;
  void run(std::vector<const CheckDefinition*> which, std::function<void()> done);
  bool take(const CheckDefinition& definition, Finding finding);

  struct Known {
    Finding finding;
    std::int64_t since_unix = 0;
  };
  Needs needs_;
  std::map<std::string, Known, std::less<>> known_;
  std::int64_t ran_unix_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// For a machine without a running host: runs every check of the table. Slow.
std::vector<webui::Check> run_checks(const CheckInput& input);

}  // namespace pf::app
