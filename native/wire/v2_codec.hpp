// Generation 2 bytes: varint type, varint length, then tagged fields (punktfunk2.md 3 to 5).
// codec.hpp is the door that the front end uses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/wire/errc.hpp"
#include "native/wire/messages.hpp"

namespace pf::native::wire::v2 {

inline constexpr std::size_t kMaxUnknownBody = 65'536;

// Largest body of a frame type, in bytes.
std::size_t body_bound(std::uint64_t type) noexcept;
// Whether this host reads frames of that type at all.
bool known(std::uint64_t type) noexcept;

struct Frame {
  std::uint64_t type = 0;
  ByteSpan body;  // empty for types that are not known: they are skipped without being stored
};

class FrameReader {
 public:
  // As v1::FrameReader::next. Failure: Errc::FrameTooLong, for ever.
  Result<std::optional<Frame>> next(ByteSpan& bytes);
  bool partial() const noexcept { return !held_.empty() || skip_ > 0; }

 private:
  Bytes held_;  // type and length, then the body
  std::size_t head_ = 0;
  std::size_t size_ = 0;  // of the body
  std::size_t skip_ = 0;  // bytes of an unknown body still to come
  std::uint64_t type_ = 0;
  enum class State : std::uint8_t { Head, Body, Skip, Done, Failed } state_ = State::Head;
};

// One frame's body to a message. Errors as punktfunk2.md 3: Errc::UnknownType for types outside the
// model, otherwise the whole message is rejected.
Result<ControlMessage> decode(const Frame& frame);

// Appends a frame; false when generation 2 has no such message or it breaks a bound.
[[nodiscard]] bool encode(const ControlMessage& message, Bytes& out);

}  // namespace pf::native::wire::v2
