#include "gamestream/applist.hpp"

#include "gamestream/xml.hpp"

namespace pf::gamestream {

std::string applist_xml(const std::vector<apps::App>& apps, bool hdr) {
  XmlReply reply;
  for (const auto& app : apps)
    reply.begin("App")
        .element("IsHdrSupported", hdr ? 1 : 0)
        .element("AppTitle", app.title)
        .element("ID", app.id)
        .end("App");
  return reply.str();
}

}  // namespace pf::gamestream
