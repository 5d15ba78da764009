#include "crypto/errc.hpp"

namespace pf::crypto {

const char* error_room(Errc) {
  return "crypto";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::BadKey:
      return "the key is not usable";
    case Errc::BadCertificate:
      return "not a usable X.509 certificate";
    case Errc::BadPem:
      return "not PEM text";
    case Errc::LibraryFailed:
      return "the cryptographic library failed";
    case Errc::FileUnreadable:
      return "a key file cannot be read";
  }
  return "unknown error";
}

}  // namespace pf::crypto
