#include "native/media/errc.hpp"

namespace pf::native::media {

const char* error_room(Errc) {
  return "native media";
}

const char* error_text(Errc code) {
  switch (code) {
    case Errc::BadConfig:
      return "the media settings are outside the protocol's range";
    case Errc::CryptoFailed:
      return "the cipher library failed";
    case Errc::OutOfMemory:
      return "the packet memory is not to be had";
  }
  return "unknown error";
}

}  // namespace pf::native::media
