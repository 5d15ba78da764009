// Writers of the untyped messages of generation 1 (punktfunk1.md 3.2 to 3.5), magic first, without
// the frame's length. Internal to the codec.
#pragma once

#include "base/bytes.hpp"
#include "native/wire/messages.hpp"

namespace pf::native::wire::v1 {

inline constexpr std::uint8_t kHelloMagic[] = {'P', 'K', 'F', '1'};

// Trailing fields that have their default are left out.
void write_hello(const ClientHello& hello, Bytes& out);
// At least 68 bytes, so that every client finds the fields up to host_caps.
void write_welcome(const ServerHello& welcome, Bytes& out);
// With an extension block when there is something to say; only for hosts that announced kExt.
void write_start(const Ready& ready, Bytes& out);

}  // namespace pf::native::wire::v1
