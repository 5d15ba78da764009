// The control stream, whichever generation it speaks: bytes to typed messages and back. One reader
// per stream and direction; no threads, no clocks. punktfunk1.md 3, punktfunk2.md 3 to 5.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/wire/errc.hpp"
#include "native/wire/messages.hpp"
#include "native/wire/v1_codec.hpp"
#include "native/wire/v2_codec.hpp"

namespace pf::native::wire {

// One complete frame. A failed `message` is to be skipped and logged once the session runs; where a
// handshake or pairing message is due it ends the connection, except Errc::UnknownType in
// generation 2. Errc::WireVersion is answered with CloseCode::WireVersion.
struct Incoming {
  std::uint64_t type = 0;  // type number of the wire; 0 for the untyped messages of generation 1
  Result<ControlMessage> message;
};

class ControlReader {
 public:
  // `reader` is the end that reads: it decides which handshake messages generation 1 expects.
  ControlReader(Generation generation, End reader) : generation_(generation), v1_(reader) {}

  // Takes bytes from the front of `bytes` until one frame is complete; an incomplete one is kept
  // for the next call. Nothing = all taken, more needed. Call again until then. What follows the
  // frame stays in `bytes`, so the raw part of a transfer stream can be read behind its header.
  // Failure: Errc::FrameTooLong; the stream cannot be read any further. Bounds are enforced when
  // the length is known, before the body is stored.
  Result<std::optional<Incoming>> next(ByteSpan& bytes);

  // Bytes of an unfinished frame are held: when the stream ends now it was cut.
  bool partial() const noexcept;

  // Generation 1: both ends announced the extension block (host_cap2::kExt, client_cap::kExt), so
  // that Start (or Welcome) may end with one, and a malformed one fails the message.
  void expect_extensions(bool on) noexcept { v1_.expect_extensions(on); }

 private:
  Generation generation_;
  v1::FrameReader v1_frames_;
  v1::Decoder v1_;
  v2::FrameReader v2_frames_;
};

// Appends one frame to `out`. False, and nothing appended, when the generation has no such message
// or a list or block of bytes is over its bound. Texts over their bound are cut at a character.
[[nodiscard]] bool encode(Generation generation, const ControlMessage& message, Bytes& out);

// The type of a stream other than the client's first one of generation 1, which carries no mark:
// the first varint in generation 2, "PKFs" 01 (a transfer) in generation 1.
class StreamTypeReader {
 public:
  explicit StreamTypeReader(Generation generation) : generation_(generation) {}
  // As ControlReader::next; gives one of stream_type, or in generation 2 any other number.
  // Failure: Errc::UnknownType, generation 1 only.
  Result<std::optional<std::uint64_t>> next(ByteSpan& bytes);

 private:
  Generation generation_;
  Bytes held_;
};
// Appends what opens a stream of `type` (stream_type); nothing for the control stream of
// generation 1.
void encode_stream_type(Generation generation, std::uint64_t type, Bytes& out);

}  // namespace pf::native::wire
