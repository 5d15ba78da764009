#include "probe/errc.hpp"

namespace pf::probe {

const char* error_room(Errc) {
  return "probe";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::BadStateFolder:
      return "the state folder cannot be used";
    case Errc::DamagedFile:
      return "a file of this program is damaged";
    case Errc::BadScript:
      return "the script cannot be understood";
    case Errc::BadSound:
      return "the sound cannot be used";
    case Errc::BadDump:
      return "the dump cannot be written";
    case Errc::NotFound:
      return "no address is known for this name";
    case Errc::NoDiscovery:
      return "hosts cannot be looked for";
    case Errc::LibraryFailed:
      return "a library failed";
  }
  return "unknown error";
}

}  // namespace pf::probe
