#include "native/close.hpp"

namespace pf::native {

using wire::CloseCode;

Farewell farewell(session::EndReason reason) {
  switch (reason) {
    case session::EndReason::ClientQuit:
      return {CloseCode::Normal, ""};
    case session::EndReason::OperatorStop:
      return {CloseCode::GameEnded, "The stream was ended at the host."};
    case session::EndReason::AppExited:
      return {CloseCode::GameEnded, "The application has ended."};
    case session::EndReason::Revoked:
    case session::EndReason::Expired:
      return {CloseCode::AccessExpired, ""};
    case session::EndReason::Replaced:
      return {CloseCode::Superseded, "This device started another stream."};
    case session::EndReason::Taken:
      return {CloseCode::Busy, "Another device took its place."};
    case session::EndReason::PeerLost:
    case session::EndReason::NeverConnected:
      return {CloseCode::Normal, ""};
    case session::EndReason::DisplayFailed:
      return {
          CloseCode::SetupFailed,
          "The host could not open a display. Its log and 'punktfunk-host ctl status' say why."};
    case session::EndReason::EncoderFailed:
      return {CloseCode::SetupFailed,
              "The host's video encoder failed. Its log and 'punktfunk-host ctl status' say why."};
    case session::EndReason::HostStopping:
      return {CloseCode::HostPower, ""};
  }
  return {CloseCode::Normal, ""};
}

Farewell farewell(trust::KnockOutcome outcome) {
  switch (outcome) {
    case trust::KnockOutcome::Denied:
      return {CloseCode::Denied, ""};
    case trust::KnockOutcome::TimedOut:
      return {CloseCode::ApprovalTimeout, ""};
    case trust::KnockOutcome::Superseded:
      return {CloseCode::Superseded, ""};
    case trust::KnockOutcome::Approved:
    case trust::KnockOutcome::Withdrawn:
      break;
  }
  return {CloseCode::Normal, ""};
}

Farewell farewell(trust::Attempt::Kind kind) {
  switch (kind) {
    case trust::Attempt::Kind::NotArmed:
      return {CloseCode::NotArmed, ""};
    case trust::Attempt::Kind::BoundOther:
      return {CloseCode::BoundOther, ""};
    case trust::Attempt::Kind::RateLimited:
      return {CloseCode::RateLimited, ""};
    case trust::Attempt::Kind::Armed:
      break;
  }
  return {CloseCode::Normal, ""};
}

}  // namespace pf::native
