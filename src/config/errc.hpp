#pragma once

#include "base/result.hpp"

namespace pf::config {

enum class Errc {
  UnknownSetting = 1,
  BadValue,
  StoreUnreadable,
  StoreFailed,
  NoHome,
  FolderMissing,
  FolderNotOurs,
  FolderOpenToOthers
};
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::config
