#include "app/diagnostics.hpp"

#include <algorithm>

namespace pf::app {
namespace {

webui::Check to_check(const CheckDefinition& definition, const Finding& finding,
                      std::int64_t since_unix) {
  return {definition.id, definition.title, finding.status, finding.meaning,
          finding.fix,   finding.command,  since_unix};
}

}  // namespace

std::vector<webui::Check> HostDiagnostics::checks() {
  const auto input = needs_.input();
  std::vector<webui::Check> list;
  for (const auto& definition : check_table()) {
    if (definition.cheap) take(definition, definition.run(input));
    const auto known = known_.find(definition.id);
    list.push_back(known == known_.end()
                       ? to_check(definition,
                                  {webui::CheckStatus::Skipped, "It was not looked at yet."},
                                  unix_now())
                       : to_check(definition, known->second.finding, known->second.since_unix));
  }
  return list;
}

bool HostDiagnostics::refresh(const std::string& id, std::function<void()> done) {
  std::vector<const CheckDefinition*> which;
  for (const auto& definition : check_table())
    if (id.empty() || id == definition.id) which.push_back(&definition);
  if (which.empty()) return false;
  // What the cheap ones of the media show is what the probes found.
  const bool probes = std::any_of(which.begin(), which.end(), [](const auto* definition) {
    const std::string_view name = definition->id;
    return name == "encoder" || name == "hardware_encoder" || name == "display" || name == "sound";
  });
  if (!probes) {
    run(std::move(which), std::move(done));
    return true;
  }
  needs_.probe([this, alive = std::weak_ptr(alive_), which = std::move(which),
                done = std::move(done)]() mutable {
    if (alive.lock()) run(std::move(which), std::move(done));
  });
  return true;
}

void HostDiagnostics::run(std::vector<const CheckDefinition*> which, std::function<void()> done) {
  needs_.executor.work([this, alive = std::weak_ptr(alive_), &executor = needs_.executor,
                        input = needs_.input(), which = std::move(which), done = std::move(done)] {
    auto findings = std::make_shared<Findings>();
    for (const auto* definition : which) findings->emplace_back(definition, definition->run(input));
    executor.post([this, alive, findings, done] {
      if (!alive.lock()) return;
      bool changed = false;
      for (auto& [definition, finding] : *findings)
        changed = take(*definition, std::move(finding)) || changed;
      if (findings->size() == check_table().size()) ran_unix_ = unix_now();
      if (changed) needs_.changed();
      if (done) done();
    });
  });
}

bool HostDiagnostics::take(const CheckDefinition& definition, Finding finding) {
  auto& known = known_[definition.id];
  const bool changed = known.since_unix == 0 || known.finding.status != finding.status;
  if (changed) known.since_unix = unix_now();
  known.finding = std::move(finding);
  return changed;
}

std::vector<webui::Check> run_checks(const CheckInput& input) {
  std::vector<webui::Check> list;
  for (const auto& definition : check_table())
    list.push_back(to_check(definition, definition.run(input), unix_now()));
  return list;
}

}  // namespace pf::app
