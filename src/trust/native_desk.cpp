#include "trust/native_desk.hpp"

#include "base/log.hpp"

namespace pf::trust {
namespace {

constexpr std::size_t kOutcomes = 32;

}  // namespace

NativeDesk::NativeDesk(Executor& executor, AllowList& allow_list, NativeDeskConfig config)
    : allow_list_(allow_list),
      window_(executor, config.attempts),
      knocks_(executor, allow_list, config.knocks) {
  window_.on_change([this] { changed(); });
  knocks_.on_change([this] { changed(); });
}

void NativeDesk::changed() {
  for (const auto& observer : observers_) observer();
}

void NativeDesk::add(Outcome outcome) {
  outcome.serial = ++serial_;
  outcomes_.push_back(std::move(outcome));
  if (outcomes_.size() > kOutcomes) outcomes_.erase(outcomes_.begin());
  changed();
}

Result<std::shared_ptr<const Device>> NativeDesk::complete(const Candidate& candidate,
                                                           const AccessChoice& access) {
  auto known = candidate;
  if (allow_list_.find(candidate.fingerprint)) known.name.clear();  // a person may have chosen it
  const auto acting = allow_list_.acting(access.by);
  auto device = allow_list_.approve(known, access.from(allow_list_.wall_now()));
  if (!device) {
    report_failure(candidate.fingerprint, device.error().message());
    return device;
  }
  add({0, allow_list_.wall_now(), candidate.fingerprint, true, (*device)->name});
  knocks_.paired(candidate.fingerprint);
  return device;
}

void NativeDesk::report_failure(const crypto::Fingerprint& fingerprint, const std::string& text) {
  log::info("trust", "native pairing failed", "fingerprint", fingerprint, "what", text);
  add({0, allow_list_.wall_now(), fingerprint, false, text});
}

}  // namespace pf::trust
