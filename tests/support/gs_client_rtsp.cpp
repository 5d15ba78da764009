#include "support/gs_client_rtsp.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace pf::test::gs {
namespace {

std::uint32_t number_after(const std::string& text, const std::string& name) {
  const auto at = text.find(name + ":");
  return at == std::string::npos ? 0
                                 : static_cast<std::uint32_t>(std::strtoul(
                                       text.c_str() + at + name.size() + 1, nullptr, 0));
}

Result<> expect_ok(Result<RtspReply> reply, const std::string& what) {
  if (!reply) return pass(reply);
  if (reply->status != 200)
    return fail(Errc::Refused, what + " answered " + std::to_string(reply->status));
  return {};
}

}  // namespace

Result<RtspReply> parse_rtsp(const std::string& text) {
  RtspReply reply;
  const auto bad = [&](const std::string& what) {
    return fail(Errc::Protocol, "RTSP answer: " + what);
  };
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string::npos) return bad("no blank line");
  const auto line_end = text.find("\r\n");
  const auto line = text.substr(0, line_end);
  if (!line.starts_with("RTSP/1.0 ")) return bad("protocol token");
  const auto [end, error] =
      std::from_chars(line.data() + 9, line.data() + line.size(), reply.status);
  if (error != std::errc{} || end + 1 >= line.data() + line.size() || *end != ' ')
    return bad("no reason text");
  for (auto at = line_end + 2; at < head_end + 2;) {
    const auto stop = text.find("\r\n", at);
    const auto colon = text.find(':', at);
    if (colon == std::string::npos || colon > stop || text[colon + 1] != ' ' || colon + 2 >= stop ||
        text[colon + 2] == ' ')
      return bad("header line");
    reply.headers[text.substr(at, colon - at)] = text.substr(colon + 2, stop - colon - 2);
    at = stop + 2;
  }
  if (reply.headers.empty()) return bad("no header");
  reply.body = text.substr(head_end + 4);
  if (reply.body.find('\0') != std::string::npos) return bad("NUL in the body");
  return reply;
}

Bytes seal_rtsp(const Block& key, std::uint32_t sequence, std::string_view text) {
  const auto sealed = gcm_seal(key, message_iv(sequence, 'C', 'R'), as_bytes(text));
  Bytes wire;
  ByteWriter(wire)
      .be<std::uint32_t>(0x80000000U | static_cast<std::uint32_t>(text.size()))
      .be<std::uint32_t>(sequence)
      .bytes(sealed.tag)
      .bytes(sealed.cipher);
  return wire;
}

Result<std::string> open_rtsp(const Block& key, std::uint32_t sequence, ByteSpan wire) {
  ByteReader reader(wire);
  const auto length = reader.be<std::uint32_t>();
  const auto got = reader.be<std::uint32_t>();
  const auto tag = reader.take(16);
  if (!reader.ok() || (length & 0x80000000U) == 0 || (length & 0x7fffffffU) != reader.remaining())
    return fail(Errc::Protocol, "encrypted RTSP answer: framing");
  if (got != sequence)
    return fail(Errc::Protocol, "encrypted RTSP answer: sequence " + std::to_string(got) +
                                    " instead of " + std::to_string(sequence));
  const auto text = gcm_open(key, message_iv(got, 'H', 'R'), tag, reader.rest());
  if (!text) return fail(Errc::Protocol, "encrypted RTSP answer: tag");
  return std::string(as_text(*text));
}

std::vector<std::string> RtspOffer::surround(unsigned channels) const {
  std::vector<std::string> found;
  const auto prefix = "surround-params=" + std::to_string(channels);
  for (auto at = description.find(prefix); at != std::string::npos;
       at = description.find(prefix, at + 1)) {
    const auto start = at + prefix.size() - 1;
    found.push_back(description.substr(start, description.find_first_of("\r\n", at) - start));
  }
  return found;
}

RtspClient::RtspClient(Config config) : config_(std::move(config)) {}

std::string RtspClient::target() const {
  return config_.high_quality ? config_.url : "rtsp://0.0.0.0:" + std::to_string(config_.host.port);
}
std::string RtspClient::host_header() const {
  return config_.high_quality ? config_.host.host : "0.0.0.0";
}
HeaderList RtspClient::with_session(HeaderList headers) const {
  headers.insert(headers.begin(), {"Session", offer_.session});
  return headers;
}

Result<> RtspClient::probe() const {
  auto fd = connect_tcp(config_.host, config_.patience);
  if (!fd) return pass(fd);
  return {};
}

Result<Bytes> RtspClient::raw_exchange(ByteSpan wire, bool last) const {
  auto fd = connect_tcp(config_.host, config_.patience);
  if (!fd) return pass(fd);
  // In two pieces: a message may arrive in any number of reads.
  const auto half = wire.size() / 2;
  if (auto sent = write_all(fd->get(), wire.first(half)); !sent) return pass(sent);
  if (auto sent = write_all(fd->get(), wire.subspan(half)); !sent) return pass(sent);
  if (last) ::shutdown(fd->get(), SHUT_WR);
  return read_to_end(fd->get());
}

Result<RtspReply> RtspClient::request(const std::string& verb, const std::string& target,
                                      HeaderList headers, const std::string& body) {
  ++sequence_;
  std::string text = verb + " " + target + " RTSP/1.0\r\nCSeq: " + std::to_string(sequence_) +
                     "\r\nX-GS-ClientVersion: 14\r\nHost: " + host_header() + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  text += "\r\n" + body;
  auto wire = raw_exchange(config_.encrypted ? seal_rtsp(config_.key, sequence_, text)
                                             : Bytes(text.begin(), text.end()));
  if (!wire) return pass(wire);
  std::string answer(as_text(*wire));
  if (config_.encrypted) {
    auto opened = open_rtsp(config_.key, answers_ + 1, *wire);
    if (!opened) return pass(opened);
    ++answers_;
    answer = std::move(*opened);
  }
  auto reply = parse_rtsp(answer);
  if (reply && reply->headers["CSeq"] != std::to_string(sequence_))
    return fail(Errc::Protocol, "RTSP answer: CSeq");
  return reply;
}

Result<> RtspClient::options() {
  return expect_ok(request("OPTIONS", target(), {}), "OPTIONS");
}

Result<> RtspClient::describe() {
  auto reply = request(
      "DESCRIBE", target(),
      {{"Accept", "application/sdp"}, {"If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"}});
  if (!reply) return pass(reply);
  if (reply->body.empty()) return fail(Errc::Protocol, "DESCRIBE has no body");
  const auto& text = offer_.description = reply->body;
  offer_.encryption_supported = number_after(text, "x-ss-general.encryptionSupported");
  offer_.encryption_requested = number_after(text, "x-ss-general.encryptionRequested");
  offer_.feature_flags = number_after(text, "x-ss-general.featureFlags");
  offer_.hevc = text.find("sprop-parameter-sets=AAAAAU") != std::string::npos;
  offer_.av1 = text.find("AV1/90000") != std::string::npos;
  offer_.reference_invalidation =
      text.find("x-nv-video[0].refPicInvalidation:1") != std::string::npos;
  return expect_ok(std::move(reply), "DESCRIBE");
}

Result<RtspReply> RtspClient::setup(const std::string& stream, std::uint16_t& port) {
  HeaderList headers{{"Transport", "unicast;X-GS-ClientPort=50000-50001"},
                     {"If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"}};
  auto reply = request("SETUP", "streamid=" + stream,
                       offer_.session.empty() ? headers : with_session(headers));
  if (!reply) return reply;
  if (reply->status != 200)
    return fail(Errc::Refused, "SETUP " + stream + " answered " + std::to_string(reply->status));
  const auto& transport = reply->headers["Transport"];
  const auto at = transport.find("server_port=");
  if (at == std::string::npos) return fail(Errc::Protocol, "SETUP " + stream + ": no server_port");
  port = static_cast<std::uint16_t>(std::strtoul(transport.c_str() + at + 12, nullptr, 10));
  return reply;
}

Result<> RtspClient::setup_audio() {
  auto reply = setup("audio/0/0", offer_.audio_port);
  if (!reply) return pass(reply);
  const auto& session = reply->headers["Session"];
  if (session.empty()) return fail(Errc::Protocol, "SETUP audio: no Session");
  offer_.session = session.substr(0, session.find(';'));
  if (const auto& ping = reply->headers["X-SS-Ping-Payload"]; ping.size() == 16)
    offer_.audio_ping = ping;
  return {};
}

Result<> RtspClient::setup_video() {
  auto reply = setup("video/0/0", offer_.video_port);
  if (!reply) return pass(reply);
  if (const auto& ping = reply->headers["X-SS-Ping-Payload"]; ping.size() == 16)
    offer_.video_ping = ping;
  return {};
}

Result<> RtspClient::setup_control() {
  auto reply = setup("control/13/0", offer_.control_port);
  if (!reply) return pass(reply);
  offer_.connect_data = static_cast<std::uint32_t>(
      std::strtoul(reply->headers["X-SS-Connect-Data"].c_str(), nullptr, 0));
  return {};
}

Result<> RtspClient::announce(const std::string& body) {
  return expect_ok(request("ANNOUNCE", "streamid=control/13/0",
                           with_session({{"Content-type", "application/sdp"},
                                         {"Content-length", std::to_string(body.size())}}),
                           body),
                   "ANNOUNCE");
}

Result<> RtspClient::play() {
  return expect_ok(request("PLAY", "/", with_session({})), "PLAY");
}

Announce::Announce()
    : attributes_{{"x-ml-general.featureFlags", "3"},
                  {"x-ss-general.encryptionEnabled", "1"},
                  {"x-ss-video[0].chromaSamplingType", "0"},
                  {"x-nv-video[0].clientViewportWd", "1280"},
                  {"x-nv-video[0].clientViewportHt", "720"},
                  {"x-nv-video[0].maxFPS", "60"},
                  {"x-nv-video[0].packetSize", "1392"},
                  {"x-nv-video[0].rateControlMode", "4"},
                  {"x-nv-video[0].timeoutLengthMs", "7000"},
                  {"x-nv-video[0].framesWithInvalidRefThreshold", "0"},
                  {"x-nv-video[0].initialBitrateKbps", "16000"},
                  {"x-nv-video[0].initialPeakBitrateKbps", "16000"},
                  {"x-nv-vqos[0].bw.minimumBitrateKbps", "16000"},
                  {"x-nv-vqos[0].bw.maximumBitrateKbps", "16000"},
                  {"x-ml-video.configuredBitrateKbps", "20000"},
                  {"x-nv-vqos[0].fec.enable", "1"},
                  {"x-nv-vqos[0].videoQualityScoreUpdateTime", "5000"},
                  {"x-nv-vqos[0].qosTrafficType", "5"},
                  {"x-nv-aqos.qosTrafficType", "4"},
                  {"x-nv-general.featureFlags", "135"},
                  {"x-nv-general.useReliableUdp", "13"},
                  {"x-nv-vqos[0].fec.minRequiredFecPackets", "2"},
                  {"x-nv-vqos[0].bllFec.enable", "0"},
                  {"x-nv-vqos[0].drc.enable", "0"},
                  {"x-nv-general.enableRecoveryMode", "0"},
                  {"x-nv-video[0].videoEncoderSlicesPerFrame", "1"},
                  {"x-nv-clientSupportHevc", "0"},
                  {"x-nv-vqos[0].bitStreamFormat", "0"},
                  {"x-nv-video[0].dynamicRangeMode", "0"},
                  {"x-nv-video[0].maxNumReferenceFrames", "0"},
                  {"x-nv-video[0].clientRefreshRateX100", "6000"},
                  {"x-nv-audio.surround.numChannels", "2"},
                  {"x-nv-audio.surround.channelMask", "3"},
                  {"x-nv-audio.surround.enable", "0"},
                  {"x-nv-audio.surround.AudioQuality", "0"},
                  {"x-nv-aqos.packetDuration", "5"},
                  {"x-nv-video[0].encoderCscMode", "2"}} {}

void Announce::set(const std::string& name, const std::string& value) {
  const auto it = std::find_if(attributes_.begin(), attributes_.end(),
                               [&](const auto& a) { return a.first == name; });
  if (it == attributes_.end())
    attributes_.emplace_back(name, value);
  else
    it->second = value;
}

void Announce::remove(const std::string& name) {
  std::erase_if(attributes_, [&](const auto& a) { return a.first == name; });
}

bool Announce::has(const std::string& name) const {
  return std::any_of(attributes_.begin(), attributes_.end(),
                     [&](const auto& a) { return a.first == name; });
}

const std::string& Announce::get(const std::string& name) const {
  const auto it = std::find_if(attributes_.begin(), attributes_.end(),
                               [&](const auto& a) { return a.first == name; });
  PF_ASSERT(it != attributes_.end());
  return it->second;
}

std::string Announce::body(const std::string& address) const {
  const bool v6 = address.find(':') != std::string::npos;
  std::string text = std::string("v=0\r\no=android 0 14 IN ") + (v6 ? "IPv6 " : "IPv4 ") + address +
                     "\r\ns=NVIDIA Streaming Client\r\n";
  for (const auto& [name, value] : attributes_) text += "a=" + name + ":" + value + " \r\n";
  return text + "t=0 0\r\nm=video 47998  \r\n";
}

}  // namespace pf::test::gs
