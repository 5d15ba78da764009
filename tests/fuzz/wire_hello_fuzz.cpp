// The hellos of both generations: what a decoder hands out is in range, whatever came, and the
// parts that both generations carry mean the same in the other one. The first byte chooses the
// message.
#include "base/result.hpp"
#include "native/wire/codec.hpp"
#include "native/wire/text.hpp"

namespace {

using namespace pf;
using namespace pf::native::wire;

bool channels(std::uint8_t count) {
  return count == 2 || count == 6 || count == 8;
}

void check(const ClientHello& hello) {
  PF_ASSERT(hello.wire_version == kWireVersion);
  PF_ASSERT(hello.compositor <= Compositor::Windows);
  PF_ASSERT(hello.gamepad <= GamepadKind::Switch2GameCube);
  PF_ASSERT(hello.name.size() <= 64 && valid_text(hello.name));
  PF_ASSERT(hello.launch.size() <= 128 && valid_text(hello.launch));
  PF_ASSERT(hello.details.label.size() <= 96 && hello.profile.size() <= 64);
  PF_ASSERT(channels(hello.audio_channels) && hello.codecs != 0 && hello.audio_rate_hz != 0);
  PF_ASSERT(hello.audio_bits == 16 || hello.audio_bits == 24);
  PF_ASSERT((hello.features & ~feature::kMask) == 0);
}

void check(const ServerHello& hello) {
  PF_ASSERT(!hello.suite || *hello.suite <= Suite::ChaCha20Poly1305);
  PF_ASSERT(channels(hello.audio_channels) && (hello.codec & (hello.codec - 1U)) == 0);
  PF_ASSERT(hello.bit_depth == 8 || hello.bit_depth == 10);
  PF_ASSERT(hello.chroma_format == 1 || hello.chroma_format == 3);
  PF_ASSERT(hello.audio_frame_us == 0 || hello.audio_frame_us >= 1000);
}

template <class M>
M through(Generation generation, const M& message) {
  Bytes frame;
  PF_ASSERT(encode(generation, message, frame));
  ControlReader reader(generation, std::is_same_v<M, ServerHello> ? End::Client : End::Host);
  ByteSpan rest(frame);
  const auto next = reader.next(rest);
  PF_ASSERT(next && *next && (*next)->message);
  return std::get<M>(*(*next)->message);
}

void compare(const ClientHello& hello) {
  const auto one = through(Generation::V1, hello);
  PF_ASSERT(through(Generation::V2, one) == one);
}

void compare(const ServerHello& hello) {
  auto two = hello;
  two.suite = hello.suite.value_or(Suite::Aes128Gcm);
  auto one = through(Generation::V1, through(Generation::V2, two));
  const ServerHello fresh;
  two.wire_version = fresh.wire_version;
  two.udp_port = 0;
  two.encrypt = true;
  two.key = fresh.key;
  two.salt = fresh.salt;
  two.chacha_key = fresh.chacha_key;
  two.session_id = fresh.session_id;
  two.clock_origin_ns = 0;
  two.features = 0;
  two.profile.clear();
  // Left out where later fields follow, "everything" is said by its bits.
  if (!two.grants && one.grants) two.grants = grant_bit::kAll;
  PF_ASSERT(one == two);
}

template <class M>
void both(const Result<M>& hello) {
  if (!hello) return;
  check(*hello);
  compare(*hello);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteSpan body(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      both(v1::decode_hello(body));
      break;
    case 1:
      both(v1::decode_welcome(body, (data[0] & 0x80) != 0));
      break;
    case 2: {
      const auto ready = v1::decode_start(body, true);
      if (ready) PF_ASSERT(ready->details.label.size() <= 96);
      break;
    }
    default: {
      const auto message = v2::decode({data[0] % 5 - 2U, body});
      if (!message) break;
      if (const auto* client = std::get_if<ClientHello>(&*message)) both<ClientHello>(*client);
      if (const auto* server = std::get_if<ServerHello>(&*message)) both<ServerHello>(*server);
      break;
    }
  }
  return 0;
}
