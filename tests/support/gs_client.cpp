#include "support/gs_client.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/hex.hpp"

namespace pf::test {

using namespace gs;

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

void put(Query& query, const std::string& name, const std::string& value) {
  std::erase_if(query, [&](const auto& p) { return p.first == name; });
  if (!value.empty()) query.emplace_back(name, value);
}

// "rtsp://127.0.0.1:48010", "rtspenc://[::1]:48010"; nothing after the port (gamestream.md 2.8).
Result<Address> parse_session_url(const std::string& url) {
  const auto start = url.find("://");
  const auto colon = url.rfind(':');
  const auto bad = fail(Errc::Protocol, "sessionUrl0 " + url);
  if (start == std::string::npos || colon <= start + 3) return bad;
  Address address;
  address.host = url.substr(start + 3, colon - start - 3);
  const bool bracketed = address.host.starts_with('[') && address.host.ends_with(']');
  if (bracketed) address.host = address.host.substr(1, address.host.size() - 2);
  if (address.is_v6() != bracketed) return bad;
  const auto port = url.substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos) return bad;
  address.port = static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10));
  return address;
}

}  // namespace

GsClient::GsClient(Endpoints host, ClientIdentity identity)
    : host_(std::move(host)), identity_(std::move(identity)) {}

Pairing GsClient::new_pairing(const std::string& pin) const {
  Pairing pairing(host_, identity_, pin);
  pairing.unique_id = unique_id;
  return pairing;
}

PairResult GsClient::pair(const std::string& pin, const PairStyle& style) {
  auto pairing = new_pairing(pin);
  auto result = run(pairing, style);
  if (result.outcome == PairOutcome::Paired) host_der_ = result.host_der;
  return result;
}

Result<Xml> GsClient::get(const std::string& path, Query query, bool https) const {
  query.insert(query.begin(), {{"uniqueid", unique_id}, {"uuid", to_hex(random_block())}});
  HttpOptions options;
  options.identity = &identity_;
  options.pinned = host_der_;
  const auto reply = https ? https_get(host_.https, target(path, query), options)
                           : http_get(host_.http, target(path, query));
  if (!reply) return Failure(reply.error());
  return parse_xml(*reply);
}

Result<Xml> GsClient::begin(const std::string& path, const GsLaunch& options) {
  auto app = options.app_id;
  if (app == 0) {
    auto list = applist();
    if (!list) return list;
    if (!list->ok()) return list;
    if (list->apps.empty()) return fail(Errc::Protocol, "no applications");
    app = list->apps.front().id;
  }
  rikey_ = random_block();
  const auto seed = random_block();
  rikeyid_ = load_be<std::int32_t>(seed.data());
  Query query{{"appid", std::to_string(app)},
              {"mode", options.mode},
              {"additionalStates", "1"},
              {"sops", "1"},
              {"rikey", to_hex(rikey_)},
              {"rikeyid", std::to_string(rikeyid_)},
              {"localAudioPlayMode", "0"},
              {"surroundAudioInfo", std::to_string(options.surround)},
              {"remoteControllersBitmap", "0"},
              {"gcmap", "0"},
              {"gcpersist", "0"}};
  if (options.corever) query.emplace_back("corever", "1");
  for (const auto& [name, value] : options.overrides) put(query, name, value);
  auto xml = get(path, query);
  if (!xml || !xml->ok()) return xml;
  const auto* done = path == "/launch" ? "gamesession" : "resume";
  if (xml->value(done).empty() || xml->value(done) == "0")
    return fail(Errc::Protocol, path + " succeeded without " + done);
  auto url = parse_session_url(session_url_ = xml->value("sessionUrl0"));
  if (!url) return pass(url);
  rtsp_ = *url;
  return xml;
}

RtspClient GsClient::rtsp(bool high_quality) const {
  return RtspClient({rtsp_, session_url_, rtsp_encrypted(), rikey_, high_quality, kPatience});
}

Announce GsClient::announce(const RtspOffer& offer, const GsStreamOptions& options) const {
  Announce a;
  const std::uint32_t wanted = (options.encrypt_control_v2 ? 1U : 0U) |
                               (options.encrypt_video ? 2U : 0U) |
                               (options.encrypt_audio ? 4U : 0U);
  const auto able = options.encrypt_control_v2 ? 7U : 0U;
  const auto enabled = offer.encryption_supported & (wanted | offer.encryption_requested) & able;
  a.set("x-ss-general.encryptionEnabled", enabled);
  a.set("x-nv-general.featureFlags", (enabled & 4U) != 0 || options.encrypt_audio ? 167 : 135);
  a.set("x-ml-general.featureFlags", options.legacy_ping ? 1 : 3);
  a.set("x-nv-video[0].packetSize",
        static_cast<std::int64_t>(options.packet_size - ((enabled & 2U) != 0 ? 32 : 0)));
  a.set("x-nv-video[0].clientViewportWd", options.width);
  a.set("x-nv-video[0].clientViewportHt", options.height);
  a.set("x-nv-video[0].maxFPS", options.fps);
  a.set("x-nv-video[0].clientRefreshRateX100", std::int64_t{options.fps} * 100);
  a.set("x-ml-video.configuredBitrateKbps", options.bitrate_kbps);
  for (const char* name :
       {"x-nv-video[0].initialBitrateKbps", "x-nv-video[0].initialPeakBitrateKbps",
        "x-nv-vqos[0].bw.minimumBitrateKbps", "x-nv-vqos[0].bw.maximumBitrateKbps"})
    a.set(name, options.bitrate_kbps * 8 / 10);
  a.set("x-nv-aqos.packetDuration", options.audio_ms);
  if (options.legacy_control) {
    a.set("x-nv-general.useReliableUdp", 1);
    for (const char* name : {"x-ml-general.featureFlags", "x-ss-general.encryptionEnabled",
                             "x-ss-video[0].chromaSamplingType", "x-ml-video.configuredBitrateKbps",
                             "x-nv-vqos[0].fec.minRequiredFecPackets", "x-nv-general.featureFlags"})
      a.remove(name);
  }
  if (options.announce) options.announce(a);
  return a;
}

StreamPlan GsClient::plan(const RtspOffer& offer, const Announce& announce) const {
  const auto number = [&](const char* name) {
    return announce.has(name) ? std::strtoul(announce.get(name).c_str(), nullptr, 0) : 0;
  };
  StreamPlan plan;
  plan.host = rtsp_.host;
  plan.audio_port = offer.audio_port;
  plan.video_port = offer.video_port;
  plan.control_port = offer.control_port;
  plan.connect_data = offer.connect_data;
  const bool modern = (number("x-ml-general.featureFlags") & 2) != 0;
  if (modern) {
    plan.audio_ping = offer.audio_ping;
    plan.video_ping = offer.video_ping;
  } else {
    plan.connect_data = 0;
  }
  plan.key = rikey_;
  plan.rikeyid = static_cast<std::uint32_t>(rikeyid_);
  const auto enabled = number("x-ss-general.encryptionEnabled");
  plan.scheme = (enabled & 1) != 0 ? IvScheme::A : IvScheme::B;
  if (number("x-nv-general.useReliableUdp") != 13) plan.scheme = IvScheme::Legacy;
  plan.video_encrypted = (enabled & 2) != 0;
  plan.audio_encrypted = (enabled & 4) != 0 || (number("x-nv-general.featureFlags") & 0x20) != 0;
  plan.packet_size = number("x-nv-video[0].packetSize");
  plan.audio_duration = milliseconds(number("x-nv-aqos.packetDuration"));
  return plan;
}

Result<> GsClient::start(const GsStreamOptions& options) {
  auto dialogue = rtsp(options.high_quality);
  if (auto r = dialogue.probe(); !r) return r;
  if (auto r = dialogue.options(); !r) return r;
  if (auto r = dialogue.describe(); !r) return r;
  if (auto r = dialogue.setup_audio(); !r) return r;
  StreamPlan first;
  first.host = rtsp_.host;
  first.audio_port = dialogue.offer().audio_port;
  first.audio_ping =
      options.legacy_ping || options.legacy_control ? "" : dialogue.offer().audio_ping;
  stream_ = std::make_unique<GsStream>(first);
  if (auto r = dialogue.setup_video(); !r) return r;
  if (auto r = dialogue.setup_control(); !r) return r;
  const auto attributes = announce(dialogue.offer(), options);
  if (auto r = dialogue.announce(attributes.body(rtsp_.host)); !r) return r;
  if (auto r = dialogue.play(); !r) return r;
  // One PLAY a stream.
  if (options.legacy_control)
    if (auto r = dialogue.play(); !r) return r;
  auto all = plan(dialogue.offer(), attributes);
  all.seed = options.seed;
  all.video_loss = options.video_loss;
  all.audio_loss = options.audio_loss;
  stream_->connect(all);
  if (!stream_->wait_for([](const StreamState& s) { return s.control_connected; }))
    return fail(Errc::Deadline, "control stream establishment");
  return {};
}

void GsClient::leave() {
  if (stream_) stream_->leave();
}
void GsClient::die() {
  if (stream_) stream_->die();
}

}  // namespace pf::test
