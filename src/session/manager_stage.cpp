// Who plays on what: a stage of its own for each session, or one for several; second clients.
#include <fmt/format.h>

#include "session/manager_impl.hpp"

namespace pf::session {
namespace {

bool away(const Session& s) {
  return s.state == State::Detached;
}

std::string refusal(const Session& other) {
  const auto name = other.launch.lease->device_name();
  if (away(other))
    return fmt::format("{} is kept for {}, which may come back to it.", other.launch.app.title,
                       name);
  return fmt::format("This host is streaming {} at {} to {}.", other.launch.app.title,
                     media::to_string(other.launch.mode), name);
}

}  // namespace

bool ManagerImpl::alive(SessionId id) const {
  const auto it = sessions_.find(id);
  return it != sessions_.end() && it->second.state != State::Ending;
}

std::vector<SessionId> ManagerImpl::alive_seats(const Stage& stage) const {
  std::vector<SessionId> seats;
  std::copy_if(stage.seats.begin(), stage.seats.end(), std::back_inserter(seats),
               [&](SessionId id) { return alive(id); });
  return seats;
}

bool ManagerImpl::leads(const Session& s) const {
  for (const auto id : alive_seats(*s.stage))
    if (!away(sessions_.at(id))) return id == s.id;
  return s.stage->owner == s.id;
}

void ManagerImpl::take_seat(Session& s, const StagePtr& stage) {
  s.stage = stage;
  stage->seats.push_back(s.id);
  if (stage->owner == 0) stage->owner = s.id;
}

// At the first sign of its end. What it plays on goes with the last one, or with whoever may end
// the application for everybody.
void ManagerImpl::leave_stage(Session& s, EndReason reason) {
  auto& stage = *s.stage;
  const auto others = alive_seats(stage);
  if (others.empty()) {
    s.last = stage.over = true;
    stage.app_watch.reset();
    return;
  }
  const bool display_gone =
      reason == EndReason::DisplayFailed && stage.display && !stage.display->alive();
  const bool quit = reason == EndReason::ClientQuit && stage.owner == s.id;
  if (stage.owner == s.id) stage.owner = others.front();
  if (display_gone || reason == EndReason::AppExited)
    end_all(stage, reason);
  else if (quit)
    end_all(stage, EndReason::AppExited);
}

void ManagerImpl::end_all(Stage& stage, EndReason reason) {
  for (const auto id : alive_seats(stage)) end(id, reason, {});
}

void ManagerImpl::settle_stage(Stage& stage) {
  for (const auto id : stage.seats)
    if (auto* const s = get(id); s != nullptr) settled(*s);
}

const Session* ManagerImpl::holder(const apps::App& app, trust::DeviceId other_than) const {
  for (const auto& [id, s] : sessions_)
    if (s.state != State::Ending && !s.stage->over && s.launch.app.id == app.id &&
        s.launch.lease->device() != other_than)
      return &s;
  return nullptr;
}

Contest ManagerImpl::contest(const apps::App& app, trust::DeviceId device) const {
  Contest contest;
  contest.policy = app.second_client.value_or(settings()->second_client);
  if (contest.policy == apps::SecondClient::Separate) return contest;
  if (const auto* const same = holder(app, device)) {
    contest.others = alive_seats(*same->stage);
    contest.sentence = refusal(*same);
  }
  const bool whole_host = !app.second_client && contest.policy != apps::SecondClient::Join;
  for (const auto& [id, s] : sessions_) {
    if (!whole_host || s.state == State::Ending || away(s) || s.launch.lease->device() == device ||
        std::find(contest.others.begin(), contest.others.end(), id) != contest.others.end())
      continue;
    contest.others.push_back(id);
    if (contest.sentence.empty()) contest.sentence = refusal(s);
  }
  return contest;
}

// Its stream ends; the application waits for its device.
void ManagerImpl::evict(Session& s, EndReason reason) {
  if (!s.stream) return;
  const auto peer = s.stream->peer();
  s.stream->shut();
  move(s, Event::PeerGone);
  close_stream(s);
  peer->on_stream_end(reason);
}

}  // namespace pf::session
