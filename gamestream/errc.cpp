#include "gamestream/errc.hpp"

namespace pf::gamestream {

const char* error_room(Errc) {
  return "gamestream";
}

const char* error_text(Errc code) {
  switch (code) {
    case Errc::BadRequest:
      return "the client's request is malformed";
    case Errc::Unsupported:
      return "the client asked for something this host does not offer";
    case Errc::Refused:
      return "the client does not encrypt what this host requires";
    case Errc::UnknownClient:
      return "no waiting launch belongs to this client";
    case Errc::ListenFailed:
      return "a GameStream port could not be opened";
    case Errc::CryptoFailed:
      return "the cipher library failed";
  }
  return "unknown error";
}

}  // namespace pf::gamestream
