#include "native/wire/constants.hpp"

namespace pf::native::wire {

std::string_view close_token(std::uint64_t code) noexcept {
  if (code > 0xFFFFFFFF) return {};
  switch (static_cast<CloseCode>(code)) {
    case CloseCode::Normal:
      return "normal";
    case CloseCode::PairingFailed:
      return "pairing-failed";
    case CloseCode::Busy:
      return "busy";
    case CloseCode::ManagementRefused:
      return "management-refused";
    case CloseCode::Quit:
      return "quit";
    case CloseCode::GameEnded:
      return "game-ended";
    case CloseCode::NotArmed:
      return "not-armed";
    case CloseCode::BoundOther:
      return "bound-other";
    case CloseCode::RateLimited:
      return "rate-limited";
    case CloseCode::IdentityRequired:
      return "identity-required";
    case CloseCode::Denied:
      return "denied";
    case CloseCode::ApprovalTimeout:
      return "approval-timeout";
    case CloseCode::Superseded:
      return "superseded";
    case CloseCode::WireVersion:
      return "wire-version";
    case CloseCode::SetupFailed:
      return "setup-failed";
    case CloseCode::AccessExpired:
      return "access-expired";
    case CloseCode::LaunchNotPermitted:
      return "launch-not-permitted";
    case CloseCode::HostPower:
      return "host-power";
    case CloseCode::ProfileUnknown:
      return "profile-unknown";
    case CloseCode::NoSeat:
      return "no-seat";
    case CloseCode::SeatOccupied:
      return "seat-occupied";
    case CloseCode::SeatUnavailable:
      return "seat-unavailable";
  }
  return {};
}

}  // namespace pf::native::wire
