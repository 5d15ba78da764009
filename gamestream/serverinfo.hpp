// What /serverinfo tells (gamestream.md 2.3). Pure, except for the MAC look-up.
#pragma once

#include <cstdint>
#include <string>

#include "net/endpoint.hpp"

namespace pf::gamestream {

struct ServerInfo {
  std::string host_name;
  std::string unique_id;  // never changes: every client knows the host by it
  std::uint16_t http_port = 0;
  std::uint16_t https_port = 0;
  std::string external_ip;          // only when configured
  std::string mac;                  // "aa:bb:cc:dd:ee:ff"; empty: not told
  net::Endpoint local;              // where the request arrived
  std::uint32_t codec_support = 1;  // ServerCodecModeSupport
  bool paired = false;              // a listed certificate over TLS
  std::uint32_t current_app = 0;    // of the asking device; 0: none
};

std::string serverinfo_xml(const ServerInfo& info);

// The MAC of the interface that has this address; empty when there is none (loopback). For
// Wake-on-LAN (gamestream.md 1.3).
std::string mac_of_local_address(const net::Endpoint& local);

}  // namespace pf::gamestream
