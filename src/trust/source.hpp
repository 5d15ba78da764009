// Where a peer comes from, as pairing sees it (trust-and-console.md 3.2). Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "net/endpoint.hpp"

namespace pf::trust {

enum class Source : std::uint8_t { Lan = 1, Wan };
const char* name(Source source);  // "lan", "wan"

// Loopback, RFC 1918, link-local and unique-local addresses are Lan, an IPv4-mapped address as its
// IPv4 form; 100.64/10 only when `reply_via_tailscale` says that answers leave through Tailscale.
// Everything else is Wan.
Source source_of(const net::Endpoint& from,
                 bool (*reply_via_tailscale)(const net::Endpoint&) = nullptr);

// Whether what this host sends to that IPv4 address leaves through an interface of Tailscale. Asks
// the kernel's routing table; sends nothing.
bool replies_via_tailscale(const net::Endpoint& to);

// Whom a limit per address counts as one: an IPv4 address, an IPv6 /64 from outside, and one
// whole IPv6 address from the own network, where everybody shares the /64.
std::string limit_key(const net::Endpoint& from, Source source);

}  // namespace pf::trust
