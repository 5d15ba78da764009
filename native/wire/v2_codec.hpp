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
  bool partial() const noexcept {
    return state_ == State::Body || state_ == State::Skip ||
           (state_ == State::Head && !held_.empty());
  }

 private:
  enum class State : std::uint8_t { Head = 1, Body, Skip, Done, Failed };
  State state_ = State::Head;
  Bytes held_;              // the head, then the body, as far as it has come
  std::uint64_t type_ = 0;  // of the frame at hand
  std::size_t size_ = 0;    // of its body; while skipping, what is still to come
};

// One frame's body to a message. Errors as punktfunk2.md 3: Errc::UnknownType for types outside the
// model, otherwise the whole message is rejected.
Result<ControlMessage> decode(const Frame& frame);

// Appends a frame; false when generation 2 has no such message or it breaks a bound.
[[nodiscard]] bool encode(const ControlMessage& message, Bytes& out);

}  // namespace pf::native::wire::v2
