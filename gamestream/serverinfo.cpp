#include "gamestream/serverinfo.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>

#include <cstring>
#include <memory>

#include "gamestream/xml.hpp"

namespace pf::gamestream {
namespace {

// gamestream.md 2.4: the fourth, negative number switches every extension on.
constexpr const char* kAppVersion = "7.1.431.-1";
constexpr const char* kGfeVersion = "3.23.0.74";
constexpr const char* kNoMac = "00:00:00:00:00:00";
constexpr std::uint32_t kH264 = 0x1;
constexpr std::uint32_t kAnyHevc = 0x100 | 0x200 | 0x80000 | 0x100000;
constexpr std::int64_t kMaxLumaPixelsHevc = 1'869'449'984;

}  // namespace

std::string serverinfo_xml(const ServerInfo& info) {
  XmlReply reply;
  reply.element("hostname", info.host_name)
      .element("appversion", kAppVersion)
      .element("GfeVersion", kGfeVersion)
      .element("uniqueid", info.unique_id)
      .element("HttpsPort", info.https_port)
      .element("ExternalPort", info.http_port)
      .element("mac", info.mac.empty() ? kNoMac : info.mac)
      .element("LocalIP", info.local.is_v4() ? info.local.address() : "127.0.0.1");
  if (!info.external_ip.empty()) reply.element("ExternalIP", info.external_ip);
  const bool hevc = (info.codec_support & kAnyHevc) != 0;
  reply.element("MaxLumaPixelsHEVC", hevc ? kMaxLumaPixelsHevc : 0)
      .element("ServerCodecModeSupport", info.codec_support | kH264)
      .element("PairStatus", info.paired ? 1 : 0)
      .element("currentgame", info.current_app)
      .element("state", info.current_app != 0 ? "SUNSHINE_SERVER_BUSY" : "SUNSHINE_SERVER_FREE");
  return reply.str();
}

std::string mac_of_local_address(const net::Endpoint& local) {
  ifaddrs* raw = nullptr;
  if (local.is_loopback() || ::getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype([](ifaddrs* p) { ::freeifaddrs(p); })> all(raw);
  const char* interface = nullptr;
  for (const auto* i = all.get(); i != nullptr && interface == nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr) continue;
    const auto length =
        i->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    const auto address = net::Endpoint::from_sockaddr(i->ifa_addr, static_cast<socklen_t>(length));
    if (address && address->bytes() == local.bytes()) interface = i->ifa_name;
  }
  if (interface == nullptr) return {};
  for (const auto* i = all.get(); i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_PACKET ||
        std::strcmp(i->ifa_name, interface) != 0)
      continue;
    sockaddr_ll link{};
    std::memcpy(&link, i->ifa_addr, sizeof link);
    if (link.sll_halen != 6) return {};
    const auto* const m = link.sll_addr;
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4],
                       m[5]);
  }
  return {};
}

}  // namespace pf::gamestream
