#include "webui/errc.hpp"

namespace pf::webui {

const char* error_room(Errc) {
  return "webui";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::BadToken:
      return "the management token file cannot be used";
    case Errc::BadEndpoint:
      return "the management endpoint file cannot be used";
  }
  return "unknown error";
}

}  // namespace pf::webui
