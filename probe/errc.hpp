// The one error enum of this room.
#pragma once

#include "base/result.hpp"

namespace pf::probe {

enum class Errc {
  BadStateFolder = 1,  // the folder for the key and the known hosts cannot be used
  DamagedFile,         // a file of ours cannot be understood
  BadScript,           // an input script has a line that says nothing known
  BadSound,            // a sound file of another kind, or the encoder refused
  BadDump,             // a dump file cannot be written
  NotFound,            // the host's name has no address
  NoDiscovery,         // no way to browse the network
  LibraryFailed,
};
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::probe
