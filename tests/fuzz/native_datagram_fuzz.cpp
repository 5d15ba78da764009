// QUIC datagrams of both generations (punktfunk1.md 7, punktfunk2.md 9): every decoder on every
// plane; what was understood must survive being written and read again. The first byte chooses the
// generation.
#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "native/wire/input_wire.hpp"
#include "native/wire/pad_output.hpp"

namespace {

using namespace pf;
using namespace pf::native::wire;

std::array<std::uint8_t, 70'000> first, second;

// Writes with `encode`, reads with `decode` and writes again: the same bytes.
template <class T, class Encode, class Decode>
void again(Generation generation, const Decoded<T>& value, Encode encode, Decode decode) {
  if (!value) return;
  const auto size = encode(generation, *value, MutableByteSpan(first));
  PF_ASSERT(size > 0);
  const auto plane = open_datagram(generation, ByteSpan(first).first(size));
  PF_ASSERT(plane);
  const auto copy = decode(*plane);
  PF_ASSERT(copy && encode(generation, *copy, MutableByteSpan(second)) == size);
  PF_ASSERT(std::equal(first.begin(), first.begin() + size, second.begin()));
}

void feedback(const Plane& plane) {
  const auto value = decode_feedback(plane);
  if (!value) return;
  PF_ASSERT(!value->nack || (value->nack->count > 0 && value->nack->count <= 16));
  PF_ASSERT(!value->ask || value->ask->number != 0);
  const auto bytes = encode_feedback(*value);
  const auto copy = open_datagram(Generation::V2, bytes);
  PF_ASSERT(copy && *decode_feedback(*copy) == *value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto generation = (data[0] & 1) != 0 ? Generation::V2 : Generation::V1;
  const auto plane = open_datagram(generation, {data + 1, size - 1});
  if (!plane) return 0;
  switch (plane->tag) {
    case Tag::Feedback:
      feedback(*plane);
      break;
    case Tag::Input:
      again(generation, decode_input(*plane), encode_input, decode_input);
      break;
    case Tag::RichInput:
      again(generation, decode_rich_input(*plane), encode_rich_input, decode_rich_input);
      break;
    case Tag::Rumble:
      again(generation, decode_rumble(*plane), encode_rumble, decode_rumble);
      break;
    case Tag::PadOutput:
      again(generation, decode_pad_output(*plane), encode_pad_output, decode_pad_output);
      break;
    case Tag::Hdr:
      again(generation, decode_hdr(*plane), encode_hdr, decode_hdr);
      break;
    case Tag::HostTiming:
      again(generation, decode_host_timing(*plane), encode_host_timing, decode_host_timing);
      break;
    case Tag::Cursor:
      again(generation, decode_cursor(*plane), encode_cursor, decode_cursor);
      break;
    case Tag::PadAudio:
      again(generation, decode_pad_audio(*plane), encode_pad_audio, decode_pad_audio);
      break;
    case Tag::Audio:
    case Tag::Microphone:
    case Tag::AudioRedundant:
    case Tag::AudioPcm:
      again(generation, decode_audio(*plane), encode_audio, decode_audio);
      break;
  }
  return 0;
}
