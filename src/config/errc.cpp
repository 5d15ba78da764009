#include "config/errc.hpp"

namespace pf::config {

const char* error_room(Errc) {
  return "config";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::UnknownSetting:
      return "there is no such setting";
    case Errc::BadValue:
      return "that value is not allowed";
    case Errc::StoreUnreadable:
      return "the stored settings cannot be read";
    case Errc::StoreFailed:
      return "the settings could not be stored";
    case Errc::NoHome:
      return "there is no home folder";
    case Errc::FolderMissing:
      return "the folder cannot be used";
    case Errc::FolderNotOurs:
      return "the folder belongs to another user";
    case Errc::FolderOpenToOthers:
      return "other users may write in the folder";
  }
  return "unknown error";
}

}  // namespace pf::config
