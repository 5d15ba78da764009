// Bodies of the two hellos of generation 2 (punktfunk2.md 4.1, 4.2). Internal to the codec.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/wire/hello.hpp"

namespace pf::native::wire::v2 {

Result<ClientHello> read_client_hello(ByteSpan body);
Result<ServerHello> read_server_hello(ByteSpan body);
void write_client_hello(const ClientHello& hello, Bytes& out);
void write_server_hello(const ServerHello& hello, Bytes& out);

}  // namespace pf::native::wire::v2
