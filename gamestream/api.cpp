#include "gamestream/api.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/hex.hpp"
#include "base/log.hpp"
#include "gamestream/applist.hpp"
#include "gamestream/client_kind.hpp"
#include "gamestream/launch_request.hpp"
#include "gamestream/pairing_attempts.hpp"
#include "gamestream/xml.hpp"

namespace pf::gamestream {
namespace {

using Exchange = std::shared_ptr<http::Exchange>;

constexpr const char* kAlreadyRunning = "An app is already running on this host";

void send_xml(const Exchange& exchange, std::string body) {
  exchange->respond({200, "application/xml; charset=utf-8", std::move(body), {}});
}
void send(const Exchange& exchange, const XmlReply& reply) {
  send_xml(exchange, reply.str());
}
// `element`: what the verb answers, "gamesession", "resume" or "cancel"; 0 means that it failed.
void refuse(const Exchange& exchange, const char* element, unsigned status,
            std::string_view message) {
  send(exchange, XmlReply(status, message).element(element, 0));
}
void not_authorised(const Exchange& exchange) {
  send(exchange, XmlReply(401)
                     .attribute("query", exchange->request().path)
                     .attribute("status_message",
                                "The client is not authorized. Certificate verification failed."));
}
void unknown_path(const Exchange& exchange) {
  send(exchange, XmlReply(404));
}

bool is_pair_challenge(const http::Request& request) {
  const auto* const phrase = request.query_value("phrase");
  return phrase != nullptr && *phrase == "pairchallenge";
}

// The host part as the client reached it: it comes back in RTSP (gamestream.md 4.7).
std::string session_url(const net::Endpoint& local, bool encrypted, std::uint16_t port) {
  auto host = local.address();
  if (!local.is_v4()) host = "[" + host.substr(0, host.find('%')) + "]";
  return fmt::format("{}://{}:{}", encrypted ? "rtspenc" : "rtsp", host, port);
}

struct Refusal {
  unsigned status;
  std::string message;
};
Refusal refusal_of(const Error& error) {
  if (error.is(session::Errc::Busy)) return {400, kAlreadyRunning};
  if (error.is(session::Errc::InUse)) return {503, error.context};
  if (error.is(session::Errc::LimitReached))
    return {503, "The host streams to as many devices as it may already"};
  if (error.is(session::Errc::LeaseEnded) || error.is(session::Errc::NotAllowed))
    return {403, "The access of this device has ended"};
  return {503, error.message()};
}

}  // namespace

struct Api::Impl : std::enable_shared_from_this<Impl> {
  Impl(ApiConfig c, ApiDeps d)
      : config(std::move(c)),
        deps(std::move(d)),
        attempts(deps.executor, deps.desk, deps.allow_list, deps.identity) {}

  ApiConfig config;
  ApiDeps deps;
  PairingAttempts attempts;
  std::map<std::uint32_t, std::pair<std::string, std::string>> art;  // app id → title, PNG
  // What was asked for at launch, for clients that leave it out when they resume.
  struct Wishes {
    bool host_audio = false;  // localAudioPlayMode
    bool hdr = false;         // hdrMode
  };
  std::map<session::SessionId, Wishes> wishes;

  // The session that this certificate may see and steer.
  std::optional<session::SessionInfo> own_session(const trust::Lease& lease) const {
    // By certificate: a device may have a native client as well, with a session of its own.
    for (const auto& info : deps.sessions.list())
      if (info.plane == trust::Plane::GameStream && info.fingerprint == lease.fingerprint() &&
          info.state != session::State::Ending && info.state != session::State::Ended)
        return info;
    return std::nullopt;
  }

  void serverinfo(const Exchange& exchange, const trust::Lease* lease);
  void pair(const Exchange& exchange);
  void appasset(const Exchange& exchange);
  void launch(const Exchange& exchange, const trust::LeasePtr& lease);
  void reserve(const Exchange& exchange, const trust::LeasePtr& lease, const apps::App& app,
               const LaunchRequest& request);
  void resume(const Exchange& exchange, const trust::LeasePtr& lease);
  void cancel(const Exchange& exchange, const trust::Lease& lease);
  void grant(const Exchange& exchange, session::SessionId id, const trust::LeasePtr& lease,
             const media::Mode& mode, const LaunchRequest& request, const char* element);
  // True when the device may start, resume or end this entry; otherwise it has been answered. An
  // entry that starts nothing (the Desktop) is what a connect that names no game gets, which needs
  // no LAUNCH grant (trust-and-console.md 2.2). `app`: null when it is in the list no more.
  bool may_launch(const Exchange& exchange, const trust::Lease& lease, const apps::App* app,
                  const char* element) const;
};

Api::Api(ApiConfig config, ApiDeps deps)
    : impl_(std::make_shared<Impl>(std::move(config), std::move(deps))) {}
Api::~Api() = default;

void Api::handle_plain(const Exchange& exchange) {
  const auto& path = exchange->request().path;
  if (path == "/serverinfo") return impl_->serverinfo(exchange, nullptr);
  if (path == "/pair") {
    // The last phase proves the new certificate, which only TLS can.
    if (is_pair_challenge(exchange->request()))
      return send(exchange, XmlReply(400, "This request needs HTTPS").element("paired", 0));
    return impl_->attempts.handle(exchange);
  }
  if (path == "/unpair") {
    impl_->attempts.cancel_from(exchange->request().remote);
    return send(exchange, XmlReply());
  }
  for (const auto* known : {"/applist", "/appasset", "/launch", "/resume", "/cancel"})
    if (path == known) return not_authorised(exchange);
  unknown_path(exchange);
}

void Api::handle_tls(const Exchange& exchange) {
  const auto& request = exchange->request();
  if (!request.peer_certificate) return not_authorised(exchange);
  const auto& fingerprint = request.peer_certificate->fingerprint();
  const auto admitted = impl_->deps.allow_list.admit(fingerprint, trust::Plane::GameStream, 0);
  if (!admitted) return not_authorised(exchange);
  const auto& lease = *admitted;
  const auto* const agent = request.header("User-Agent");
  impl_->deps.allow_list.touch(fingerprint, request.remote,
                               client_info(agent == nullptr ? std::string_view{} : *agent));

  const auto& path = request.path;
  if (path == "/serverinfo") return impl_->serverinfo(exchange, lease.get());
  if (path == "/applist") {
    impl_->deps.sessions.expect_launch();
    const auto own = impl_->own_session(*lease);
    return send_xml(exchange, applist_xml(impl_->deps.catalogue.shown(own ? own->app_id : 0),
                                          impl_->deps.hdr_support && impl_->deps.hdr_support()));
  }
  if (path == "/appasset") return impl_->appasset(exchange);
  if (path == "/launch") return impl_->launch(exchange, lease);
  if (path == "/resume") return impl_->resume(exchange, lease);
  if (path == "/cancel") return impl_->cancel(exchange, *lease);
  if (path == "/pair") {
    if (is_pair_challenge(request)) return send(exchange, XmlReply().element("paired", 1));
    return impl_->attempts.handle(exchange);
  }
  if (path == "/unpair") {
    impl_->attempts.cancel_from(request.remote);
    return send(exchange, XmlReply());
  }
  unknown_path(exchange);
}

void Api::Impl::serverinfo(const Exchange& exchange, const trust::Lease* lease) {
  const auto& local = exchange->request().local;
  ServerInfo info;
  info.host_name = config.host_name;
  info.unique_id = config.unique_id;
  info.http_port = config.http_port;
  info.https_port = config.https_port;
  info.external_ip = config.external_ip;
  info.local = local;
  if (deps.codec_support) info.codec_support = deps.codec_support();
  if (lease != nullptr) {
    info.paired = true;
    if (deps.local_mac) info.mac = deps.local_mac(local);
    if (const auto session = own_session(*lease)) info.current_app = session->app_id;
    deps.sessions.expect_launch();
  }
  send_xml(exchange, serverinfo_xml(info));
}

void Api::Impl::appasset(const Exchange& exchange) {
  const auto* const text = exchange->request().query_value("appid");
  const apps::App* app = nullptr;
  for (const auto& candidate : deps.catalogue.apps())
    if (text != nullptr && std::to_string(candidate.id) == *text) app = &candidate;
  // A missing picture is the one place where an HTTP status does no harm.
  if (app == nullptr) return exchange->respond({404, "text/plain", "No such application.\n", {}});
  if (!app->art.empty())
    if (auto own = deps.catalogue.art(app->id))
      return exchange->respond({200, own->type, std::string(as_text(own->bytes)), {}});
  auto& [title, png] = art[app->id];
  if (png.empty() || title != app->title) {
    title = app->title;
    png = box_art_png(title, app->id);
  }
  exchange->respond({200, "image/png", png, {}});
}

bool Api::Impl::may_launch(const Exchange& exchange, const trust::Lease& lease,
                           const apps::App* app, const char* element) const {
  if ((lease.grants().load() & trust::grant::kLaunch) != 0) return true;
  if (!lease.stopped() && app != nullptr && app->command.empty()) return true;
  refuse(exchange, element, 403, "This device may not start or end applications on this host");
  return false;
}

void Api::Impl::launch(const Exchange& exchange, const trust::LeasePtr& lease) {
  constexpr const char* kElement = "gamesession";
  const auto request = parse_launch(exchange->request());
  if (!request) return refuse(exchange, kElement, 400, request.error().message());
  if (!request->app_id || !request->mode)
    return refuse(exchange, kElement, 400, "appid or mode is missing");
  const auto* const app = deps.catalogue.find(*request->app_id);
  if (app == nullptr)
    return refuse(exchange, kElement, 404, "This application is not in the host's list");
  if (!may_launch(exchange, *lease, app, kElement)) return;

  // A reservation whose client never came (it crashed, or lost its network) must not stand in its
  // way for the rest of the reservation time.
  if (const auto earlier = own_session(*lease);
      earlier && earlier->state == session::State::Reserved) {
    if (deps.withdrawn) deps.withdrawn(earlier->id);
    deps.sessions.end(earlier->id, session::EndReason::Replaced,
                      [weak = weak_from_this(), exchange, lease, app = *app, request = *request] {
                        if (const auto self = weak.lock())
                          self->reserve(exchange, lease, app, request);
                      });
    return;
  }
  reserve(exchange, lease, *app, *request);
}

void Api::Impl::reserve(const Exchange& exchange, const trust::LeasePtr& lease,
                        const apps::App& app, const LaunchRequest& request) {
  session::Launch launch;
  launch.lease = lease;
  launch.plane = trust::Plane::GameStream;
  launch.app = app;
  launch.mode = *request.mode;
  launch.speakers = request.speakers;
  launch.client_address = exchange->request().remote.address();
  const auto id = deps.sessions.reserve(std::move(launch));
  if (!id) {
    const auto [status, message] = refusal_of(id.error());
    return refuse(exchange, "gamesession", status, message);
  }
  std::erase_if(wishes, [&](const auto& entry) { return !deps.sessions.find(entry.first); });
  wishes[*id] = {request.host_audio.value_or(false), request.hdr.value_or(false)};
  grant(exchange, *id, lease, *request.mode, request, "gamesession");
}

void Api::Impl::resume(const Exchange& exchange, const trust::LeasePtr& lease) {
  constexpr const char* kElement = "resume";
  const auto request = parse_launch(exchange->request());
  if (!request) return refuse(exchange, kElement, 400, request.error().message());
  const auto session = own_session(*lease);
  if (!session) return refuse(exchange, kElement, 503, "No running app to resume");
  if (!may_launch(exchange, *lease, deps.catalogue.find(session->app_id), kElement)) return;
  const auto mode = request->mode.value_or(session->mode);
  const auto prepared = deps.sessions.prepare_resume(session->id, lease, mode, request->speakers,
                                                     exchange->request().remote.address());
  if (!prepared) {
    const auto [status, message] = refusal_of(prepared.error());
    return refuse(exchange, kElement, status, message);
  }
  grant(exchange, session->id, lease, mode, *request, kElement);
}

void Api::Impl::grant(const Exchange& exchange, session::SessionId id, const trust::LeasePtr& lease,
                      const media::Mode& mode, const LaunchRequest& request, const char* element) {
  auto ticket = std::make_shared<LaunchTicket>();
  ticket->session = id;
  ticket->lease = lease;
  ticket->rikey = request.rikey;
  ticket->rikeyid = request.rikeyid;
  ticket->ping_payload = to_hex(crypto::random_array<8>());
  ticket->connect_data = load_le<std::uint32_t>(crypto::random_array<4>().data());
  ticket->client = exchange->request().remote;
  ticket->mode = mode;
  ticket->speakers = request.speakers;
  ticket->encrypted_rtsp = request.encrypted_rtsp;
  const auto remembered = wishes.find(id);
  const auto at_launch = remembered != wishes.end() ? remembered->second : Wishes{};
  ticket->host_audio = request.host_audio.value_or(at_launch.host_audio);
  ticket->hdr = request.hdr.value_or(at_launch.hdr);
  log::info("gamestream", "launch granted", "session", id, "device", lease->device_name(), "verb",
            exchange->request().path, "mode", media::to_string(mode));
  // RTSP comes as soon as the client has its answer.
  if (deps.launched) deps.launched(std::move(ticket));
  send(exchange, XmlReply()
                     .element("sessionUrl0", session_url(exchange->request().local,
                                                         request.encrypted_rtsp, config.rtsp_port))
                     .element(element, 1));
}

void Api::Impl::cancel(const Exchange& exchange, const trust::Lease& lease) {
  const auto session = own_session(lease);
  if (!session) return send(exchange, XmlReply().element("cancel", 1));
  if (!may_launch(exchange, lease, deps.catalogue.find(session->app_id), "cancel")) return;
  if (deps.withdrawn) deps.withdrawn(session->id);
  // The client looks at serverinfo right after the answer, so everything must be gone by then.
  deps.sessions.end(session->id, session::EndReason::ClientQuit,
                    [exchange] { send(exchange, XmlReply().element("cancel", 1)); });
}

}  // namespace pf::gamestream
