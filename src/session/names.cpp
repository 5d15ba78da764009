#include "session/front_end.hpp"
#include "session/manager.hpp"

namespace pf::session {

const char* error_room(Errc) {
  return "session";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::UnknownSession:
      return "there is no such session";
    case Errc::Busy:
      return "this device has a session already";
    case Errc::InUse:
      return "another device has it";
    case Errc::LeaseEnded:
      return "the device's access has ended";
    case Errc::NotAllowed:
      return "the session is not in a state for that";
    case Errc::LimitReached:
      return "the host runs as many sessions as it may";
    case Errc::Unavailable:
      return "the session could not be opened";
    case Errc::ModeRefused:
      return "the display mode is not possible here";
    case Errc::Superseded:
      return "a newer request took its place";
  }
  return "unknown error";
}

const char* name(EndReason reason) {
  switch (reason) {
    case EndReason::ClientQuit:
      return "client-quit";
    case EndReason::OperatorStop:
      return "operator-stop";
    case EndReason::AppExited:
      return "app-exited";
    case EndReason::Revoked:
      return "revoked";
    case EndReason::Expired:
      return "expired";
    case EndReason::PeerLost:
      return "peer-lost";
    case EndReason::Replaced:
      return "replaced";
    case EndReason::NeverConnected:
      return "never-connected";
    case EndReason::Taken:
      return "taken";
    case EndReason::DisplayFailed:
      return "display-failed";
    case EndReason::EncoderFailed:
      return "encoder-failed";
    case EndReason::HostStopping:
      return "host-stopping";
  }
  return "?";
}

const char* name(GameEnd end) {
  switch (end) {
    case GameEnd::Ended:
      return "ended";
    case GameEnd::Failed:
      return "failed";
    case GameEnd::Stopped:
      return "stopped";
    case GameEnd::LetGo:
      return "let-go";
  }
  return "?";
}

const char* sentence(EndReason reason) {
  switch (reason) {
    case EndReason::ClientQuit:
      return "The client ended the application.";
    case EndReason::OperatorStop:
      return "The session was stopped at the host.";
    case EndReason::AppExited:
      return "The application ended.";
    case EndReason::Revoked:
      return "The device was removed or disabled at the host.";
    case EndReason::Expired:
      return "The device's access has expired.";
    case EndReason::PeerLost:
      return "The client did not come back in time.";
    case EndReason::Replaced:
      return "The same device connected anew.";
    case EndReason::NeverConnected:
      return "The client launched but never connected its stream.";
    case EndReason::Taken:
      return "Another device took its place.";
    case EndReason::DisplayFailed:
      return "The display could not be opened or was lost.";
    case EndReason::EncoderFailed:
      return "The video encoder could not be opened or failed.";
    case EndReason::HostStopping:
      return "The host is shutting down.";
  }
  return "?";
}

}  // namespace pf::session
