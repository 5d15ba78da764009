// ANNOUNCE bodies (gamestream.md 4.5): whatever is accepted must be something an encoder may be
// asked for.
#include "base/result.hpp"
#include "gamestream/announce.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  using namespace pf::gamestream;
  const auto parsed = parse_announce(as_text({data, size}));
  if (!parsed) return 0;
  static const Offer kOffer{
      .formats = {{media::Codec::H264}, {media::Codec::Hevc}, {media::Codec::Av1}}};
  static_cast<void>(check_announce(*parsed, kOffer, {}));
  const auto config = stream_config(*parsed, "0.0.0.0", 20);
  const auto& mode = config.video.mode;
  PF_ASSERT(mode.width >= 64 && mode.width <= 8192 && mode.width % 2 == 0);
  PF_ASSERT(mode.height >= 64 && mode.height <= 8192 && mode.height % 2 == 0);
  PF_ASSERT(mode.rate.num > 0 && mode.rate.den > 0 && mode.rate.value() < 1011);
  PF_ASSERT(mode.frames(1).count() > 0);
  PF_ASSERT(config.video.bitrate_kbps > 0 && config.video.slices > 0);
  PF_ASSERT(parsed->packet_size % 16 == 0);
  return 0;
}
