// Who may come in: grants, knocks, open mode, slots, and the device's own older session
// (punktfunk1.md 4.2, punktfunk2.md 4.6, trust-and-console.md 3).
#include <algorithm>

#include "base/log.hpp"
#include "native/client.hpp"
#include "native/client_label.hpp"

namespace pf::native {
namespace {

using namespace std::chrono_literals;
constexpr auto kPendingEvery = 10s;
constexpr auto kOldSessionRelease = 1500ms;
// A client that only asked for access has its answer and leaves.
constexpr auto kLeave = 10s;

}  // namespace

void Client::on_hello(const wire::ClientHello& hello) {
  hello_ = hello;
  name_ = trust::scrub_name(hello.name, facts_.fingerprint.value_or(crypto::Fingerprint{}));
  log::info("native", "client", "connection", facts_.ref.id, "device", name_, "from",
            facts_.peer.address(), "protocol",
            carrier_.generation == wire::Generation::V1 ? "pkf1" : "pkf2");
  admit();
}

// The connection and its session each hold a lease: a lease tells one owner of its end.
Result<trust::LeasePtr> Client::lease() {
  const trust::Candidate guest{facts_.fingerprint.value_or(crypto::Fingerprint{}),
                               trust::Plane::Native, name_, facts_.peer.address()};
  if (!facts_.fingerprint) return deps_.allow_list.admit_guest(guest);
  const auto required = hello_.launch.empty() ? 0 : trust::grant::kLaunch;
  auto admitted = deps_.allow_list.admit(*facts_.fingerprint, trust::Plane::Native, required);
  if (admitted || !admitted.error().is(trust::Errc::UnknownDevice)) return admitted;
  // Unknown, but let in while the host is open.
  if (auto as_guest = deps_.allow_list.admit_guest(guest)) return as_guest;
  return admitted;
}

void Client::admit() {
  auto admission = lease();
  if (admission) return admitted(std::move(*admission));
  if (!facts_.fingerprint) return close(wire::CloseCode::IdentityRequired, "");
  const auto& error = admission.error();
  if (error.is(trust::Errc::NotAllowed)) return close(wire::CloseCode::LaunchNotPermitted, "");
  if (error.is(trust::Errc::Disabled)) return close(wire::CloseCode::Denied, "");
  knock();
}

void Client::knock() {
  trust::KnockRequest request;
  request.fingerprint = *facts_.fingerprint;
  request.name = hello_.name;
  request.from = facts_.peer;
  request.source = trust::source_of(facts_.peer, &trust::replies_via_tailscale);
  auto ticket =
      deps_.desk.knocks().knock(std::move(request), [self = weak()](trust::KnockOutcome outcome) {
        if (const auto client = self.lock()) client->on_knock_ended(outcome);
      });
  if (!ticket) return close(wire::CloseCode::Denied, "");
  knock_ = *ticket;
  phase_ = Phase::Parked;
  log::info("native", "an unpaired device asks for access", "device", name_, "from",
            facts_.peer.address());
  send_pending();
}

void Client::send_pending() {
  if (phase_ != Phase::Parked || closed_) return;
  send(wire::Pending{});
  pending_timer_ = deps_.loop.after(kPendingEvery, [this] { send_pending(); });
}

void Client::on_knock_ended(trust::KnockOutcome outcome) {
  knock_.reset();
  pending_timer_.reset();
  if (closed_ || outcome == trust::KnockOutcome::Withdrawn) return;
  if (outcome != trust::KnockOutcome::Approved) {
    const auto words = farewell(outcome);
    return close(words.code, words.reason);
  }
  phase_ = Phase::First;
  admit();
}

void Client::admitted(trust::LeasePtr lease) {
  lease_ = std::move(lease);
  name_ = lease_->device_name();
  lease_->on_stop([self = weak()](trust::StopReason) {
    const auto client = self.lock();
    if (!client) return;
    // The session hears of it by its own lease, and mutes itself; the connection says why.
    client->close(wire::CloseCode::AccessExpired, "");
  });
  if (closed_) return;  // it had been stopped already
  lease_->on_access_update([self = weak()](const trust::AccessUpdate& update) {
    const auto client = self.lock();
    if (client && client->phase_ == Phase::Streaming)
      client->send(wire::AccessUpdate{update.grants, update.remaining_s});
  });
  deps_.allow_list.touch(lease_->fingerprint(), facts_.peer, client_info(hello_.details.label));
  if (hello_.access_only) return grant_only();
  if (wants_probes_only()) return negotiate_session();  // in nobody's way
  make_room();
}

// The answer to "may I come in?": any hello of ours says yes (punktfunk2.md 4.6). Nothing is
// negotiated, since such a client states no abilities.
void Client::grant_only() {
  phase_ = Phase::Waiting;
  wire::ServerHello yes;
  yes.mode = hello_.mode;
  yes.max_data_per_block = kDataShardsPerBlock;
  yes.shard_payload = kShardPayloadV4;
  send(yes);
  deadline_ = deps_.loop.after(kLeave, [this] { close(wire::CloseCode::Normal, ""); });
}

void Client::retry() {
  if (phase_ == Phase::Waiting && !closed_ && !hello_.access_only && !deadline_) make_room();
}

// What other devices stream may be in the way (punktfunk1.md 4.2). A slot, and an end for what this
// device streams already.
void Client::make_room() {
  phase_ = Phase::Waiting;
  const auto met = deps_.sessions.contest(wanted_app(launch_note_), lease_->device());
  if (met.policy == apps::SecondClient::Refuse && !met.others.empty())
    return close(wire::CloseCode::Busy, met.sentence);
  // Those whose place it takes leave their slots to it.
  const auto leaving = met.policy != apps::SecondClient::Steal
                           ? 0
                           : std::count_if(met.others.begin(), met.others.end(), [&](auto id) {
                               const auto other = deps_.sessions.find(id);
                               return other && other->plane == trust::Plane::Native &&
                                      other->state != session::State::Detached;
                             });
  if (deps_.config.max_streams != 0 &&
      deps_.slots_in_use() >= deps_.config.max_streams + static_cast<std::size_t>(leaving))
    return;
  const auto mine = deps_.sessions.find_device(lease_->device());
  if (!mine || mine->state == session::State::Detached) return negotiate_session();
  // The device's connection may be a dead one that nobody has noticed yet.
  deadline_ = deps_.loop.after(kOldSessionRelease, [this] {
    deadline_.reset();
    negotiate_session();
  });
  deps_.sessions.end(mine->id, session::EndReason::Replaced, [self = weak()] {
    const auto client = self.lock();
    if (!client || client->closed_ || !client->deadline_) return;
    client->deadline_.reset();
    client->negotiate_session();
  });
}

}  // namespace pf::native
