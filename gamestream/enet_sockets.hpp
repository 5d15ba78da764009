// ENet's socket calls, replaced so that the packaged library (IPv4 only) serves both address
// families and answers from the address that the client used (gamestream.md 1.4).
//
// libenet calls its own enet_socket_* through the dynamic symbol table, so the definitions in
// enet_sockets.cpp win in every program that links this object. ENet keeps 32 bits per address: an
// IPv4 address stands for itself, an IPv6 address for a place in a small table (240.0.0.0/4, which
// no host has).
#pragma once

#include <enet/enet.h>

#include "net/endpoint.hpp"

namespace pf::gamestream {

// The table is shared by every ENet host of the process, because ENet hands no context to its
// socket calls. Any thread.

// What ENet must be given to mean this endpoint. Takes a place in the table for IPv6.
ENetAddress to_enet(const net::Endpoint& endpoint);
// The endpoint behind an address that ENet reported.
net::Endpoint from_enet(const ENetAddress& address);
// The local address that this peer last sent to; unspecified when unknown.
net::Endpoint local_address_for(const ENetAddress& address);
// A pinned address keeps its place while strangers come and go. Calls nest.
void pin(const ENetAddress& address);
void unpin(const ENetAddress& address);

}  // namespace pf::gamestream
