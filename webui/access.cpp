#include "webui/access.hpp"

namespace pf::webui {

const char* name(Scope scope) {
  switch (scope) {
    case Scope::Read:
      return "read";
    case Scope::Control:
      return "control";
    case Scope::Admin:
      return "admin";
  }
  return "";
}

bool always_gated(const Context&, const Call&) {
  return true;
}

bool permitted(const Access& access, const Caller& caller) {
  if ((access.lanes & lane::kOpen) != 0) return true;
  if ((access.lanes & caller.lane) == 0) return false;
  return caller.lane != lane::kScoped || caller.scope >= access.scope;
}

}  // namespace pf::webui
