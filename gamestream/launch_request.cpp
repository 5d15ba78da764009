#include "gamestream/launch_request.hpp"

#include <algorithm>
#include <charconv>

#include "base/hex.hpp"
#include "gamestream/errc.hpp"

namespace pf::gamestream {
namespace {

constexpr std::uint32_t kMinPixels = 16;
constexpr std::uint32_t kMaxPixels = 8192;
constexpr std::uint32_t kMaxRate = 1000;

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

audio::Speakers speakers_of(std::uint32_t surround_audio_info) {
  switch (surround_audio_info & 0xFFFF) {  // (channel mask << 16) | channels
    case 6:
      return audio::Speakers::Surround51;
    case 8:
      return audio::Speakers::Surround71;
    default:
      return audio::Speakers::Stereo;
  }
}

}  // namespace

std::optional<media::Mode> parse_mode(std::string_view text) {
  const auto first = text.find('x');
  const auto second = text.find('x', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto width = number<std::uint32_t>(text.substr(0, first));
  const auto height = number<std::uint32_t>(text.substr(first + 1, second - first - 1));
  const auto rate = number<std::uint32_t>(text.substr(second + 1));
  const auto fits = [](const auto& pixels) {
    return pixels && *pixels >= kMinPixels && *pixels <= kMaxPixels;
  };
  if (!fits(width) || !fits(height) || !rate || *rate > kMaxRate) return std::nullopt;
  return media::Mode{*width & ~1U, *height & ~1U, {*rate == 0 ? 60 : *rate, 1}};
}

Result<LaunchRequest> parse_launch(const http::Request& request) {
  LaunchRequest launch;
  const auto bad = [](const char* name) { return fail(Errc::BadRequest, name); };

  if (const auto* const text = request.query_value("appid")) {
    launch.app_id = number<std::uint32_t>(*text);
    if (!launch.app_id) return bad("appid");
  }
  if (const auto* const text = request.query_value("mode")) {
    launch.mode = parse_mode(*text);
    if (!launch.mode) return bad("mode");
  }
  const auto* const rikey = request.query_value("rikey");
  auto key = rikey == nullptr ? std::nullopt : from_hex(*rikey);
  if (!key || key->size() != launch.rikey.size()) return bad("rikey");
  std::copy(key->begin(), key->end(), launch.rikey.begin());
  crypto::wipe(*key);

  // A signed 32-bit number; an unsigned one of the same bits is understood as well.
  const auto* const rikeyid = request.query_value("rikeyid");
  const auto id = rikeyid == nullptr ? std::nullopt : number<std::int64_t>(*rikeyid);
  if (!id || *id < INT32_MIN || *id > UINT32_MAX) return bad("rikeyid");
  launch.rikeyid = static_cast<std::uint32_t>(*id);

  if (const auto* const text = request.query_value("surroundAudioInfo")) {
    const auto info = number<std::uint32_t>(*text);
    if (!info) return bad("surroundAudioInfo");
    launch.speakers = speakers_of(*info);
  }
  if (const auto* const text = request.query_value("corever")) {
    const auto version = number<std::int32_t>(*text);
    if (!version) return bad("corever");
    launch.encrypted_rtsp = *version >= 1;
  }
  if (const auto* const text = request.query_value("localAudioPlayMode"))
    launch.host_audio = *text == "1";
  if (const auto* const text = request.query_value("hdrMode")) launch.hdr = *text == "1";
  return launch;
}

}  // namespace pf::gamestream
