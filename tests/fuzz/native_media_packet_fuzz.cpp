// Media packets of both generations, as a client receives them (punktfunk1.md 6, punktfunk2.md 6).
// First byte: bit 0 generation, bit 1 cipher, bit 2 code, bit 3 whether what follows is sealed here
// (so that checks and reassembly are reached) or goes to the receiver as it is. Then packets, each
// with its length in two bytes.
#include <numeric>

#include "base/result.hpp"
#include "native/media/receiver.hpp"

namespace {

using namespace pf;
using namespace pf::native::media;

constexpr std::size_t kCap = 20'000;
constexpr std::size_t kMaxPacket = 600;

Keys make_keys(bool v2, Suite suite) {
  Bytes secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{0});
  return v2 ? *Keys::v2(suite, secret)
            : *Keys::v1(suite, ByteSpan(secret).first(key_bytes(suite)), {'p', 'k', 'f', '1'});
}

Receiver make_receiver(const Keys& keys, bool gf8) {
  Receiver::Config config{.keys = keys, .limits = {}};
  config.limits.min_shard_payload = 2;
  config.limits.max_data_per_block = 40;
  config.limits.max_frame_bytes = kCap;
  config.limits.scheme = gf8 ? FecScheme::Gf8 : FecScheme::Gf16;
  return *Receiver::create(config);
}

void check(const Receiver& receiver) {
  for (const auto* stream : {&receiver.video(), &receiver.probe()}) {
    PF_ASSERT(stream->memory_bytes() <= 4 * kCap);
    PF_ASSERT(stream->open_frames() <= 64);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool v2 = (data[0] & 1) != 0;
  const auto suite = (data[0] & 2) != 0 ? Suite::ChaCha20Poly1305 : Suite::Aes128Gcm;
  const bool seal = (data[0] & 8) != 0;
  const auto keys = make_keys(v2, suite);
  auto receiver = make_receiver(keys, (data[0] & 4) != 0);
  auto sealer = *PacketSealer::create(keys);
  const auto& layout = sizes(keys.generation());

  ByteReader reader({data + 1, size - 1});
  for (std::uint64_t number = 0; reader.remaining() > 2; ++number) {
    const auto length =
        std::min<std::size_t>({reader.le<std::uint16_t>(), reader.remaining(), kMaxPacket});
    const auto bytes = reader.take(length);
    Bytes datagram(bytes.begin(), bytes.end());
    if (seal) {
      datagram.insert(datagram.begin(), layout.clear, 0);
      datagram.resize(datagram.size() + layout.tag);
      PF_ASSERT(sealer.seal({datagram.data(), datagram.size(), datagram.size(), 1},
                            number % 8 == 7 ? Stream::Probe : Stream::Video, number));
    }
    const auto frame = receiver.feed(datagram);
    PF_ASSERT(!frame || frame->bytes.size() <= kCap);
    check(receiver);
  }
  if (seal) PF_ASSERT(receiver.stats().forged == 0 && receiver.stats().replayed == 0);
  return 0;
}
