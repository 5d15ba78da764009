// Generation 1 bytes: u16 length, then a magic and positional little-endian fields (punktfunk1.md
// 3). codec.hpp is the door that the front end uses.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/wire/errc.hpp"
#include "native/wire/messages.hpp"

namespace pf::native::wire {

enum class End : std::uint8_t { Host = 1, Client };

namespace v1 {

// Cuts a stream into frames of at most 65,535 bytes.
class FrameReader {
 public:
  // The next payload, possibly empty, valid until the next call; or nothing when `bytes`, which is
  // consumed, does not complete one.
  std::optional<ByteSpan> next(ByteSpan& bytes);
  bool partial() const noexcept { return !complete_ && !held_.empty(); }

 private:
  Bytes held_;  // length and payload so far
  bool complete_ = false;
};

// Payloads to messages. Hello, Welcome and Start carry no type; their position tells them apart.
class Decoder {
 public:
  explicit Decoder(End reader) : reader_(reader) {}
  // Trailing fields of Hello, Welcome and Start may be missing or be followed by more; a typed
  // message must have exactly its length. `type` becomes the type byte, or 0.
  Result<ControlMessage> decode(ByteSpan payload, std::uint64_t& type);
  void expect_extensions(bool on) noexcept { extensions_ = on; }

 private:
  End reader_;
  bool extensions_ = false;
  unsigned untyped_ = 0;  // handshake messages so far
};

// The untyped messages, without frame.
Result<ClientHello> decode_hello(ByteSpan payload);
Result<ServerHello> decode_welcome(ByteSpan payload, bool extensions);
Result<Ready> decode_start(ByteSpan payload, bool extensions);

// Appends a frame; false when generation 1 has no such message or it breaks a bound.
[[nodiscard]] bool encode(const ControlMessage& message, Bytes& out);

}  // namespace v1
}  // namespace pf::native::wire
