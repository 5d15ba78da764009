#include "gamestream/rtsp_dialogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"

namespace pf::gamestream {
namespace {

// What stands before ';' in the Session field; the client echoes it (4.2).
std::string session_text(const LaunchTicket& ticket) {
  return fmt::format("{:012X}", ticket.session);
}

RtspResponse refuse(const LaunchTicket& ticket, const char* step, const Error& error) {
  log::warn("gamestream", "RTSP refused", "session", ticket.session, "step", step, "what",
            error.message());
  if (error.is(Errc::Refused)) return {403, {}, {}};
  if (error.is(Errc::BadRequest) || error.is(Errc::Unsupported)) return {400, {}, {}};
  return {500, {}, {}};
}

}  // namespace

RtspDialogues::Answer RtspDialogues::on_bytes(ByteSpan bytes, const net::Endpoint& remote) {
  if (bytes.empty()) return {Step::NeedMore, {}};
  return is_encrypted_rtsp(bytes[0]) ? on_encrypted(bytes) : on_plain(bytes, remote);
}

RtspDialogues::Answer RtspDialogues::on_plain(ByteSpan bytes, const net::Endpoint& remote) {
  RtspRequest request;
  switch (parse_rtsp(as_text(bytes), request)) {
    case RtspParse::NeedMore:
      return {Step::NeedMore, {}};
    case RtspParse::Bad:
      return {};
    case RtspParse::Done:
      break;
  }
  const auto ticket = find_plain(request, remote);
  if (!ticket) return {};
  const auto text = respond(ticket, request);
  return {Step::Reply, Bytes(text.begin(), text.end())};
}

RtspDialogues::Answer RtspDialogues::on_encrypted(ByteSpan bytes) {
  RtspEnvelope envelope;
  switch (parse_rtsp_envelope(bytes, envelope)) {
    case RtspParse::NeedMore:
      return {Step::NeedMore, {}};
    case RtspParse::Bad:
      return {};
    case RtspParse::Done:
      break;
  }
  // The port does not tell who speaks; the key under which the tag verifies does (4.6).
  for (const auto& ticket : hooks_.waiting()) {
    if (!ticket->encrypted_rtsp || ticket->lease->stopped()) continue;
    const auto text = open_rtsp(ticket->rikey, envelope);
    if (!text) continue;
    auto& dialogue = dialogue_of(ticket);
    if (envelope.sequence <= dialogue.last_sequence) return {};  // a replay
    dialogue.last_sequence = envelope.sequence;
    RtspRequest request;
    if (parse_rtsp(*text, request) != RtspParse::Done) return {};
    const auto reply = respond(ticket, request);
    return {Step::Reply, seal_rtsp(ticket->rikey, ++ticket->rtsp_sequence_out, reply)};
  }
  return {};
}

// By the session number once the client knows it. Before that, launches of one address take turns,
// since their clients go through the dialogue in the order in which they were told to.
TicketPtr RtspDialogues::find_plain(const RtspRequest& request, const net::Endpoint& remote) const {
  TicketPtr found;
  const auto* session = request.header("Session");
  for (const auto& ticket : hooks_.waiting()) {
    if (ticket->encrypted_rtsp || ticket->lease->stopped()) continue;
    if (!ticket->client.same_address(remote)) continue;
    if (session != nullptr && session->substr(0, session->find(';')) != session_text(*ticket))
      continue;
    found = ticket;
    if (session == nullptr && !knows_session(ticket)) break;
  }
  return found;
}

bool RtspDialogues::knows_session(const TicketPtr& ticket) const {
  return std::any_of(dialogues_.begin(), dialogues_.end(), [&](const Dialogue& one) {
    return one.set_up && one.ticket.lock() == ticket;
  });
}

RtspDialogues::Dialogue& RtspDialogues::dialogue_of(const TicketPtr& ticket) {
  std::erase_if(dialogues_, [](const Dialogue& one) { return one.ticket.expired(); });
  for (auto& dialogue : dialogues_)
    if (dialogue.ticket.lock() == ticket) return dialogue;
  auto& fresh = dialogues_.emplace_back();
  fresh.ticket = ticket;
  return fresh;
}

std::string RtspDialogues::respond(const TicketPtr& ticket, const RtspRequest& request) {
  const auto* cseq = request.header("CSeq");
  return write_rtsp(handle(ticket, request), cseq != nullptr && !cseq->empty() ? *cseq : "0");
}

RtspResponse RtspDialogues::handle(const TicketPtr& ticket, const RtspRequest& request) {
  if (request.verb == "OPTIONS") return {};
  if (request.verb == "DESCRIBE") return {200, {}, hooks_.description(*ticket)};
  if (request.verb == "SETUP") return set_up(ticket, request);
  if (request.verb == "ANNOUNCE") return announce(ticket, request);
  if (request.verb == "PLAY") return play(ticket);
  return {404, {}, {}};
}

RtspResponse RtspDialogues::set_up(const TicketPtr& ticket, const RtspRequest& request) {
  const auto stream = request.stream_id();
  RtspResponse response;
  const auto describe = [&](std::uint16_t port) {
    response.headers.emplace_back("Session", session_text(*ticket) + ";timeout = 90");
    response.headers.emplace_back("Transport", fmt::format("server_port={}", port));
  };
  if (stream == "audio" || stream == "video") {
    describe(stream == "audio" ? ports_.audio : ports_.video);
    response.headers.emplace_back("X-SS-Ping-Payload", ticket->ping_payload);
  } else if (stream == "control") {
    describe(ports_.control);
    response.headers.emplace_back("X-SS-Connect-Data", std::to_string(ticket->connect_data));
  } else {
    return {404, {}, {}};
  }
  if (!std::exchange(dialogue_of(ticket).set_up, true)) hooks_.set_up(ticket);
  return response;
}

RtspResponse RtspDialogues::announce(const TicketPtr& ticket, const RtspRequest& request) {
  auto& dialogue = dialogue_of(ticket);
  if (dialogue.playing) return {400, {}, {}};
  auto parsed = parse_announce(request.body);
  if (!parsed) return refuse(*ticket, "ANNOUNCE", parsed.error());
  if (const auto offered = hooks_.check(*ticket, *parsed); !offered)
    return refuse(*ticket, "ANNOUNCE", offered.error());
  dialogue.announce = *parsed;
  const auto* host = request.header("Host");
  dialogue.host = host != nullptr ? *host : std::string("0.0.0.0");
  return {};
}

RtspResponse RtspDialogues::play(const TicketPtr& ticket) {
  auto& dialogue = dialogue_of(ticket);
  if (!dialogue.announce) return {400, {}, {}};
  if (std::exchange(dialogue.playing, true)) return {};  // old clients send one PLAY per stream
  // Copies: starting a stream may end others, and with them their dialogues.
  const auto wanted = *dialogue.announce;
  const auto host = dialogue.host;
  if (const auto started = hooks_.play(ticket, wanted, host); !started) {
    dialogue_of(ticket).playing = false;
    return refuse(*ticket, "PLAY", started.error());
  }
  return {};
}

}  // namespace pf::gamestream
