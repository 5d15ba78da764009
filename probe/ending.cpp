#include "probe/ending.hpp"

#include <fmt/format.h>

#include "native/wire/constants.hpp"

namespace pf::probe {

using native::quic::CloseKind;
using native::wire::CloseCode;

namespace {

constexpr std::size_t kMaxWords = 256;
constexpr std::uint64_t kNoAlpn = 120;  // TLS alert no_application_protocol

struct Meaning {
  int exit_code;
  const char* sentence;
};

Meaning meaning_of(std::uint64_t code) {
  if (code > 0xFFFFFFFF) return {kExitFailed, "the host closed the connection"};
  switch (static_cast<CloseCode>(code)) {
    case CloseCode::Normal:
    case CloseCode::Quit:
      return {kExitOk, "the host ended the connection"};
    case CloseCode::GameEnded:
      return {kExitOk, "the application ended"};
    case CloseCode::PairingFailed:
      return {kExitDenied, "pairing failed"};
    case CloseCode::Busy:
      return {kExitFailed, "the host is busy"};
    case CloseCode::ManagementRefused:
      return {kExitDenied, "the host refused management"};
    case CloseCode::NotArmed:
      return {kExitDenied, "pairing is not armed; start it in the host's console"};
    case CloseCode::BoundOther:
      return {kExitDenied, "pairing is armed for another device"};
    case CloseCode::RateLimited:
      return {kExitDenied, "too many attempts; wait a moment"};
    case CloseCode::IdentityRequired:
      return {kExitDenied, "the host demands a client certificate"};
    case CloseCode::Denied:
      return {kExitDenied, "this device was denied"};
    case CloseCode::ApprovalTimeout:
      return {kExitDenied, "nobody approved this device in time"};
    case CloseCode::Superseded:
      return {kExitFailed, "a newer request of this device replaced this one"};
    case CloseCode::WireVersion:
      return {kExitFailed, "the host does not serve this generation of the protocol"};
    case CloseCode::SetupFailed:
      return {kExitFailed, "the host could not set the session up"};
    case CloseCode::AccessExpired:
      return {kExitDenied, "access has expired or was revoked"};
    case CloseCode::LaunchNotPermitted:
      return {kExitDenied, "this device may not start titles"};
    case CloseCode::HostPower:
      return {kExitFailed, "the host shuts down, sleeps or restarts"};
    case CloseCode::ProfileUnknown:
      return {kExitFailed, "the host has no such profile"};
    case CloseCode::NoSeat:
      return {kExitFailed, "every seat is taken"};
    case CloseCode::SeatOccupied:
      return {kExitFailed, "the seat is occupied"};
    case CloseCode::SeatUnavailable:
      return {kExitFailed, "the seat is unavailable"};
  }
  return {kExitFailed, "the host closed the connection"};
}

Ending of_application(const native::quic::CloseInfo& info) {
  Ending out;
  const auto token = native::wire::close_token(info.code);
  out.token = token.empty() ? fmt::format("close-{:#x}", info.code) : std::string(token);
  out.code = info.code;
  if (!info.by_peer) {
    out.exit_code = kExitOk;
    out.sentence = "ended here";
    return out;
  }
  const auto meaning = meaning_of(info.code);
  out.exit_code = meaning.exit_code;
  out.sentence = meaning.sentence;
  return out;
}

Ending of_transport(const native::quic::CloseInfo& info, bool connected, bool pinned) {
  switch (info.kind) {
    case CloseKind::TlsAlert:
      if (info.by_peer && info.code == kNoAlpn)
        return ending(kExitFailed, "wire-version",
                      "the host speaks no generation that was offered");
      if (!info.by_peer && pinned)
        return ending(
            kExitDenied, "host-changed",
            "the host's fingerprint is not the one that is known: pair again with its PIN");
      return ending(kExitFailed, "tls", "the TLS handshake failed");
    case CloseKind::IdleTimeout:
      return connected ? ending(kExitFailed, "lost", "the host fell silent")
                       : ending(kExitNotReachable, "unreachable", "the host does not answer");
    case CloseKind::HandshakeTimeout:
      return ending(kExitNotReachable, "unreachable", "the host does not answer");
    case CloseKind::StatelessReset:
      return ending(kExitFailed, "lost", "the host has forgotten this connection");
    case CloseKind::Refused:
      return ending(kExitNotReachable, "refused", "the host refuses connections");
    case CloseKind::EndpointStopped:
      return ending(kExitOk, "stopped", "ended here");
    default:
      return ending(kExitFailed, "transport", "the connection broke");
  }
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxWords))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return out;
}

Ending ending(int exit_code, std::string token, std::string sentence) {
  Ending out;
  out.exit_code = exit_code;
  out.token = std::move(token);
  out.sentence = std::move(sentence);
  return out;
}

Ending ending_of(const native::quic::CloseInfo& info, bool connected, bool pinned) {
  auto out = info.kind == CloseKind::Application ? of_application(info)
                                                 : of_transport(info, connected, pinned);
  out.by_host = info.by_peer;
  out.connected = connected;
  out.code = info.code;
  out.lost =
      connected && (info.kind == CloseKind::IdleTimeout || info.kind == CloseKind::StatelessReset);
  if (info.by_peer) out.reason = clean_text(info.reason);
  if (!out.reason.empty()) out.sentence += ": " + out.reason;
  return out;
}

}  // namespace pf::probe
